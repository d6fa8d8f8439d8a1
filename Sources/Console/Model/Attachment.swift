import KafkaCluster
import KafkaProtocol

/// A cluster that klamm did not start, and what may be done to it.
package struct Attachment: Hashable, Sendable {
    /// As the user calls it: a name from klamm.toml, or where it was found.
    package var name: String
    /// Where it is found, where the name does not say so.
    package var address: String?
    /// Read-only until the user says otherwise.
    package var mayWrite: Bool
    /// What the user has commands for. klamm itself cannot break what it did not start.
    package var faults: Set<FaultDeed>

    package init(name: String, address: String? = nil, mayWrite: Bool = false, faults: Set<FaultDeed> = []) {
        self.name = name
        self.address = address == name ? nil : address
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

    /// Where another cluster answers at the same address, what was seen of the first says nothing of it, and the leave to
    /// write, and what is about to be confirmed, was for the first.
    mutating func forgetPredecessor(of snapshot: ClusterSnapshot) {
        guard let attachment, let before = live.snapshot?.clusterID, !before.isEmpty, !snapshot.clusterID.isEmpty,
            before != snapshot.clusterID
        else { return }
        let events = live.events
        live = Picture()
        live.events = events
        overlay = nil
        self.attachment?.mayWrite = false
        show(
            .warning,
            "Another cluster answers at \(attachment.name) now: \(snapshot.clusterID), no longer \(before)"
                + (attachment.mayWrite ? ". It is read-only" : ""), lasts: true)
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

    var readOnly: String { "read-only until :write" }

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
}
