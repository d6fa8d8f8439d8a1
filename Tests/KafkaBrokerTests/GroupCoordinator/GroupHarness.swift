import KafkaProtocol
import NIOCore

@testable import KafkaBroker

/// A coordinator on a virtual clock, whose `__consumer_offsets` is an array that outlives it.
struct GroupHarness {
    /// Of `__consumer_offsets`.
    static let offsetsID = Uuid(high: 1, low: 1)

    var coordinator: GroupCoordinator
    var metadata: MetadataImage
    var now = Instant(monotonicNanoseconds: 1_000_000_000, wallClockMilliseconds: 1_700_000_000_000)
    /// Batches in the log, all in partition 0.
    var log: [ByteBuffer] = []
    /// While false, appends stay in `uncommitted` until `commitAll` or `failAll`.
    var commitsAtOnce = true
    var uncommitted: [CoordinatorAppendID] = []
    var answers: [Int32: [Payload]] = [:]
    var events: [BrokerEvent.Kind] = []
    private var nextCorrelationId: Int32 = 0
    private let settings: GroupSettings

    init(settings: GroupSettings = GroupSettings(), isLoaded: Bool = true) throws {
        self.settings = settings
        metadata = MetadataImage(clusterID: "test")
        coordinator = GroupCoordinator(brokerId: 1, settings: settings, seed: 7)
        for (offset, name) in [GroupCoordinator.topic, "orders"].enumerated() {
            var topic = TopicRecord()
            topic.name = name
            topic.topicId = Uuid(high: 1, low: UInt64(offset + 1))
            var partition = PartitionRecord()
            partition.topicId = topic.topicId
            partition.partitionId = 0
            partition.leaderEpoch = 0
            partition.partitionEpoch = 0
            partition.replicas = [1]
            partition.isr = [1]
            partition.leader = 1
            _ = try metadata.replay(.topic(topic), at: Int64(2 * offset), epoch: 1)
            _ = try metadata.replay(.partition(partition), at: Int64(2 * offset + 1), epoch: 1)
        }
        if isLoaded { step(.elected(partition: 0, leaderEpoch: 0)) }
    }

    mutating func step(_ input: CoordinatorInput) {
        var actions: [CoordinatorAction] = []
        coordinator.step(input, metadata: metadata, now: now, into: &actions)
        for action in actions { perform(action) }
    }

    private mutating func perform(_ action: CoordinatorAction) {
        switch action {
        case .respond(let context, let parts): answers[context.correlationId] = parts
        case .malformed(let context, _): answers[context.correlationId] = []
        case .append(let id, _, let batch, _):
            log.append(batch)
            step(.appended(id, baseOffset: Int64(log.count)))
            if commitsAtOnce { step(.committed(id)) } else { uncommitted.append(id) }
        case .read(let partition, _, _):
            var all = ByteBuffer()
            for batch in log { all.writeImmutableBuffer(batch) }
            step(.read(partition: partition, batches: all, nextOffset: Int64(log.count), isEnd: true))
        case .emit(let event): events.append(event)
        }
    }

    mutating func commitAll() {
        let ids = uncommitted
        uncommitted = []
        for id in ids { step(.committed(id)) }
    }

    mutating func failAll(_ error: ErrorCode) {
        let ids = uncommitted
        uncommitted = []
        for id in ids { step(.appendFailed(id, error)) }
    }

    /// Moves the clock, and hands in every deadline on the way at its own time.
    mutating func advance(_ duration: Duration) {
        let end = now + duration
        while let deadline = coordinator.nextDeadline, deadline <= end.monotonicNanoseconds {
            now = now + .nanoseconds(max(0, deadline - now.monotonicNanoseconds))
            step(.deadlineReached)
        }
        now = end
    }

    /// A coordinator with empty memory on the same log, as after an election.
    mutating func failOver() {
        step(.resigned(partition: 0))
        coordinator = GroupCoordinator(brokerId: 1, settings: settings, seed: 8)
        step(.elected(partition: 0, leaderEpoch: 1))
    }

    /// Sends a request; the answer, now or later, lies under the number that comes back.
    mutating func send<Request: KafkaRequest>(
        _ request: Request, version: Int16? = nil, clientId: String = "app"
    ) throws -> Int32 {
        nextCorrelationId += 1
        let version = version ?? Request.versions.upperBound
        let context = RequestContext(
            source: .peer(1), apiKey: Request.apiKey, version: version, correlationId: nextCorrelationId,
            clientId: clientId)
        step(.request(context, clientHost: "127.0.0.1", body: try request.encode(version: version)))
        return nextCorrelationId
    }

    mutating func answer<Response: KafkaResponse>(
        _ type: Response.Type, to id: Int32, version: Int16? = nil
    ) throws -> Response? {
        guard let parts = answers[id], case .bytes(let frame)? = parts.first else { return nil }
        return try ResponseFrame.decode(
            type, apiVersion: version ?? Response.versions.upperBound, from: frame
        ).response
    }

    mutating func ask<Request: KafkaRequest>(_ request: Request, version: Int16? = nil) throws -> Request.Response? {
        try answer(Request.Response.self, to: try send(request, version: version), version: version)
    }
}

// MARK: - Requests as consumers send them

extension GroupHarness {
    static func join(
        _ memberId: String = "", instance: String? = nil, protocols: [(String, String)] = [("range", "orders")]
    ) -> JoinGroupRequest {
        var request = JoinGroupRequest()
        request.groupId = "billing"
        request.memberId = memberId
        request.groupInstanceId = instance
        request.sessionTimeoutMs = 10_000
        request.rebalanceTimeoutMs = 60_000
        request.protocolType = "consumer"
        request.protocols = protocols.map { name, metadata in
            var entry = JoinGroupRequest.JoinGroupRequestProtocol()
            entry.name = name
            entry.metadata = ByteBuffer(string: metadata)
            return entry
        }
        return request
    }

    static func sync(_ memberId: String, generation: Int32, _ assignments: [String: String] = [:]) -> SyncGroupRequest {
        var request = SyncGroupRequest()
        request.groupId = "billing"
        request.memberId = memberId
        request.generationId = generation
        request.protocolType = "consumer"
        request.protocolName = "range"
        request.assignments = assignments.sorted { $0.key < $1.key }.map { member, assignment in
            var entry = SyncGroupRequest.SyncGroupRequestAssignment()
            entry.memberId = member
            entry.assignment = ByteBuffer(string: assignment)
            return entry
        }
        return request
    }

    static func heartbeat(_ memberId: String, generation: Int32) -> HeartbeatRequest {
        var request = HeartbeatRequest()
        request.groupId = "billing"
        request.memberId = memberId
        request.generationId = generation
        return request
    }

    static func commit(
        _ offset: Int64, member: String = "", generation: Int32 = -1, topic: String = "orders"
    ) -> OffsetCommitRequest {
        var request = OffsetCommitRequest()
        request.groupId = "billing"
        request.memberId = member
        request.generationIdOrMemberEpoch = generation
        var partition = OffsetCommitRequest.OffsetCommitRequestPartition()
        partition.committedOffset = offset
        var entry = OffsetCommitRequest.OffsetCommitRequestTopic()
        entry.name = topic
        entry.partitions = [partition]
        request.topics = [entry]
        return request
    }

    static func leave(_ memberId: String) -> LeaveGroupRequest {
        var request = LeaveGroupRequest()
        request.groupId = "billing"
        var member = LeaveGroupRequest.MemberIdentity()
        member.memberId = memberId
        request.members = [member]
        return request
    }

    mutating func committedOffset() throws -> Int64? {
        var request = OffsetFetchRequest()
        var group = OffsetFetchRequest.OffsetFetchRequestGroup()
        group.groupId = "billing"
        group.topics = nil
        request.groups = [group]
        return try ask(request)?.groups.first?.topics.first?.partitions.first?.committedOffset
    }

    /// Joins as a newcomer: takes the id that the first answer gives, and comes back with it.
    mutating func newcomer() throws -> (memberId: String, join: Int32) {
        let refused = try ask(Self.join())!
        return (refused.memberId, try send(Self.join(refused.memberId)))
    }

    /// A stable group of one.
    mutating func stableMember() throws -> String {
        let (id, _) = try newcomer()
        _ = try send(Self.sync(id, generation: 1, [id: "all"]))
        return id
    }

    var state: String { coordinator.groups["billing"]?.state.name ?? "none" }
}
