import KafkaBroker
import KafkaProtocol

/// Puts one picture of the whole cluster together from what each node knows of itself and what its driver knows of it.
///
/// The controller's image says what is decided: topics, leaders, ISRs, who is fenced. A broker's own snapshot says what
/// is so: log ends, high watermarks, groups. The driver says who is there at all. What none of them knows stays nil.
///
/// Invariant: a value of a partition comes from the leader that the image names, or is nil; a group comes from the
/// coordinator that leads its partition of `__consumer_offsets`, or is not there.
package struct ClusterAssembly: Sendable {
    /// One broker as its driver sees it.
    package struct BrokerNode: Hashable, Sendable {
        package var id: BrokerID
        package var host: String
        package var port: Int
        package var presence: Presence

        package enum Presence: Hashable, Sendable {
            case down
            case up(BrokerSnapshot)
            case stopping(BrokerSnapshot)
        }

        package init(id: BrokerID, host: String, port: Int, presence: Presence) {
            self.id = id
            self.host = host
            self.port = port
            self.presence = presence
        }

        package var snapshot: BrokerSnapshot? {
            switch presence {
            case .down: nil
            case .up(let snapshot), .stopping(let snapshot): snapshot
            }
        }
    }

    /// Everything that one picture is made of.
    package struct Input: Hashable, Sendable {
        package var clusterID: String
        /// Sorted by id.
        package var brokers: [BrokerNode] = []
        /// Sorted by id.
        package var controllers: [ClusterSnapshot.ControllerNode] = []
        /// The newest image of the active controller, or the last one that there was.
        package var image: MetadataImage?
        /// Until when a returned broker's former session lasts. Looked up, never walked through.
        package var sessionEnds: [BrokerID: Instant] = [:]

        package init(clusterID: String) { self.clusterID = clusterID }
    }

    private struct Meters {
        var recordsIn = RateMeter()
        var bytesIn = RateMeter()
        var bytesOut = RateMeter()
    }

    private var meters: [BrokerID: Meters] = [:]

    package init() {}

    /// Notes the brokers' counters. Call it at each look, also when nothing else has changed: rates fall by it.
    package mutating func note(_ brokers: [BrokerNode], at now: Instant) {
        for broker in brokers {
            guard let snapshot = broker.snapshot else {
                meters[broker.id] = nil
                continue
            }
            meters[broker.id, default: Meters()].recordsIn.note(snapshot.recordsIn, at: now)
            meters[broker.id, default: Meters()].bytesIn.note(snapshot.bytesIn, at: now)
            meters[broker.id, default: Meters()].bytesOut.note(snapshot.bytesOut, at: now)
        }
    }

    package func snapshot(of input: Input, at now: Instant) -> ClusterSnapshot {
        var result = ClusterSnapshot(takenAt: now, clusterID: input.clusterID)
        result.controllers = input.controllers
        result.controller = input.controllers.first { $0.isActive }?.id
        result.metadataOffset = input.image?.offset
        let view = View(input)
        result.topics = input.image.map { view.topics($0) } ?? []
        result.brokers = input.brokers.map { broker($0, input, result.topics, now) }
        result.groups = view.groups(result.topics)
        let rates = input.brokers.compactMap { meters[$0.id]?.recordsIn.perSecond }
        result.recordsPerSecond = rates.isEmpty ? nil : rates.reduce(0, +)
        return result
    }

    // MARK: Brokers

    private func broker(
        _ node: BrokerNode, _ input: Input, _ topics: [ClusterSnapshot.Topic], _ now: Instant
    ) -> ClusterSnapshot.Broker {
        var leaders = 0
        var replicas = 0
        for partition in topics.lazy.flatMap(\.partitions) {
            if partition.leader == node.id { leaders += 1 }
            if partition.replicas.contains(where: { $0.broker == node.id }) { replicas += 1 }
        }
        var broker = ClusterSnapshot.Broker(
            id: node.id, host: node.host, port: node.port, state: state(node, input, now), leaders: leaders,
            replicas: replicas)
        broker.connections = node.snapshot?.connections
        broker.logBytes = node.snapshot.map { $0.replicas.reduce(0) { $0 &+ $1.sizeInBytes } }
        broker.logDirectoryFailure = node.snapshot?.logDirectoryFailure
        broker.bytesInPerSecond = meters[node.id]?.bytesIn.perSecond
        broker.bytesOutPerSecond = meters[node.id]?.bytesOut.perSecond
        return broker
    }

    private func state(_ node: BrokerNode, _ input: Input, _ now: Instant) -> ClusterSnapshot.Broker.State {
        let snapshot: BrokerSnapshot
        switch node.presence {
        case .down: return .down
        case .stopping: return .shuttingDown
        case .up(let found): snapshot = found
        }
        switch snapshot.lifecycle {
        case .shuttingDown:
            return .shuttingDown
        case .registering:
            if let end = input.sessionEnds[node.id], end > now {
                return .waitingForSession(milliseconds: (end - now).wholeMilliseconds)
            }
            return .starting(.registering)
        case .recovering, .catchingUp:
            return .starting(snapshot.lifecycle)
        case .running:
            // Before the first image there is nobody who could have fenced it.
            guard let image = input.image else { return .running }
            return image.broker(node.id).map { !$0.fenced } == true ? .running : .fenced
        }
    }
}

/// Finds what a node said about one partition.
private struct View {
    private var nodes: [BrokerID: ClusterAssembly.BrokerNode] = [:]
    private var replicas: [BrokerID: [TopicPartition: ReplicaSnapshot]] = [:]
    private let order: [ClusterAssembly.BrokerNode]
    private let image: MetadataImage?

    init(_ input: ClusterAssembly.Input) {
        order = input.brokers
        image = input.image
        for node in input.brokers {
            nodes[node.id] = node
            guard let snapshot = node.snapshot else { continue }
            replicas[node.id] = Dictionary(
                snapshot.replicas.map { ($0.partition, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    // MARK: Topics

    func topics(_ image: MetadataImage) -> [ClusterSnapshot.Topic] {
        image.topics.map { topic in
            ClusterSnapshot.Topic(
                name: topic.name, id: topic.id, isInternal: topic.isInternal,
                partitions: topic.partitions.enumerated().map { index, partition in
                    self.partition(TopicPartition(topic: topic.name, partition: Int32(clamping: index)), partition)
                })
        }
    }

    private func partition(_ name: TopicPartition, _ decided: PartitionImage) -> ClusterSnapshot.Partition {
        let leader = decided.leader == .none ? nil : decided.leader
        var partition = ClusterSnapshot.Partition(
            index: name.partition, leader: leader, leaderEpoch: decided.leaderEpoch, isr: decided.isr,
            replicas: decided.replicas.map { replica($0, of: name, decided) })
        // A leader that has not yet heard of its election, or has not yet heard of the next one, knows nothing current.
        if let leader, let own = replicas[leader]?[name], own.isLeader, own.leaderEpoch == decided.leaderEpoch {
            partition.logStartOffset = own.logStartOffset
            partition.cleanedUpTo = own.cleanedUpTo > 0 ? own.cleanedUpTo : nil
            partition.highWatermark = own.highWatermark
            partition.logEndOffset = own.logEndOffset
            partition.sizeInBytes = own.sizeInBytes
            partition.minISR = own.minISR
        }
        return partition
    }

    private func replica(
        _ broker: BrokerID, of name: TopicPartition, _ decided: PartitionImage
    ) -> ClusterSnapshot.Replica {
        let own = replicas[broker]?[name]
        let isOffline =
            nodes[broker]?.snapshot == nil || own?.failure != nil || image?.broker(broker).map { $0.fenced } != false
        let state: ClusterSnapshot.Replica.State =
            if isOffline {
                .offline
            } else if decided.leader == broker {
                .leader
            } else {
                decided.isr.contains(broker) ? .inSync : .lagging
            }
        return ClusterSnapshot.Replica(broker: broker, state: state, logEndOffset: own?.logEndOffset)
    }

    // MARK: Groups

    func groups(_ topics: [ClusterSnapshot.Topic]) -> [ClusterSnapshot.Group] {
        var found: [String: GroupSnapshot] = [:]
        let topic = image?.topic(named: GroupCoordinator.topic)
        let offsets = topic?.partitions ?? []
        for group in order.lazy.compactMap(\.snapshot).flatMap(\.groups) {
            // One that is cut off goes on holding what has another coordinator by now, or went with its topic.
            let place = Int(group.term.partition)
            if let topic, topic.id != group.term.topicID { continue }
            if offsets.indices.contains(place), offsets[place].leader != group.coordinator,
                offsets[place].leaderEpoch > group.term.leaderEpoch
            {
                continue
            }
            // Brokers may know of an election before the image does.
            if let other = found[group.id]?.term,
                other.topicID != group.term.topicID || other.leaderEpoch >= group.term.leaderEpoch
            {
                continue
            }
            found[group.id] = group
        }
        var partitions: [TopicPartition: ClusterSnapshot.Partition] = [:]
        for topic in topics {
            for partition in topic.partitions {
                partitions[TopicPartition(topic: topic.name, partition: partition.index)] = partition
            }
        }
        return found.values.sorted { $0.id < $1.id }.map { group($0, partitions) }
    }

    private func group(
        _ own: GroupSnapshot, _ partitions: [TopicPartition: ClusterSnapshot.Partition]
    ) -> ClusterSnapshot.Group {
        var rows: [TopicPartition: ClusterSnapshot.GroupPartition] = [:]
        for offset in own.offsets {
            rows[offset.partition, default: .init(partition: offset.partition)].committed = offset.committed
            rows[offset.partition]?.committedAt = offset.committedAt
        }
        for member in own.members {
            for partition in member.assignment {
                rows[partition, default: .init(partition: partition)].member = member.id
            }
        }
        var group = ClusterSnapshot.Group(id: own.id, state: own.state, members: own.members)
        group.generation = own.generation
        group.protocolType = own.protocolType ?? ""
        group.protocolName = own.protocolName
        group.coordinator = own.coordinator
        group.partitions = rows.values.sorted { $0.partition < $1.partition }.map { row in
            var row = row
            row.highWatermark = partitions[row.partition]?.highWatermark
            row.logEndOffset = partitions[row.partition]?.logEndOffset
            return row
        }
        return group
    }
}
