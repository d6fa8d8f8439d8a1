import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

@testable import KafkaBroker

/// Plays the driver and the brokers of one controller: a clock that only moves when told, a disk in memory, and flushes
/// that are performed at once unless a test holds them back.
final class ControllerDriver {
    static let clusterID = "aaaaaaaaaaaaaaaaaaaaaa"

    let disk: MemoryDisk
    private(set) var controller: Controller
    private(set) var now: Instant
    private(set) var events: [BrokerEvent.Kind] = []
    private(set) var heldFlushes: [(id: FlushID, file: FileID)] = []
    private(set) var isStopped = false
    /// With false, flushes wait for `performFlushes`.
    var flushesAtOnce = true

    private let settings: ControllerSettings
    private var answers: [Int32: [Payload]] = [:]
    private var lastCorrelationID: Int32 = 0

    init(
        disk: MemoryDisk = MemoryDisk(), now: Instant = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 1000),
        seed: UInt64 = 1, configuration: [String: String] = ["auto.leader.rebalance.enable": "false"]
    ) throws {
        self.disk = disk
        self.now = now
        settings = ControllerSettings(
            clusterID: Self.clusterID, configuration: try StaticConfiguration(configuration))
        controller = try Controller(settings: settings, disk: disk, seed: seed, now: now)
        try runDeadlines(upTo: now)
    }

    /// A controller on what a killed one left behind.
    func successor(seed: UInt64 = 2) throws -> ControllerDriver {
        disk.kill()
        return try ControllerDriver(disk: disk, now: now, seed: seed)
    }

    var image: MetadataImage { controller.snapshot(now: now).image }
    var snapshot: ControllerSnapshot { controller.snapshot(now: now) }

    func step(_ input: BrokerInput) throws {
        var actions: [BrokerAction] = []
        controller.step(input, now: now, into: &actions)
        for action in actions { try perform(action) }
    }

    private func perform(_ action: BrokerAction) throws {
        switch action {
        case .flush(let id, let file):
            heldFlushes.append((id, file))
            if flushesAtOnce { try performFlushes() }
        case .send(_, .response(let parts)):
            let correlationID = try #require(parts.joined().getInteger(at: 0, as: Int32.self))
            answers[correlationID] = parts
        case .send(_, .request): Issue.record("a controller asks nobody")
        case .emit(let event): events.append(event.kind)
        case .tell, .mark: break
        case .stopped: isStopped = true
        case .respond, .close: Issue.record("a controller has no clients")
        }
    }

    func performFlushes() throws {
        while !heldFlushes.isEmpty {
            let (id, file) = heldFlushes.removeFirst()
            try disk.flush(file)
            try step(.flushed(id, .success(())))
        }
    }

    func failFlushes() throws {
        while !heldFlushes.isEmpty {
            try step(.flushed(heldFlushes.removeFirst().id, .failure(FlushError(reason: "broken"))))
        }
    }

    /// Moves the clock, with every deadline on the way handed in at its time.
    func advance(by duration: Duration) throws { try runDeadlines(upTo: now + duration) }

    /// The process does not run for so long; then the deadline that has passed is handed in first.
    func stall(for duration: Duration) throws {
        now = now + duration
        try step(.deadlineReached)
    }

    /// Moves the clock, and leaves passed deadlines for later, as a busy node does.
    func passTime(_ duration: Duration) { now = now + duration }

    private func runDeadlines(upTo end: Instant) throws {
        while let deadline = controller.nextDeadline, deadline <= end {
            if now < deadline { now = now + (deadline - now) }
            try step(.deadlineReached)
        }
        now = now + (end - now)
    }

    // MARK: Requests

    /// Hands in a request; the number is for `answer`.
    func send<Request: KafkaRequest>(
        _ request: Request, version: Int16 = Request.versions.upperBound, from broker: BrokerID = 1
    ) throws -> Int32 {
        lastCorrelationID += 1
        let frame = try RequestFrame.encode(
            request, version: version, correlationId: lastCorrelationID, clientId: "test")
        try step(.peerRequest(from: broker, frame))
        return lastCorrelationID
    }

    func answer<Response: KafkaResponse>(
        _ type: Response.Type, to correlationID: Int32, version: Int16 = Response.versions.upperBound
    ) throws -> Response? {
        guard let parts = answers[correlationID] else { return nil }
        return try ResponseFrame.decode(type, apiVersion: version, from: parts.joined()).response
    }

    /// A request that is answered at once.
    func ask<Request: KafkaRequest>(
        _ request: Request, version: Int16 = Request.versions.upperBound, from broker: BrokerID = 1
    ) throws -> Request.Response {
        let correlationID = try send(request, version: version, from: broker)
        return try #require(try answer(Request.Response.self, to: correlationID, version: version))
    }

    func clearEvents() { events.removeAll() }
}

extension [Payload] {
    func joined() -> ByteBuffer {
        var buffer = ByteBuffer()
        for case .bytes(let part) in self { buffer.writeImmutableBuffer(part) }
        return buffer
    }
}

// MARK: - What brokers do

extension ControllerDriver {
    func registration(of id: BrokerID, incarnation: UInt64) -> BrokerRegistrationRequest {
        var listener = BrokerRegistrationRequest.Listener()
        listener.name = "PLAINTEXT"
        listener.host = "127.0.0.1"
        listener.port = UInt16(9091 + id.rawValue)
        var request = BrokerRegistrationRequest()
        request.brokerId = id
        request.clusterId = Self.clusterID
        request.incarnationId = Uuid(high: UInt64(truncatingIfNeeded: id.rawValue), low: incarnation)
        request.listeners = [listener]
        request.rack = nil
        return request
    }

    @discardableResult
    func register(_ id: BrokerID, incarnation: UInt64 = 1) throws -> BrokerRegistrationResponse {
        try ask(registration(of: id, incarnation: incarnation), from: id)
    }

    @discardableResult
    func heartbeat(
        _ id: BrokerID, metadataOffset: Int64? = nil, wantFence: Bool = false, wantShutDown: Bool = false,
        epoch: Int64? = nil
    ) throws -> BrokerHeartbeatResponse {
        var request = BrokerHeartbeatRequest()
        request.brokerId = id
        request.brokerEpoch = epoch ?? image.broker(id)?.epoch ?? -1
        request.currentMetadataOffset = metadataOffset ?? image.offset
        request.wantFence = wantFence
        request.wantShutDown = wantShutDown
        return try ask(request, from: id)
    }

    /// Brings brokers up until they are unfenced.
    func start(_ ids: BrokerID..., incarnation: UInt64 = 1) throws {
        for id in ids {
            try register(id, incarnation: incarnation)
            #expect(try heartbeat(id).isFenced == false)
        }
    }

    /// Lets time pass in steps of a heartbeat, with the named brokers alive.
    func advance(by duration: Duration, keeping alive: BrokerID...) throws {
        let end = now + duration
        while now < end {
            try advance(by: min(.milliseconds(250), end - now))
            for id in alive { try heartbeat(id) }
        }
    }

    @discardableResult
    func createTopic(
        _ name: String, partitions: Int32 = -1, replicationFactor: Int16 = -1, assignments: [[BrokerID]] = [],
        configs: [(String, String?)] = [], validateOnly: Bool = false
    ) throws -> CreateTopicsResponse.CreatableTopicResult {
        let request = topicRequest(
            [
                topic(
                    name, partitions: partitions, replicationFactor: replicationFactor, assignments: assignments,
                    configs: configs)
            ], validateOnly: validateOnly)
        return try #require(try ask(request).topics.first)
    }

    func topicRequest(
        _ topics: [CreateTopicsRequest.CreatableTopic], validateOnly: Bool = false
    ) -> CreateTopicsRequest {
        var request = CreateTopicsRequest()
        request.topics = topics
        request.validateOnly = validateOnly
        return request
    }

    func topic(
        _ name: String, partitions: Int32 = -1, replicationFactor: Int16 = -1, assignments: [[BrokerID]] = [],
        configs: [(String, String?)] = []
    ) -> CreateTopicsRequest.CreatableTopic {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = replicationFactor
        topic.assignments = assignments.enumerated().map { index, brokers in
            var assignment = CreateTopicsRequest.CreatableReplicaAssignment()
            assignment.partitionIndex = Int32(index)
            assignment.brokerIds = brokers
            return assignment
        }
        topic.configs = configs.map { name, value in
            var config = CreateTopicsRequest.CreatableTopicConfig()
            config.name = name
            config.value = value
            return config
        }
        return topic
    }

    func partition(_ topic: String, _ index: Int32 = 0) throws -> PartitionImage {
        try #require(image.partition(TopicPartition(topic: topic, partition: index)))
    }

    /// The leader of the partition asks for this ISR.
    @discardableResult
    func alterIsr(
        _ topic: String, _ index: Int32 = 0, to isr: [BrokerID],
        change: (inout AlterPartitionRequest.PartitionData) -> Void = { _ in }, from sender: BrokerID? = nil,
        brokerEpoch: Int64? = nil
    ) throws -> AlterPartitionResponse {
        let partition = try partition(topic, index)
        var data = AlterPartitionRequest.PartitionData()
        data.partitionIndex = index
        data.leaderEpoch = partition.leaderEpoch
        data.partitionEpoch = partition.partitionEpoch
        data.newIsrWithEpochs = isr.map { id in
            var member = AlterPartitionRequest.BrokerState()
            member.brokerId = id
            member.brokerEpoch = image.broker(id)?.epoch ?? -1
            return member
        }
        change(&data)
        var topicData = AlterPartitionRequest.TopicData()
        topicData.topicId = try #require(image.topicId(topic))
        topicData.partitions = [data]
        var request = AlterPartitionRequest()
        request.brokerId = sender ?? partition.leader
        request.brokerEpoch = brokerEpoch ?? image.broker(request.brokerId)?.epoch ?? -1
        request.topics = [topicData]
        return try ask(request, from: request.brokerId)
    }

    func alterConfig(
        _ resource: ConfigResource, _ name: String, _ operation: ConfigChanges.Operation, _ value: String?
    ) throws -> ErrorCode {
        var config = IncrementalAlterConfigsRequest.AlterableConfig()
        config.name = name
        config.configOperation = operation.rawValue
        config.value = value
        var altered = IncrementalAlterConfigsRequest.AlterConfigsResource()
        altered.resourceType = resource.type
        altered.resourceName = resource.name
        altered.configs = [config]
        var request = IncrementalAlterConfigsRequest()
        request.resources = [altered]
        return try #require(try ask(request).responses.first).errorCode
    }
}

// MARK: - Moving partitions

extension ControllerDriver {
    struct Reassignment: Equatable {
        var replicas: [BrokerID]
        var adding: [BrokerID]
        var removing: [BrokerID]
    }

    /// Nil cancels.
    func reassign(_ topic: String, _ index: Int32 = 0, to target: [BrokerID]?) throws -> ErrorCode {
        var partition = AlterPartitionReassignmentsRequest.ReassignablePartition()
        partition.partitionIndex = index
        partition.replicas = target
        var wanted = AlterPartitionReassignmentsRequest.ReassignableTopic()
        wanted.name = topic
        wanted.partitions = [partition]
        var request = AlterPartitionReassignmentsRequest()
        request.topics = [wanted]
        return try #require(try ask(request).responses.first?.partitions.first).errorCode
    }

    /// By "topic-partition"; of all topics when none is named.
    func reassignments(_ topics: [String: [Int32]]? = nil) throws -> [String: Reassignment] {
        var request = ListPartitionReassignmentsRequest()
        request.topics = topics?.sorted { $0.key < $1.key }.map { name, indexes in
            var topic = ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics()
            topic.name = name
            topic.partitionIndexes = indexes
            return topic
        }
        var found: [String: Reassignment] = [:]
        for topic in try ask(request).topics {
            for partition in topic.partitions {
                found["\(topic.name)-\(partition.partitionIndex)"] = Reassignment(
                    replicas: partition.replicas, adding: partition.addingReplicas,
                    removing: partition.removingReplicas)
            }
        }
        return found
    }

    func unregister(_ broker: BrokerID) throws -> ErrorCode {
        var request = UnregisterBrokerRequest()
        request.brokerId = broker
        return try ask(request).errorCode
    }
}
