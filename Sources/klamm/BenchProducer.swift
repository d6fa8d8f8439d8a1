import Glibc
import KafkaClient
import Logging
import Synchronization
import Workload

/// Sends one round of records and measures until the last of them has its answer.
struct BenchProducer: Sendable {
    var load: BenchLoad
    var bootstrapServers: String
    var topic: String
    var measuresBrokers: Bool
    var logger: Logger
    /// Hears, now and then, how many records have their answer.
    var progress: @Sendable (Int) -> Void

    /// Reports are counted by the one thread that polls, and read when it has ended.
    private final class Answers: @unchecked Sendable {
        var latencies = LatencyHistogram()
        var acknowledged = 0
        var failed = 0
        var firstError: ClientError?

        func add(_ report: DeliveryReport) {
            if let error = report.error {
                failed += 1
                if firstError == nil { firstError = error }
            } else {
                acknowledged += 1
                if let latency = report.latencyMicroseconds { latencies.record(microseconds: latency) }
            }
        }
    }

    func run() async throws -> BenchMeasurement {
        try await DedicatedThread.run(name: "klamm-bench") { try measure() }
    }

    private func measure() throws -> BenchMeasurement {
        let answers = Answers()
        let producer = try Producer(
            load.producerConfiguration(bootstrapServers: bootstrapServers), logger: logger,
            onDelivery: { answers.add($0) })
        let batch = try BatchSender(producer, topic: topic, capacity: 1000)
        let value = [UInt8](repeating: UInt8(ascii: "x"), count: load.valueBytes)
        try warmUp(producer, batch, value, answers)

        let clocks = BenchThreadClocks.now()
        let start = monotonicNanoseconds()
        if let rate = load.recordsPerSecond {
            try sendSteadily(producer, batch, value, rate)
        } else {
            try sendFast(producer, batch, value)
        }
        while producer.outstanding > 0 { producer.poll(milliseconds: 100) }
        let end = monotonicNanoseconds()
        let spent = BenchThreadClocks.now().brokerNanoseconds(since: clocks)

        if answers.acknowledged == 0, let error = answers.firstError { throw error }
        var result = BenchMeasurement(
            records: answers.acknowledged, bytes: answers.acknowledged * load.valueBytes,
            seconds: Double(end - start) / 1e9, latencies: answers.latencies, failed: answers.failed)
        if measuresBrokers { result.brokerSeconds = Double(spent) / 1e9 }
        return result
    }

    /// A record to each partition, so that connections and metadata are there when the clock starts.
    private func warmUp(_ producer: Producer, _ batch: BatchSender, _ value: [UInt8], _ answers: Answers) throws {
        for partition in 0..<load.partitions {
            _ = try value.withUnsafeBytes { try batch.send($0, count: 1, partition: Int32(partition)) }
        }
        try producer.flush(milliseconds: 30_000)
        if let error = answers.firstError { throw error }
        answers.acknowledged = 0
        answers.latencies.reset()
    }

    /// A single partition is named, which spares librdkafka its partitioner; it chooses among several.
    private var partition: Int32? { load.partitions == 1 ? 0 : nil }

    private func sendFast(_ producer: Producer, _ batch: BatchSender, _ value: [UInt8]) throws {
        var sent = 0
        while sent < load.records {
            let queued = try value.withUnsafeBytes {
                try batch.send($0, count: min(1000, load.records - sent), partition: partition)
            }
            sent += queued
            // A full queue waits for answers; otherwise they are taken as they have come.
            producer.poll(milliseconds: queued == 0 ? 10 : 0)
            progress(sent - producer.outstanding)
        }
    }

    /// Sends each record when it is due, while another thread takes the answers, so that neither delays the other.
    private func sendSteadily(
        _ producer: Producer, _ batch: BatchSender, _ value: [UInt8], _ rate: Double
    ) throws {
        let answering = AnswerThread(producer)
        defer { answering.stop() }
        var pacer = Pacer(recordsPerSecond: rate, now: monotonicNanoseconds())
        var sent = 0
        while sent < load.records {
            let now = monotonicNanoseconds()
            if now < pacer.nextDue {
                let left = pacer.nextDue - now
                var time = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
                nanosleep(&time, nil)
                continue
            }
            let due = min(pacer.due(now: now), load.records - sent, 1000)
            let queued = try value.withUnsafeBytes { try batch.send($0, count: due, partition: partition) }
            pacer.took(queued)
            sent += queued
            progress(sent - producer.outstanding)
        }
    }
}

/// Polls a producer until told to stop.
private final class AnswerThread: Sendable {
    private let isStopped = Atomic<Bool>(false)
    private let producer: Producer
    private let thread = Mutex<DedicatedThread?>(nil)

    init(_ producer: Producer) {
        self.producer = producer
        thread.withLock { thread in
            thread = DedicatedThread(name: "klamm-answers") { [self] in
                while !isStopped.load(ordering: .acquiring) { producer.poll(milliseconds: 1000) }
            }
        }
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
        producer.wake()
        thread.withLock { $0 }?.join()
    }
}
