import KafkaCluster
import KafkaProtocol

// Faults are aimed at the live cluster, not at a held picture: a leader may have moved since.
extension Model {
    private var cluster: ClusterSnapshot? { live.snapshot }

    private func isUp(_ id: BrokerID) -> Bool {
        guard let cluster else { return false }
        if let controller = cluster.controllers.first(where: { $0.id == id }) { return controller.isUp }
        return cluster.brokers.first { $0.id == id }.map { !$0.state.isDown } ?? false
    }

    private func partition(_ partition: TopicPartition) -> ClusterSnapshot.Partition? {
        cluster?.topics.first { $0.name == partition.topic }?.partitions.first { $0.index == partition.partition }
    }

    /// The node selected in the view of brokers, or the one whose screen this is.
    private var selectedNode: BrokerID? {
        if case .broker(let id) = place { return id }
        guard place == .brokers, case .number(let id)? = listing?.selectedID(screen.list) else { return nil }
        return BrokerID(Int32(truncatingIfNeeded: id))
    }

    /// What `kill` is aimed at, and why that node.
    private var target: Result<(node: BrokerID, why: String), Refusal> {
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

    private struct Refusal: Error { var reason: String }

    /// The partition that the screen or its selected row is about; of a whole topic, the first that has a leader.
    private var partitionHere: TopicPartition? {
        switch place {
        case .record(let partition, _): return partition
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
        case .brokers, .broker, .groups, .events: return nil
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
                show(.warning, "\(node.title) is down already · \(keyName(.restart)) restarts it")
                return []
            }
            show(.fault, "Killed \(node.title.lowercasedFirst)\(why) · \(keyName(.restart)) restarts it")
            return [.inject(.kill(node))]
        }
    }

    mutating func stop() -> [Command] {
        guard let node = selectedNode, isUp(node) else {
            show(.warning, "Nothing here that runs")
            return []
        }
        show(
            .fault, "Stopping \(node.title.lowercasedFirst); its leaders move first · \(keyName(.restart)) restarts it")
        return [.inject(.stop(node))]
    }

    /// Nodes that are down, controllers first: without one nobody can register.
    private var down: [BrokerID] {
        guard let cluster else { return [] }
        return cluster.controllers.filter { !$0.isUp }.map(\.id)
            + cluster.brokers.filter { $0.state.isDown }.map(\.id)
    }

    mutating func restart() -> [Command] {
        var nodes = down
        if let selected = selectedNode, nodes.contains(selected) { nodes = [selected] }
        guard !nodes.isEmpty else {
            show(.note, "Nothing is down")
            return []
        }
        let names = nodes.map { $0.title.lowercasedFirst }.joined(separator: ", ")
        show(.ok, "Restarting \(names) on the same data and port")
        return nodes.map { .inject(.restart($0)) }
    }

    mutating func heal() -> [Command] {
        let nodes = down
        guard !nodes.isEmpty else {
            show(.note, "Nothing is broken")
            return []
        }
        show(.ok, "Healing: restarting \(nodes.map { $0.title.lowercasedFirst }.joined(separator: ", "))")
        return nodes.map { .inject(.restart($0)) }
    }

    mutating func openFaultMenu() {
        var items: [Menu.Item] = []
        let key = keyName(.restart)
        if place.view != .brokers, place.view != .broker, case .success(let (node, why)) = target, isUp(node) {
            let name = "\(node.title.lowercasedFirst)\(why)"
            items.append(
                Menu.Item(label: "Kill \(name)", fault: .kill(node), toast: "Killed \(name) · \(key) restarts it"))
        }
        let nodes = (cluster?.brokers.map(\.id) ?? []) + (cluster?.controllers.map(\.id) ?? [])
        for node in nodes {
            let name = node.title.lowercasedFirst
            if isUp(node) {
                items.append(
                    Menu.Item(label: "Kill \(name)", fault: .kill(node), toast: "Killed \(name) · \(key) restarts it"))
                if !node.isController {
                    items.append(
                        Menu.Item(
                            label: "Stop \(name) in an orderly way", fault: .stop(node),
                            toast: "Stopping \(name); its leaders move first · \(key) restarts it"))
                }
            } else {
                items.append(
                    Menu.Item(label: "Restart \(name)", fault: .restart(node), toast: "Restarting \(name)"))
            }
        }
        guard !items.isEmpty else { return show(.note, "There is nothing to break yet") }
        overlay = .menu(Menu(title: "Faults", items: items))
    }

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
}
