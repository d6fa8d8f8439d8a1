import KafkaCluster
import KafkaProtocol

/// The cluster grows, shrinks, and moves its replicas about.
extension Model {
    mutating func addBroker() -> [Command] {
        show(.note, "Adding a broker; it holds nothing until replicas are moved to it")
        return [.addBroker]
    }

    mutating func openRemoveForm() {
        guard let broker = selectedNode, !broker.isController else {
            return show(.warning, "Select a broker first; controllers stay")
        }
        overlay = .form(
            Form(
                purpose: .removeBroker(broker), title: "Remove broker \(broker) for good, with its folder",
                about: about(.removeBroker(broker)),
                fields: [Form.Field(label: "Its id", field: TextField(), hint: "type \(broker) to remove it")]))
    }

    mutating func openMoveForm() {
        let partitions = movedPartitions
        guard let first = partitions.first else { return show(.warning, "Select a topic or partition first") }
        let title = partitions.count == 1 ? "\(first.id)" : "all \(partitions.count) partitions of \(first.id.topic)"
        var field = Form.Field(
            label: "Brokers", field: TextField(), hint: "such as 1,2,4; the first is the preferred leader")
        if partitions.count == 1 {
            field.field = TextField(offering: first.replicas.map(\.description).joined(separator: ","))
        }
        overlay = .form(
            Form(
                purpose: .moveReplicas(partitions.map(\.id)), title: "Move the replicas of \(title)", fields: [field]))
    }

    /// The selected partition, or all of the selected topic.
    private var movedPartitions: [(id: TopicPartition, replicas: [BrokerID])] {
        guard let topic = live.snapshot?.topics.first(where: { $0.name == topicHere }) else { return [] }
        var partitions = topic.partitions
        if case .topic = place, case .partition(let selected)? = listing?.selectedID(screen.list) {
            partitions = partitions.filter { $0.index == selected.partition }
        }
        return partitions.map { partition in
            (TopicPartition(topic: topic.name, partition: partition.index), partition.replicas.map(\.broker))
        }
    }

    mutating func submitRemoval(_ form: Form, _ broker: BrokerID, _ text: String) -> [Command] {
        guard text == "\(broker)" else { return refuse(form, "that is not its id: \(broker)") }
        if let reason = controllerMissing { return refuse(form, reason) }
        overlay = nil
        show(.warning, "Removing broker \(broker)")
        return [.removeBroker(broker)]
    }

    mutating func submitMove(_ form: Form, _ partitions: [TopicPartition], _ text: String) -> [Command] {
        var brokers: [BrokerID] = []
        for word in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
            guard let id = Int32(word).map({ BrokerID($0) }),
                live.snapshot?.brokers.contains(where: { $0.id == id }) == true
            else { return refuse(form, "there is no broker \(word)") }
            guard !brokers.contains(id) else { return refuse(form, "broker \(id) stands there twice") }
            brokers.append(id)
        }
        guard !brokers.isEmpty else { return refuse(form, "at least one broker, such as 1,2,3") }
        if let reason = controllerMissing { return refuse(form, reason) }
        overlay = nil
        show(.note, "Asking to move replicas to \(brokers.words)")
        // Each partition of a topic begins with another broker, so that not one leads them all.
        return [
            .moveReplicas(
                partitions.enumerated().map { index, partition in
                    let start = index % brokers.count
                    return ReplicaMove(
                        partition: partition, replicas: Array(brokers[start...] + brokers[..<start]),
                        from: live.snapshot?.partition(partition)?.replicas.map(\.broker))
                })
        ]
    }
}
