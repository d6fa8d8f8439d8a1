import KafkaCluster
import KafkaProtocol

extension Model {
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
        guard !isConfirmed, let command = commands.first(where: { $0.subject?.word != nil }),
            let deed = command.subject, let word = deed.word
        else { return commands }
        overlay = .form(
            Form(
                purpose: .confirm(Confirmation(word: word, commands: commands, toast: toast)),
                title: "\(deed.what) on \(attachment.name)", about: about(command),
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
        case .confirm, .deleteTopic, .deleteGroup, .removeBroker: return true
        default: return false
        }
    }
}

extension Model {
    /// All that the command does, beyond what a title says of it, and to which cluster.
    func about(_ command: Command) -> String {
        let place = attachment.map { attachment in
            "The cluster is \(attachment.name)" + (attachment.address.map { " at \($0)." } ?? ".")
        }
        return [detail(of: command), place].compactMap(\.self).joined(separator: " ")
    }

    private func detail(of command: Command) -> String? {
        switch command {
        case .createTopic(let draft):
            let partitions =
                draft.partitions.map { Figures.plural(Int64($0), "partition") }
                ?? "as many partitions as the brokers' num.partitions says"
            let replicas =
                draft.replicationFactor.map { "\(Figures.plural(Int64($0), "replica")) of each" }
                ?? "as many replicas as the brokers' default.replication.factor says"
            return "It gets \(partitions), \(replicas)."
        case .deleteTopic(let name):
            guard let topic = live.snapshot?.topics.first(where: { $0.name == name }) else { return nil }
            let partitions = Figures.plural(Int64(topic.partitions.count), "partition")
            let records = topic.records.map { Figures.plural($0, "record") } ?? "an unknown number of records"
            return "It has \(partitions) and \(records)."
        case .deleteGroup(let group):
            guard let group = live.snapshot?.groups.first(where: { $0.id == group }) else { return nil }
            let committed = group.partitions.count { $0.committed != nil }
            guard committed > 0 else { return "What it has committed is not known." }
            return "It has committed in \(Figures.plural(Int64(committed), "partition"))."
        case .moveReplicas(let moves):
            guard moves.count == 1, let move = moves.first else {
                return listed(moves.map { "\($0.partition) to \($0.replicas.ids)" })
            }
            let before = move.from.map { "from brokers \($0.ids) " } ?? ""
            return "They go \(before)to \(move.replicas.ids), the first to be the preferred leader."
        case .moveOffsets(_, let moves):
            return listed(
                moves.map { move in
                    let from = move.from.map { "from \(Figures.count($0)) " } ?? ""
                    return "\(move.partition) \(from)to \(Figures.count(move.offset))"
                })
        case .setConfig(let topic, let name, let value):
            let before = configs(of: topic)?.first { $0.name == name }?.value
            return "It is \(before ?? "not set") now" + (value == nil ? ", and goes back to its default." : ".")
        case .electPreferredLeaders(let partitions): return listed(partitions.map(\.description))
        case .produce(let draft):
            let place = draft.partition.map { "To partition \($0)" } ?? "To the partition that the client chooses"
            let key = draft.key.map { "key \(Bytes.preview($0).prefix(60))" } ?? "no key"
            let value = draft.value.map { "value \(Bytes.preview($0).prefix(60))" } ?? "a tombstone"
            let headers = draft.headers.isEmpty ? "" : ", \(Figures.plural(Int64(draft.headers.count), "header"))"
            return "\(place): \(key), \(value)\(headers)."
        case .client(.startProducer(let settings)):
            let rate = settings.recordsPerSecond.map { "\(Figures.rate($0)) records/s" } ?? "As many records as it can"
            return "\(rate), acks=\(settings.acks.name)."
        case .client(.startGroup(let settings)):
            let members = Figures.plural(Int64(settings.members), "member")
            return "\(members) on \(settings.topics.joined(separator: ", "))."
        default: return nil
        }
    }

    /// The first of them; a topic may have thousands.
    private func listed(_ words: [String]) -> String {
        let most = 6
        let rest = words.count - most
        return words.prefix(most).joined(separator: " · ") + (rest > 0 ? " · and \(rest) more." : ".")
    }
}

extension [BrokerID] {
    fileprivate var ids: String { map(\.description).joined(separator: ", ") }
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
        case .deleteGroup(let name): return ("Delete group \(name)", name)
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
