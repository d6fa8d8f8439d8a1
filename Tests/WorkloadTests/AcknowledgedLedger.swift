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
        var chosenPartitions: Set<Int32> = []
        var mostOpen = 0
        var consumed: [RecordID: Int] = [:]
        var membersSeen: Set<String> = []
    }
    private let state = Mutex(State())

    func attempted(_ id: RecordID, topic: String, partition: Int32?, at: Instant) {
        state.withLock { state in
            state.attempted[id, default: 0] += 1
            if let partition { state.chosenPartitions.insert(partition) }
            state.mostOpen = max(state.mostOpen, state.attempted.count - state.outcomes.count)
        }
    }

    func settled(_ id: RecordID, _ outcome: ProducerOutcome, at: Instant) {
        state.withLock { state in
            state.reports += 1
            state.outcomes[id, default: []].append(outcome)
            if case .acknowledged(let partition, let offset?) = outcome {
                state.acknowledged[id] = Place(partition: partition.partition, offset: offset)
            }
        }
    }

    func consumed(_ record: ConsumedRecord, group: String, member: String) {
        guard let value = record.value, let id = RecordID(value: value) else { return }
        state.withLock { state in
            state.consumed[id, default: 0] += 1
            state.membersSeen.insert(member)
        }
    }

    var acknowledged: [RecordID: Place] { state.withLock { $0.acknowledged } }
    var consumed: [RecordID: Int] { state.withLock { $0.consumed } }
    var membersSeen: Set<String> { state.withLock { $0.membersSeen } }
    var reports: Int { state.withLock { $0.reports } }
    var outcomes: [RecordID: [ProducerOutcome]] { state.withLock { $0.outcomes } }
    var attempted: [RecordID: Int] { state.withLock { $0.attempted } }
    /// Partitions that the application itself chose.
    var chosenPartitions: Set<Int32> { state.withLock { $0.chosenPartitions } }
    /// The most records that were attempted and not settled at one time.
    var mostOpen: Int { state.withLock { $0.mostOpen } }
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
