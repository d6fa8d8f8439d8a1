import KafkaClient
import KafkaCluster
import KafkaProtocol
import Logging
import Synchronization
import Workload

/// The least that a ledger must know: which records were acknowledged where, and which were handed to whom.
final class AcknowledgedLedger: WorkloadObserver {
    struct Place: Hashable {
        var partition: Int32
        var offset: Int64
    }
    private struct State {
        var acknowledged: [RecordID: Place] = [:]
        var reports = 0
        var attempted: [RecordID: Int] = [:]
        var outcomes: [RecordID: [ProducerOutcome]] = [:]
        var mostOpen = 0
        var consumed: [RecordID: Int] = [:]
        var membersSeen: Set<String> = []
        var processed: [RecordID: [WorkOutcome]] = [:]
        /// Handed out, and not through with.
        var atWork: [TopicPartition: Set<Int64>] = [:]
        /// Records by member and poll.
        var polls: [String: Int] = [:]
        var commitsAhead = 0
        var refusedCommits = 0
        var asked: [(member: String, attempt: Int)] = []
        var answered: [(member: String, attempt: Int)] = []
        var assigned: [(member: Int, partitions: [TopicPartition])] = []
        var revoked: [(member: Int, partitions: [TopicPartition], isLost: Bool)] = []
        var crashed: [Int] = []
        var repositioned = 0
    }
    private let state = Mutex(State())

    func attempted(_ sequences: ClosedRange<UInt>, of producer: String, topic: String) {
        state.withLock { state in
            for sequence in sequences {
                state.attempted[RecordID(producer: producer, sequence: sequence), default: 0] += 1
            }
            state.mostOpen = max(state.mostOpen, state.attempted.count - state.outcomes.count)
        }
    }

    func settled(_ id: RecordID, topic: String, _ outcome: ProducerOutcome) {
        state.withLock { state in
            state.reports += 1
            state.outcomes[id, default: []].append(outcome)
            if case .acknowledged(let partition, let offset?) = outcome {
                state.acknowledged[id] = Place(partition: partition.partition, offset: offset)
            }
        }
    }

    func delivered(_ records: [ConsumedRecord], _ ids: [RecordID?], to member: GroupMember, poll: Int) {
        state.withLock { state in
            for (record, id) in zip(records, ids) {
                guard let id else { continue }
                state.atWork[record.partition, default: []].insert(record.offset)
                state.polls["\(member.name) \(poll)", default: 0] += 1
                state.consumed[id, default: 0] += 1
                state.membersSeen.insert(member.name)
            }
        }
    }

    func processed(_ record: ConsumedRecord, _ id: RecordID?, by member: GroupMember, _ outcome: WorkOutcome) {
        guard let id else { return }
        state.withLock { state in
            state.atWork[record.partition]?.remove(record.offset)
            state.processed[id, default: []].append(outcome)
        }
    }

    func committing(_ offsets: [GroupPosition], by member: GroupMember, attempt: Int) {
        state.withLock { state in
            state.asked.append((member.name, attempt))
            let isAhead = offsets.contains { place in
                state.atWork[place.partition]?.contains { $0 < place.position } ?? false
            }
            if isAhead { state.commitsAhead += 1 }
        }
    }

    func committed(_ results: [PartitionOffset], by member: GroupMember, attempt: Int) {
        state.withLock { state in
            state.answered.append((member.name, attempt))
            if results.contains(where: { $0.error != nil }) { state.refusedCommits += 1 }
        }
    }

    func assigned(_ partitions: [TopicPartition], to member: GroupMember) {
        state.withLock { $0.assigned.append((member.number, partitions)) }
    }

    func revoked(_ partitions: [TopicPartition], from member: GroupMember, lost: Bool) {
        state.withLock { $0.revoked.append((member.number, partitions, lost)) }
    }

    func crashed(_ member: GroupMember) {
        state.withLock { $0.crashed.append(member.number) }
    }

    func repositioned(_ partitions: [TopicPartition], of member: GroupMember) {
        state.withLock { $0.repositioned += 1 }
    }

    var acknowledged: [RecordID: Place] { state.withLock { $0.acknowledged } }
    var consumed: [RecordID: Int] { state.withLock { $0.consumed } }
    var membersSeen: Set<String> { state.withLock { $0.membersSeen } }
    var processed: [RecordID: [WorkOutcome]] { state.withLock { $0.processed } }
    var largestPoll: Int { state.withLock { $0.polls.values.max() ?? 0 } }
    /// Commits that covered a record whose work was not done.
    var commitsAhead: Int { state.withLock { $0.commitsAhead } }
    var refusedCommits: Int { state.withLock { $0.refusedCommits } }
    var asked: [String] { state.withLock { $0.asked.map { "\($0.member) \($0.attempt)" } } }
    var answered: [String] { state.withLock { $0.answered.map { "\($0.member) \($0.attempt)" } } }
    var assigned: [(member: Int, partitions: [TopicPartition])] { state.withLock { $0.assigned } }
    var revoked: [(member: Int, partitions: [TopicPartition], isLost: Bool)] { state.withLock { $0.revoked } }
    var crashed: [Int] { state.withLock { $0.crashed } }
    var repositioned: Int { state.withLock { $0.repositioned } }
    var reports: Int { state.withLock { $0.reports } }
    var outcomes: [RecordID: [ProducerOutcome]] { state.withLock { $0.outcomes } }
    var attempted: [RecordID: Int] { state.withLock { $0.attempted } }
    /// The most records that were attempted and not settled at one time.
    var mostOpen: Int { state.withLock { $0.mostOpen } }
}

extension RunningWorkload {
    /// What its clients tell from now on, without the times.
    var clientEvents: AsyncCompactMapSequence<AsyncStream<ClusterEvent>, ClientEvent>.AsyncIterator {
        events().compactMap { if case .client(let event, _) = $0 { event } else { nil } }.makeAsyncIterator()
    }
}

/// A workload on librdkafka's mock cluster, watched by a ledger.
struct WorkloadFixture {
    let cluster: MockCluster
    let ledger = AcknowledgedLedger()
    let workload: RunningWorkload
    let configuration: ClientConfiguration
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(partitions: Int = 3) throws {
        cluster = try MockCluster(brokers: 3, logger: logger)
        try cluster.createTopic("orders", partitions: partitions, replicationFactor: 3)
        configuration = ClientConfiguration(bootstrapServers: cluster.bootstrapServers)
        workload = RunningWorkload(configuration, logger: logger, observer: ledger)
    }

    /// Looks again and again until it is so. The test run's own limit is the only one.
    func until(_ condition: () throws -> Bool) async throws {
        while try !condition() { try await Task.sleep(for: .milliseconds(10)) }
    }
}
