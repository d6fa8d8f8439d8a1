import KafkaCluster
import KafkaProtocol

/// A cluster that klamm did not start, and what may be done to it.
package struct Attachment: Hashable, Sendable {
    /// As the user calls it: a name from klamm.toml, or where it was found.
    package var name: String
    /// Read-only until the user says otherwise.
    package var mayWrite: Bool
    /// What the user has commands for. klamm itself cannot break what it did not start.
    package var faults: Set<FaultDeed>

    package init(name: String, mayWrite: Bool = false, faults: Set<FaultDeed> = []) {
        self.name = name
        self.mayWrite = mayWrite
        self.faults = faults
    }

    static let how = "by the command in klamm.toml"

    /// What an action does where it does another thing than on a cluster that klamm started.
    static func help(of entry: ActionEntry) -> String {
        switch entry.id {
        case .kill: "Kill the partition's leader, \(how)"
        case .stop: "Stop the broker, \(how)"
        case .restart: "Restart what is down, \(how)"
        case .faults: "Choose a fault that klamm.toml has a command for"
        case .heal: "End every fault that was caused from here"
        case .viewFaults: "Show which brokers are down or silent, and since when"
        case .quit: "Leave klamm; the cluster goes on"
        default: entry.help
        }
    }

    /// What the user would have to give a command for; nil where the fault can be caused.
    func missingDeed(for fault: Fault) -> String? {
        // All that were caused have commands.
        if fault == .healAll { return nil }
        guard let deed = FaultDeed.of(fault)?.deed else { return "\(fault)" }
        return faults.contains(deed) ? nil : deed.rawValue
    }
}

extension Model {
    /// Data that is older than this is said to be.
    private static let freshness = Duration.seconds(3)

    /// How old the picture is, where that is worth a word.
    var dataAge: Duration? {
        guard let heard = live.snapshot?.heardAt, let now, now - heard > Self.freshness else { return nil }
        return now - heard
    }

    /// Whether nobody is left to tell of the cluster: what was decided there is not known any more.
    var isOutOfReach: Bool {
        guard attachment != nil, let brokers = snapshot?.brokers, !brokers.isEmpty else { return false }
        return !brokers.contains { $0.state == .running }
    }

    /// Why this cannot be done on the cluster that is shown; nil where it can.
    func refusal(of action: ActionID) -> String? {
        guard let attachment else { return nil }
        switch action {
        case .addBroker, .removeBroker:
            return "that is for who runs this cluster"
        case .viewScenarios, .playStory, .stepStory:
            return "start klamm without attach to play scenarios"
        case .kill, .restart, .stop, .faults, .heal:
            guard !attachment.faults.isEmpty else {
                return "breaking this cluster takes commands in klamm.toml"
            }
            let deed: FaultDeed? =
                action == .kill ? .kill : action == .stop ? .stop : action == .restart ? .restart : nil
            if let deed, !attachment.faults.contains(deed) {
                return "klamm.toml has no \(deed.rawValue) for this cluster"
            }
            return attachment.mayWrite ? nil : readOnly
        case .electPreferred, .moveReplicas, .healOne, .tombstone: return attachment.mayWrite ? nil : readOnly
        default: return ActionTable.entry(action).group == .clients && !attachment.mayWrite ? readOnly : nil
        }
    }

    private var readOnly: String { "read-only until :write" }

    /// Whether the action is worth naming here at all.
    func offers(_ entry: ActionEntry) -> Bool {
        entry.isValid(in: place.view) && (entry.id != .allowWriting || attachment != nil)
    }

    mutating func toggleWriting() {
        guard attachment != nil else { return show(.note, "klamm's own cluster can always be written to") }
        attachment?.mayWrite.toggle()
        if attachment?.mayWrite == true {
            show(.warning, "What is done from now on changes \(attachment?.name ?? "") · :write again for read-only")
        } else {
            show(.ok, "Read-only again")
        }
    }

    // MARK: Confirmation

    /// Lets pass what the cluster that is shown allows. What changes one that klamm did not start waits until its subject's
    /// name has been typed.
    mutating func guarded(_ commands: [Command], isConfirmed: Bool) -> [Command] {
        guard let attachment else { return commands }
        guard commands.contains(where: { $0.subject != nil }) else { return commands }
        guard attachment.mayWrite else {
            show(.warning, "\(attachment.name) is \(readOnly)")
            // Nobody is asked about what it holds.
            if case .setting? = overlay { overlay = nil }
            return commands.filter { $0.subject == nil }
        }
        for case .inject(let fault) in commands {
            guard let missing = attachment.missingDeed(for: fault) else { continue }
            show(.warning, "\(attachment.name) has no command for this in klamm.toml: \(missing)")
            return []
        }
        guard !isConfirmed, let deed = commands.lazy.compactMap(\.subject).first(where: { $0.word != nil }),
            let word = deed.word
        else { return commands }
        overlay = .form(
            Form(
                purpose: .confirm(Confirmation(word: word, commands: commands, toast: toast)),
                title: "\(deed.what) on \(attachment.name)",
                fields: [Form.Field(label: "To do it", field: TextField(), hint: "type \(word)")]))
        toast = nil
        return []
    }

    mutating func submitConfirmation(_ form: Form, _ confirmation: Confirmation, _ text: String) -> [Command] {
        guard text == confirmation.word else { return refuse(form, "that is not \(confirmation.word)") }
        overlay = nil
        if let toast = confirmation.toast { show(toast.kind, toast.text) }
        return confirmation.commands
    }

    /// Whether the keys go to a form in which a name is typed to confirm.
    var isConfirming: Bool {
        guard case .form(let form)? = overlay else { return false }
        switch form.purpose {
        case .confirm, .deleteTopic, .removeBroker: return true
        default: return false
        }
    }
}

/// What waits for a typed name.
package struct Confirmation: Hashable, Sendable {
    package var word: String
    package var commands: [Command]
    /// What was to be said once it is done.
    package var toast: Toast?
}

extension Command {
    /// What of the cluster it changes, in words, and what to type before it is done; nil for what changes nothing. What is
    /// mended, stopped or slowed down needs no word.
    fileprivate var subject: (what: String, word: String?)? {
        switch self {
        case .inject(let fault):
            let isMending = if case .restart = fault { true } else { fault.isHealing }
            let words = "\(fault)"
            return (
                words.prefix(1).uppercased() + words.dropFirst(), isMending ? nil : fault.victims.first?.description
            )
        case .client(.startProducer(let settings)): return ("Start a producer of \(settings.topic)", settings.topic)
        case .client(.startGroup(let settings)): return ("Start the group \(settings.group)", settings.group)
        case .client(.seek(let group, _)): return ("Move \(group)", group)
        case .client: return ("Change klamm's clients", nil)
        case .produce(let draft): return ("Write a record to \(draft.topic)", draft.topic)
        case .createTopic(let draft): return ("Create topic \(draft.name)", draft.name)
        case .deleteTopic(let name): return ("Delete topic \(name)", name)
        case .electPreferredLeaders(let partitions):
            return ("Elect the preferred leaders of \(partitions.words)", partitions.first?.topic)
        case .moveReplicas(let moves):
            let partitions = moves.map(\.partition)
            return ("Move the replicas of \(partitions.words)", partitions.first?.topic)
        case .moveOffsets(let group, let moves):
            return ("Move \(moves.count) offsets of \(group)", group)
        case .setConfig(let topic, let name, let value):
            return ("Set \(name) of \(topic) \(value.map { "to \($0)" } ?? "back")", topic)
        case .addBroker: return ("Add a broker", nil)
        case .removeBroker(let id): return ("Remove broker \(id)", "\(id)")
        default: return nil
        }
    }
}

extension [TopicPartition] {
    fileprivate var words: String { count == 1 ? "\(self[0])" : "\(count) partitions of \(first?.topic ?? "")" }
}
