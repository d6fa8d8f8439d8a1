import Glibc
import KafkaClient
import KafkaCluster
import KafkaServer
import Logging
import Workload

/// What klamm's own clients do at full speed, with a ledger that hears of every record and without.
///
/// ```
/// WorkloadBenchmark ledger|none [records]
/// ```
let arguments = CommandLine.arguments.dropFirst()
let records = arguments.dropFirst().first.flatMap { Int($0) } ?? 500_000
guard let word = arguments.first, ["ledger", "none"].contains(word) else {
    print("WorkloadBenchmark ledger|none [records]")
    exit(2)
}
let ledger = word == "ledger" ? WorkloadLedger() : nil
let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
let directory = try DataDirectory(.init(isEphemeral: true))
let cluster = try await EmbeddedCluster.make(.init(brokers: 3), in: directory, logger: logger)
do {
    try await cluster.start()
    let configuration = ClientConfiguration(bootstrapServers: cluster.bootstrapServers)
    try await AdminClient(configuration, logger: logger).createTopic("orders", partitions: 1, replicationFactor: 3)
    let workload = RunningWorkload(
        configuration, logger: logger, storeFolder: directory.path + "/workload", observer: ledger)
    var producer = ProducerSettings(topic: "orders", recordsPerSecond: nil)
    producer.recordLimit = records
    var consumers = ConsumerSettings(group: "billing", topics: ["orders"])
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
    func perSecond(_ duration: Duration) -> Int { Int(Double(records) / (duration / .seconds(1))) }
    print("\(word) \(perSecond(produced - start)) produced/s \(perSecond(consumed - produced)) consumed/s")
    if let verdict = ledger?.verdict, verdict.acknowledged != records { print("\(verdict.acknowledged) acknowledged") }
} catch {
    print("\(error)")
}
await cluster.shutDown()
directory.release()
