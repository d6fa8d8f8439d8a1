import Glibc
import KafkaClient
import KafkaCluster
import Logging
import Workload

/// A process to be killed: a producer with an outbox and a consumer that keeps its ids outside, on the brokers and in the
/// folder of its arguments. It says how far it is, line by line, until it is killed.
@main enum OutboxChild {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { return print("OutboxChild BOOTSTRAP FOLDER") }
        let workload = RunningWorkload(
            ClientConfiguration(bootstrapServers: arguments[1]),
            logger: Logger(label: "child") { _ in SwiftLogNoOpLogHandler() }, storeFolder: arguments[2])
        var settings = ProducerSettings(topic: "orders", recordsPerSecond: 500)
        settings.outboxResendMilliseconds = 60_000
        // What is in flight when it is killed may yet be appended: less than a hundred records.
        settings.batchBytes = 1_000
        settings.maxInFlight = 5
        var consumers = ConsumerSettings(group: "billing", topics: ["orders"])
        consumers.deduplicates = true
        consumers.groupInstanceID = "till"
        consumers.maxPollRecords = 20
        workload.execute(.startProducer(settings))
        workload.execute(.startGroup(consumers))
        while true {
            let snapshot = workload.snapshot()
            let producer = snapshot.producers[0]
            let line = Array("\(producer.sent) \(producer.acknowledged) \(snapshot.groups[0].processed)\n".utf8)
            write(1, line, line.count)
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
