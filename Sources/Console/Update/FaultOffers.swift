import KafkaCluster
import KafkaProtocol

/// What can be broken and mended in the live cluster, in words: for the menu of faults and the palette.
extension Model {
    /// Ends what is broken.
    var mendingFaults: [FaultMenu.Item] {
        var items: [FaultMenu.Item] = []
        func add(_ label: String, _ fault: Fault, _ toast: String) {
            items.append(FaultMenu.Item(label: label, fault: fault, toast: toast))
        }
        for node in down where !isUp(node) {
            let name = node.title.lowercasedFirst
            add("Restart \(name)", .restart(node), "Restarting \(name)")
        }
        for active in cluster?.faults ?? [] {
            add("End: \(active.fault)", .heal(active.fault), "Ended: \(active.fault)")
        }
        // After the faults: on a disk that still fails, a restart changes nothing.
        for node in down where isUp(node) {
            let name = node.title.lowercasedFirst
            add("Restart \(name): its log directory is offline", .restart(node), "Restarting \(name)")
        }
        return possible(items)
    }

    /// All faults of all nodes and links, those of the node that the screen is about first.
    var allFaults: [FaultMenu.Item] {
        var (subject, why): (BrokerID?, String) = (nil, "")
        if case .success(let target) = target { (subject, why) = target }
        let running = nodes.filter(isUp)
        let first = running.filter { $0 == subject } + running.filter { $0 != subject }
        var items = mendingFaults
        for node in first { items += faults(of: node, node == subject ? why : "", linkedTo: .nodes) }
        // Both ways are the same link, whoever of the two is asked.
        for (index, node) in first.enumerated() {
            for peer in peers(of: node).dropFirst() where peer.node.map({ !first[..<index].contains($0) }) ?? true {
                items += possible(linkFaults(node, peer))
            }
        }
        return items
    }

    /// All that can be done to one node, and to what travels between it and the other end. What every node has comes
    /// first, so that it keeps its place when another node is chosen.
    func faults(of node: BrokerID, _ why: String, linkedTo peer: Party) -> [FaultMenu.Item] {
        possible(processFaults(node, why) + linkFaults(node, peer) + (node.isController ? [] : brokerFaults(node)))
    }

    /// The other ends that a node's links have.
    func peers(of node: BrokerID) -> [Party] {
        // A user's own command cuts a broker off from all others.
        guard attachment == nil else { return [.nodes] }
        return [.nodes] + nodes.filter { $0 != node }.map { .node($0) } + (node.isController ? [] : [.clients])
    }

    /// What the user has commands for, where klamm did not start the cluster.
    private func possible(_ items: [FaultMenu.Item]) -> [FaultMenu.Item] {
        guard let attachment else { return items }
        return items.filter { attachment.missingDeed(for: $0.fault) == nil }
    }

    private func processFaults(_ node: BrokerID, _ why: String) -> [FaultMenu.Item] {
        let name = node.title.lowercasedFirst
        let leaves = node.isController ? "it gives leadership up first" : "its leaders move first"
        return [
            FaultMenu.Item(
                label: "Kill \(name)\(why)", fault: .kill(node), toast: "Killed \(name)\(why)\(restartHint)"),
            FaultMenu.Item(
                label: "Freeze \(name): it wakes as a zombie", fault: .freeze(node),
                toast: "Froze \(name) · \(keyName(.heal)) thaws it"),
            FaultMenu.Item(
                label: "Stop \(name) in an orderly way: \(leaves)", fault: .stop(node),
                toast: "Stopping \(name); \(leaves)\(restartHint)"),
            FaultMenu.Item(
                label: "Take power from \(name): what was not fsynced is gone", fault: .powerLoss(node),
                toast: "\(node.title) lost power\(restartHint)"),
        ]
    }

    private func linkFaults(_ node: BrokerID, _ peer: Party) -> [FaultMenu.Item] {
        let (name, other) = (node.title.lowercasedFirst, peer.words)
        func item(
            _ effect: LinkFault.Effect, from: Party, to: Party, isOneWay: Bool = false, _ label: String, _ done: String
        ) -> FaultMenu.Item {
            let end = effect == .reset ? "" : " · \(keyName(.heal)) ends it"
            return FaultMenu.Item(
                label: label, fault: .link(LinkFault(from, to, isOneWay: isOneWay, effect)), toast: done + end)
        }
        let own = Party.node(node)
        return [
            item(.cut, from: own, to: peer, "Cut \(name) off from \(other)", "Cut \(name) off from \(other)"),
            item(
                .cut, from: own, to: peer, isOneWay: true, "Cut what \(name) sends to \(other)",
                "Nothing gets from \(name) to \(other)"),
            item(
                .cut, from: peer, to: own, isOneWay: true, "Cut what \(other) \(peer.verb("send")) to \(name)",
                "Nothing gets from \(other) to \(name)"),
            item(
                .stall, from: own, to: peer, "Stall \(name) and \(other): nobody is told",
                "Nothing arrives between \(name) and \(other), and nobody is told"),
            item(
                .delay(.milliseconds(200), jitter: .milliseconds(50)), from: own, to: peer,
                "Delay \(name) and \(other): 200 ms each way",
                "Everything between \(name) and \(other) takes 200 ms longer"),
            item(
                .bandwidth(50_000), from: own, to: peer, "Narrow \(name) and \(other): 50 kB/s",
                "At most 50 kB a second get through between \(name) and \(other)"),
            item(
                .reset, from: own, to: peer, "Reset the connections of \(name) and \(other)",
                "Reset the connections of \(name) and \(other): what was in flight is lost"),
        ]
    }

    private func brokerFaults(_ node: BrokerID) -> [FaultMenu.Item] {
        let name = node.title.lowercasedFirst
        let heal = keyName(.heal)
        func item(_ label: String, _ fault: Fault, _ toast: String) -> FaultMenu.Item {
            FaultMenu.Item(label: label, fault: fault, toast: toast)
        }
        return [
            item(
                "Slow the disk of \(name): 50 ms a call", .disk(DiskFault(node, .slow(.milliseconds(50)))),
                "Slowed the disk of \(name) · \(heal) ends it"),
            item(
                "Fill the disk of \(name)", .disk(DiskFault(node, .full)),
                "The disk of \(name) is full · \(heal) frees it and restarts \(name)"),
            item(
                "Fail the disk's writes on \(name)", .disk(DiskFault(node, .failingWrites)),
                "The disk of \(name) fails to write · \(heal) mends it and restarts \(name)"),
            item(
                "Fail the disk's reads on \(name)", .disk(DiskFault(node, .failingReads)),
                "The disk of \(name) fails to read · \(heal) mends it"),
            item(
                "Flip a bit in the newest segment on \(name)", .disk(DiskFault(node, .flippedBytes)),
                "Flipped a bit of the newest segment on \(name): found when it is read"),
            item(
                "Wipe \(name): all its replicas are gone", .wipe(node),
                "Wiped \(name) · \(keyName(.restart)) restarts it with an empty disk"),
            item(
                "Write what is produced to \(name), and answer nothing",
                .request(RequestFault(.produce, at: node, .withhold)),
                "Producers hear nothing from \(name), though it writes · \(heal) ends it"),
            item(
                "Refuse what is produced to \(name)",
                .request(RequestFault(.produce, at: node, .failBefore(.notEnoughReplicas))),
                "\(node.title) answers NOT_ENOUGH_REPLICAS and writes nothing · \(heal) ends it"),
            item(
                "Set the clock of \(name) an hour ahead", .clockSkew(node, .seconds(3600)),
                "The clock of \(name) is an hour ahead · \(heal) sets it right"),
        ]
    }
}

extension Party {
    /// The verb for what it does.
    fileprivate func verb(_ verb: String) -> String {
        switch self {
        case .node, .client: verb + "s"
        case .nodes, .clients: verb
        }
    }
}
