import KafkaCluster
import KafkaProtocol

// Faults are aimed at the live cluster, not at a held picture: a leader may have moved since.
extension Model {
    var cluster: ClusterSnapshot? { live.snapshot }

    func isUp(_ id: BrokerID) -> Bool {
        guard let cluster else { return false }
        if let controller = cluster.controllers.first(where: { $0.id == id }) { return controller.isUp }
        return cluster.brokers.first { $0.id == id }.map { !$0.state.isDown } ?? false
    }

    private func partition(_ partition: TopicPartition) -> ClusterSnapshot.Partition? {
        cluster?.partition(partition)
    }

    /// The node selected in the view of brokers, or the one whose screen this is.
    var selectedNode: BrokerID? {
        if case .broker(let id) = place { return id }
        if let trouble = selectedTrouble, trouble.victims.count == 1 { return trouble.victims[0] }
        guard place == .brokers, case .number(let id)? = listing?.selectedID(screen.list) else { return nil }
        return BrokerID(Int32(truncatingIfNeeded: id))
    }

    /// What `kill` is aimed at, and why that node.
    var target: Result<(node: BrokerID, why: String), Refusal> {
        switch place {
        case .brokers, .broker:
            guard let node = selectedNode else { return .failure(Refusal(reason: "There is no broker here")) }
            return .success((node, ""))
        case .groups:
            guard let id = groupHere else { return .failure(Refusal(reason: "There is no group here")) }
            guard let node = cluster?.groups.first(where: { $0.id == id })?.coordinator else {
                return .failure(Refusal(reason: "The coordinator of \(id) is not known"))
            }
            return .success((node, ", the coordinator of \(id)"))
        default:
            guard let chosen = partitionHere else { return .failure(Refusal(reason: "There is no partition here")) }
            guard let leader = partition(chosen)?.leader else {
                return .failure(Refusal(reason: "\(chosen) has no leader: there is nobody to kill"))
            }
            return .success((leader, ", the leader of \(chosen)"))
        }
    }

    struct Refusal: Error { var reason: String }

    /// The partition that the screen or its selected row is about; of a whole topic, the first that has a leader.
    private var partitionHere: TopicPartition? {
        switch place {
        case .record(let partition, _), .segments(let partition, _): return partition
        case .records(let topic, let partition):
            if let partition { return TopicPartition(topic: topic, partition: partition) }
            if case .record(let index, _)? = listing?.selectedID(screen.list) {
                return TopicPartition(topic: topic, partition: index)
            }
            return firstPartition(of: topic)
        case .topics: return topicHere.flatMap(firstPartition)
        case .topic, .group:
            guard case .partition(let partition)? = listing?.selectedID(screen.list) else { return nil }
            return partition
        case .loss(let number): return loss(number)?.partition
        case .journey(let subject): return partition(of: subject)
        case .timeline(let topic):
            let lane = TimelineView.lanes(self, topic: topic).first { $0.id == listing?.selectedID(screen.list) }
            return lane?.partition ?? firstPartition(of: topic)
        case .brokers, .broker, .groups, .events, .scenarios, .story, .ledger, .finding, .faults, .clients, .client,
            .members, .reset, .configs, .price, .producers:
            return nil
        }
    }

    private func firstPartition(of topic: String) -> TopicPartition? {
        let partitions = cluster?.topics.first { $0.name == topic }?.partitions ?? []
        let first = partitions.first { $0.leader != nil } ?? partitions.first
        return first.map { TopicPartition(topic: topic, partition: $0.index) }
    }

    mutating func kill() -> [Command] {
        switch target {
        case .failure(let refusal):
            show(.warning, refusal.reason)
            return []
        case .success(let (node, why)):
            guard isUp(node) else {
                show(.warning, "\(node.title) is down already\(restartHint)")
                return []
            }
            show(.fault, "Killed \(node.title.lowercasedFirst)\(why)\(restartHint)", of: .kill(node))
            return [.inject(.kill(node))]
        }
    }

    mutating func stop() -> [Command] {
        guard let node = selectedNode, isUp(node) else {
            show(.warning, "Nothing here that runs")
            return []
        }
        let first = node.isController ? "it gives leadership up first" : "its leaders move first"
        show(.fault, "Stopping \(node.title.lowercasedFirst); \(first)\(restartHint)", of: .stop(node))
        return [.inject(.stop(node))]
    }

    /// Which key ends it, where there is one.
    var restartHint: String {
        refusal(of: .restart) == nil ? " · \(keyName(.restart)) restarts it" : ""
    }

    /// Nodes that a restart brings back: those that are down, controllers first, since without one nobody can register,
    /// and brokers that run without their log directory.
    var down: [BrokerID] {
        guard let cluster else { return [] }
        return cluster.controllers.filter { !$0.isUp }.map(\.id)
            + cluster.brokers.filter(\.wantsRestart).map(\.id)
    }

    mutating func restart() -> [Command] {
        var nodes = down
        if let selected = selectedNode, nodes.contains(selected) { nodes = [selected] }
        guard !nodes.isEmpty else {
            show(.note, "Nothing is down")
            return []
        }
        let names = nodes.map { $0.title.lowercasedFirst }.joined(separator: ", ")
        show(.ok, "Restarting \(names)" + (attachment == nil ? " on the same data and port" : ""))
        return nodes.map { .inject(.restart($0)) }
    }

    mutating func heal() -> [Command] {
        let nodes = down
        let faults = cluster?.faults ?? []
        guard !nodes.isEmpty || !faults.isEmpty else {
            show(.note, "Nothing is broken")
            return []
        }
        var deeds: [String] = []
        if !faults.isEmpty { deeds.append("ending \(Figures.plural(Int64(faults.count), "fault"))") }
        let names = nodes.map { $0.title.lowercasedFirst }
        if !nodes.isEmpty { deeds.append("restarting \(names.joined(separator: ", "))") }
        show(.ok, "Healing: \(deeds.joined(separator: ", "))")
        return (faults.isEmpty ? [] : [.inject(.healAll)]) + nodes.map { .inject(.restart($0)) }
    }

    var nodes: [BrokerID] { (cluster?.brokers.map(\.id) ?? []) + (cluster?.controllers.map(\.id) ?? []) }

    /// Partitions here whose preferred replica could lead and does not.
    mutating func electPreferred() -> [Command] {
        guard let name = topicHere, let topic = cluster?.topics.first(where: { $0.name == name }) else { return [] }
        let moved = topic.partitions.filter { partition in
            guard let preferred = partition.replicas.first?.broker else { return false }
            return partition.leader != preferred
        }.map { TopicPartition(topic: name, partition: $0.index) }
        guard !moved.isEmpty else {
            show(.note, "Every partition of \(name) is led by its preferred replica")
            return []
        }
        show(.note, "Asking for preferred leaders of \(moved.map(\.description).joined(separator: ", "))")
        return [.electPreferredLeaders(moved)]
    }
}

extension String {
    /// For a name in the middle of a sentence.
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
    /// For a sentence that begins with a common noun.
    var uppercasedFirst: String { prefix(1).uppercased() + dropFirst() }
}
