import KafkaBroker
import KafkaProtocol
import NIOCore

/// An administrator who never leaves the cluster alone: one operation after the other, drawn from those it may do. What
/// took effect it notes, in words; what failed it forgets, as the next one comes anyway.
package struct SimulatedAdministrator: SimulatedClient {
    struct Pending: Sendable {
        let id: RequestID
        let words: String
        let operation: AdministratorSettings.Operation
        let topic: String
    }

    package let settings: AdministratorSettings
    package var network: NetworkClient
    var created: [String] = []
    /// Topics that were deleted, as far as is known, and are to be made anew.
    private(set) var absent: [TopicPlan] = []
    private var pending: Pending?
    private var next: Instant?
    private var createdCount = 0
    private var isFinishing = false
    private var lastStep = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)

    package init(_ settings: AdministratorSettings, network: NetworkSettings) {
        self.settings = settings
        self.network = NetworkClient(network, topics: settings.topics)
    }

    package var name: String { network.name }
    package var isDone: Bool { isFinishing && pending == nil && absent.isEmpty }
    package mutating func finish() { isFinishing = true }

    package var nextDeadline: Instant? {
        if isDone { return nil }
        guard !isFinishing || !absent.isEmpty, pending == nil, let next, next > lastStep else {
            return network.nextDeadline
        }
        return .earlier(network.nextDeadline, next)
    }

    package mutating func step(_ input: ClientInput, now: Instant, into actions: inout [ClientAction]) {
        lastStep = now
        network.handle(input, now: now, into: &actions)
        takeEvents(into: &actions)
        if isDone { return }
        if next == nil { next = now + spread(settings.interval) }
        if pending == nil, let due = next, due <= now {
            next = now + spread(settings.interval)
            if let topic = absent.first {
                create(topic, now: now, into: &actions)
            } else if !isFinishing {
                act(now: now, into: &actions)
            }
        }
        network.driveMetadata(now: now, into: &actions)
        takeEvents(into: &actions)
    }

    private mutating func spread(_ duration: Duration) -> Duration {
        .nanoseconds(duration.wholeNanoseconds * Int64.random(in: 50...150, using: &network.generator) / 100)
    }

    private mutating func takeEvents(into actions: inout [ClientAction]) {
        while let event = network.nextEvent() {
            switch event {
            case .failed(let id, _) where id == pending?.id: pending = nil
            case .answered(let id, _, let frame) where id == pending?.id:
                guard let done = pending else { continue }
                pending = nil
                answered(done, frame, into: &actions)
            default: continue
            }
        }
    }

    private mutating func answered(_ done: Pending, _ frame: ByteBuffer, into actions: inout [ClientAction]) {
        let errors = errors(of: done, frame, into: &actions)
        let isThere = errors.contains { $0 == .none || $0 == .topicAlreadyExists }
        if done.operation == .createTopic, isThere { absent.removeAll { $0.name == done.topic } }
        guard errors.contains(.none) else { return }
        if done.operation == .createTopic, !settings.topics.contains(done.topic) { created.append(done.topic) }
        if done.operation == .deleteTopic { created.removeAll { $0 == done.topic } }
        actions.append(.note(.administered(done.words)))
    }

    private func errors(
        of done: Pending, _ frame: ByteBuffer, into actions: inout [ClientAction]
    ) -> [ErrorCode] {
        switch done.operation {
        case .createTopic:
            return network.read(CreateTopicsResponse.self, of: .createTopics, frame, into: &actions)?
                .topics.map(\.errorCode) ?? []
        case .deleteTopic, .replaceTopic:
            return network.read(DeleteTopicsResponse.self, of: .deleteTopics, frame, into: &actions)?
                .responses.map(\.errorCode) ?? []
        case .addPartition:
            return network.read(CreatePartitionsResponse.self, of: .createPartitions, frame, into: &actions)?
                .results.map(\.errorCode) ?? []
        case .alterMinISR, .alterRetention, .allowUncleanElection, .forbidUncleanElection:
            return network.read(
                IncrementalAlterConfigsResponse.self, of: .incrementalAlterConfigs, frame, into: &actions)?
                .responses.map(\.errorCode) ?? []
        case .electPreferred, .electUnclean:
            return network.read(ElectLeadersResponse.self, of: .electLeaders, frame, into: &actions)?
                .replicaElectionResults.flatMap { $0.partitionResult.map(\.errorCode) } ?? []
        case .reassign, .cancelReassignments:
            return network.read(
                AlterPartitionReassignmentsResponse.self, of: .alterPartitionReassignments, frame, into: &actions)?
                .responses.flatMap { $0.partitions.map(\.errorCode) } ?? []
        case .deleteRecords:
            return network.read(DeleteRecordsResponse.self, of: .deleteRecords, frame, into: &actions)?
                .topics.flatMap { $0.partitions.map(\.errorCode) } ?? []
        }
    }

    // MARK: Operations

    private mutating func act(now: Instant, into actions: inout [ClientAction]) {
        guard let operation = settings.operations.randomElement(using: &network.generator),
            let topic = settings.topics.randomElement(using: &network.generator),
            let broker = network.metadata.brokers.filter({ network.mayReach($0, now: now) })
                .randomElement(using: &network.generator)
        else { return }
        let known = network.metadata.topics[topic]?.partitions ?? []
        guard let number = known.indices.randomElement(using: &network.generator) else { return }
        var partition = TopicPartition(topic: topic, partition: Int32(number))
        var words = "\(operation.rawValue) \(partition)"
        var subject = topic
        let id: RequestID
        switch operation {
        case .createTopic:
            createdCount += 1
            subject = "\(name)-topic-\(createdCount)"
            words = "\(operation.rawValue) \(subject)"
            let plan = TopicPlan(name: subject, partitions: 1, replicationFactor: settings.replicationFactor)
            id = network.send(plan.creation, to: broker, now: now, into: &actions)
        case .deleteTopic:
            guard let last = created.last else { return }
            subject = last
            words = "\(operation.rawValue) \(subject)"
            id = network.send(deletion(of: subject), to: broker, now: now, into: &actions)
        case .replaceTopic:
            guard let plan = settings.replaceable.randomElement(using: &network.generator) else { return }
            subject = plan.name
            words = "\(operation.rawValue) \(subject)"
            // Whether the deletion has its effect or not, the topic is there in the end.
            absent.append(plan)
            id = network.send(deletion(of: subject), to: broker, now: now, into: &actions)
        case .addPartition:
            guard known.count < settings.mostPartitions else { return }
            var request = CreatePartitionsRequest()
            var added = CreatePartitionsRequest.CreatePartitionsTopic()
            added.name = topic
            added.count = Int32(known.count + 1)
            added.assignments = nil
            request.topics = [added]
            request.timeoutMs = 2000
            id = network.send(request, to: broker, now: now, into: &actions)
        case .alterMinISR:
            let value = Int.random(in: 1...max(1, settings.mostMinISR), using: &network.generator)
            words += " to \(value)"
            id = alter(topic, "min.insync.replicas", "\(value)", broker, now: now, into: &actions)
        case .alterRetention:
            let value = Int.random(in: 0...20_000, using: &network.generator)
            words += " to \(value) bytes"
            id = alter(topic, "retention.bytes", "\(value)", broker, now: now, into: &actions)
        case .allowUncleanElection:
            id = alter(topic, "unclean.leader.election.enable", "true", broker, now: now, into: &actions)
        case .forbidUncleanElection:
            id = alter(topic, "unclean.leader.election.enable", "false", broker, now: now, into: &actions)
        case .electPreferred: id = elect(partition, type: 0, broker, now: now, into: &actions)
        case .electUnclean:
            // Only where nobody leads there is something to elect.
            if let leaderless = leaderlessPartition() {
                partition = leaderless
                words = "\(operation.rawValue) \(partition)"
            } else {
                network.refreshMetadata()
            }
            id = elect(partition, type: 1, broker, now: now, into: &actions)
        case .reassign:
            let factor = max(1, known[number].replicas.count)
            let replicas = Array(network.metadata.brokers.shuffled(using: &network.generator).prefix(factor))
            words += " to \(replicas.map(\.description).joined(separator: ","))"
            id = reassign(partition, replicas, broker, now: now, into: &actions)
        case .cancelReassignments: id = reassign(partition, nil, broker, now: now, into: &actions)
        case .deleteRecords:
            guard known[number].leader != .none else { return }
            var request = DeleteRecordsRequest()
            request.timeoutMs = 2000
            var records = DeleteRecordsRequest.DeleteRecordsPartition()
            records.partitionIndex = partition.partition
            // -1 stands for the high watermark. Mostly a little of the log goes, sometimes all that is committed.
            let isAll = Int.random(in: 0..<4, using: &network.generator) == 0
            records.offset = isAll ? -1 : Int64.random(in: 0...30, using: &network.generator)
            words += " before \(records.offset)"
            var wanted = DeleteRecordsRequest.DeleteRecordsTopic()
            wanted.name = topic
            wanted.partitions = [records]
            request.topics = [wanted]
            id = network.send(request, to: known[number].leader, now: now, into: &actions)
        }
        pending = Pending(id: id, words: words, operation: operation, topic: subject)
    }

    private mutating func create(_ plan: TopicPlan, now: Instant, into actions: inout [ClientAction]) {
        let brokers = network.metadata.brokers.filter { network.mayReach($0, now: now) }
        guard let broker = brokers.randomElement(using: &network.generator) else { return }
        let id = network.send(plan.creation, to: broker, now: now, into: &actions)
        pending = Pending(
            id: id, words: "createTopic \(plan.name)", operation: .createTopic, topic: plan.name)
    }

    private func deletion(of topic: String) -> DeleteTopicsRequest {
        var request = DeleteTopicsRequest()
        request.timeoutMs = 2000
        if network.settings.dialect.version(of: .deleteTopics) >= 6 {
            var deleted = DeleteTopicsRequest.DeleteTopicState()
            deleted.name = topic
            request.topics = [deleted]
        } else {
            request.topicNames = [topic]
        }
        return request
    }

    private mutating func alter(
        _ topic: String, _ setting: String, _ value: String, _ broker: BrokerID, now: Instant,
        into actions: inout [ClientAction]
    ) -> RequestID {
        var config = IncrementalAlterConfigsRequest.AlterableConfig()
        config.name = setting
        config.value = value
        var resource = IncrementalAlterConfigsRequest.AlterConfigsResource()
        resource.resourceType = 2
        resource.resourceName = topic
        resource.configs = [config]
        var request = IncrementalAlterConfigsRequest()
        request.resources = [resource]
        return network.send(request, to: broker, now: now, into: &actions)
    }

    private mutating func elect(
        _ partition: TopicPartition, type: Int8, _ broker: BrokerID, now: Instant, into actions: inout [ClientAction]
    ) -> RequestID {
        var wanted = ElectLeadersRequest.TopicPartitions()
        wanted.topic = partition.topic
        wanted.partitions = [partition.partition]
        var request = ElectLeadersRequest()
        request.electionType = type
        request.timeoutMs = 2000
        request.topicPartitions = [wanted]
        return network.send(request, to: broker, now: now, into: &actions)
    }

    private mutating func leaderlessPartition() -> TopicPartition? {
        settings.topics.flatMap { topic in
            (network.metadata.topics[topic]?.partitions ?? []).enumerated().filter { $1.leader == .none }.map {
                TopicPartition(topic: topic, partition: Int32($0.offset))
            }
        }.randomElement(using: &network.generator)
    }

    private mutating func reassign(
        _ partition: TopicPartition, _ replicas: [BrokerID]?, _ broker: BrokerID, now: Instant,
        into actions: inout [ClientAction]
    ) -> RequestID {
        var wanted = AlterPartitionReassignmentsRequest.ReassignablePartition()
        wanted.partitionIndex = partition.partition
        wanted.replicas = replicas
        var topic = AlterPartitionReassignmentsRequest.ReassignableTopic()
        topic.name = partition.topic
        topic.partitions = [wanted]
        var request = AlterPartitionReassignmentsRequest()
        request.timeoutMs = 2000
        request.topics = [topic]
        return network.send(request, to: broker, now: now, into: &actions)
    }
}
