import Glibc
import KafkaClient
import KafkaCluster
import KafkaServer
import Logging
import Workload

/// What the ledger costs klamm's own clients at full speed: in turns with a ledger that hears of every record, and without.
///
/// ```
/// WorkloadBenchmark [records] [rounds]
/// ```
/// One producer and then a group of one; acks=all, three replicas. The ratios are of the medians.
let numbers = CommandLine.arguments.dropFirst().map { Int($0) ?? 0 }
let (records, rounds) = (numbers.first ?? 1_000_000, numbers.dropFirst().first ?? 9)
guard numbers.count <= 2, records > 0, rounds > 0 else {
    print("WorkloadBenchmark [records] [rounds]")
    exit(2)
}

struct Speed {
    var produced: Double
    var consumed: Double
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func play(_ ledger: WorkloadLedger?, topic: String, on cluster: EmbeddedCluster, folder: String) async throws -> Speed {
    let configuration = ClientConfiguration(bootstrapServers: cluster.bootstrapServers)
    let admin = try AdminClient(configuration, logger: logger)
    try await admin.createTopic(topic, partitions: 1, replicationFactor: 3)
    let workload = RunningWorkload(configuration, logger: logger, storeFolder: folder, observer: ledger)
    var producer = ProducerSettings(topic: topic, recordsPerSecond: nil)
    producer.recordLimit = records
    var consumers = ConsumerSettings(group: "of-" + topic, topics: [topic])
    consumers.enableAutoCommit = false
    consumers.commitPoint = .afterEachBatch
    let start = ContinuousClock.now
    workload.execute(.startProducer(producer))
    while workload.snapshot().producers[0].acknowledged < records { try await Task.sleep(for: .milliseconds(1)) }
    let produced = ContinuousClock.now
    workload.execute(.startGroup(consumers))
    while workload.snapshot().groups[0].processed < records { try await Task.sleep(for: .milliseconds(1)) }
    let consumed = ContinuousClock.now
    await workload.shutDown()
    if let verdict = ledger?.verdict, verdict.acknowledged != records { print("\(verdict.acknowledged) acknowledged") }
    try await admin.deleteTopic(topic)
    func perSecond(_ duration: Duration) -> Double { Double(records) / (duration / .seconds(1)) }
    return Speed(produced: perSecond(produced - start), consumed: perSecond(consumed - produced))
}

let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
let directory = try DataDirectory(.init(isEphemeral: true))
let cluster = try await EmbeddedCluster.make(.init(brokers: 3), in: directory, logger: logger)
do {
    try await cluster.start()
    var (without, with): ([Speed], [Speed]) = ([], [])
    // The first round warms the cluster up and does not count.
    for round in 0...rounds {
        // Who goes first changes, so that neither always meets what the other has left behind.
        for hasLedger in round % 2 == 0 ? [false, true] : [true, false] {
            let name = "\(hasLedger ? "ledger" : "none")-\(round)"
            let speed = try await play(
                hasLedger ? WorkloadLedger() : nil, topic: name, on: cluster, folder: "\(directory.path)/\(name)")
            print("\(name) \(Int(speed.produced)) produced/s \(Int(speed.consumed)) consumed/s")
            if round > 0 { if hasLedger { with.append(speed) } else { without.append(speed) } }
        }
    }
    for (what, path) in [("produced", \Speed.produced), ("consumed", \Speed.consumed)] {
        let ratio = median(with.map { $0[keyPath: path] }) / median(without.map { $0[keyPath: path] })
        print("\(what): \(Int((ratio * 1000).rounded())) thousandths of the throughput without a ledger")
    }
} catch {
    print("\(error)")
}
await cluster.shutDown()
directory.release()
