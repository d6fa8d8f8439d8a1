import Glibc
import KafkaClient
import KafkaCluster
import Logging
import Synchronization

/// One running producer: a thread that sends at its rate and serves its reports.
///
/// State       | event               | goes to     | does
/// sending     | a due record        | sending     | sends it
/// sending     | other settings      | sending     | flushes the client and goes on with a new one
/// sending     | stop                | draining    |
/// draining    | all answered, or 10 s | ended     | gives up on the rest, which is counted
final class ProducerWorker: Sendable {
    private struct Orders {
        var settings: ProducerSettings
        var isStopping = false
        /// The client that the thread polls, to be woken.
        var producer: Producer?
    }

    let tally: ProducerTally
    private let environment: WorkloadEnvironment
    /// What it starts with, whatever is asked of it before its thread has begun.
    private let initial: ProducerSettings
    private let name: String
    private let orders: Mutex<Orders>
    private let errors: ErrorRelay
    private let hasEnded = Atomic<Bool>(false)

    /// `name` begins every record's id: no two workers of one run share it.
    init(_ settings: ProducerSettings, name: String, tally: ProducerTally, environment: WorkloadEnvironment) {
        self.tally = tally
        self.environment = environment
        self.initial = settings
        self.name = name
        self.orders = Mutex(Orders(settings: settings))
        self.errors = ErrorRelay(client: name, feed: environment.feed)
    }

    func start() -> DedicatedThread { DedicatedThread(name: "klamm-producer") { self.run() } }

    var isEnded: Bool { hasEnded.load(ordering: .acquiring) }
    var settings: ProducerSettings { orders.withLock { $0.settings } }

    func change(_ change: (inout ProducerSettings) -> Void) {
        let producer = orders.withLock { orders in
            change(&orders.settings)
            return orders.producer
        }
        producer?.wake()
    }

    func stop() {
        let producer = orders.withLock { orders in
            orders.isStopping = true
            return orders.producer
        }
        producer?.wake()
    }

    // MARK: On its own thread

    private func run() {
        defer {
            orders.withLock { $0.producer = nil }
            hasEnded.store(true, ordering: .releasing)
        }
        var sequence: UInt = 0
        var settings = initial
        guard var producer = open(settings) else { return }
        while true {
            send(through: producer, settings, &sequence)
            let (wanted, isStopping) = orders.withLock { ($0.settings, $0.isStopping) }
            if isStopping { break }
            // The new client first: when librdkafka refuses the settings, the old one goes on.
            guard let next = open(wanted) else {
                orders.withLock { orders in
                    if orders.settings == wanted { orders.settings = settings }
                    orders.producer = producer
                }
                continue
            }
            drain(producer)
            producer = next
            if wanted.acks != settings.acks {
                environment.feed.emit(.acksChanged(topic: wanted.topic, wanted.acks))
            }
            settings = wanted
        }
        drain(producer)
    }

    private func open(_ settings: ProducerSettings) -> Producer? {
        let (tally, errors, observer, name) = (tally, errors, environment.observer, name)
        let acks = settings.acks
        let configuration = WorkloadClients.configuration(
            of: settings, base: environment.configuration, clientID: name)
        do throws(ClientError) {
            let producer = try Producer(
                configuration, logger: environment.logger, onError: { errors.report($0) },
                onDelivery: { report in
                    tally.delivered(report, acks: acks)
                    if let error = report.error { errors.report(error) }
                    observer?.delivered(RecordID(producer: name, sequence: report.tag), report)
                })
            producer.learn(topic: settings.topic, milliseconds: 2000)
            orders.withLock { $0.producer = producer }
            return producer
        } catch {
            errors.report(error)
            return nil
        }
    }

    /// Sends until the orders change.
    private func send(through producer: Producer, _ settings: ProducerSettings, _ sequence: inout UInt) {
        var pacer = settings.recordsPerSecond.map { rate in
            Pacer(recordsPerSecond: max(rate, 0.001), now: monotonicNanoseconds())
        }
        var record = WorkloadRecord(settings, producer: name)
        while orders.withLock({ !$0.isStopping && $0.settings == settings }) {
            let due = pacer?.due(now: monotonicNanoseconds()) ?? 1000
            var taken = 0
            sending: while taken < due {
                switch record.send(sequence, through: producer) {
                case .queued: break
                case .noRoom: break sending
                case .refused(let error):
                    tally.refused()
                    errors.report(error)
                }
                sequence += 1
                taken += 1
            }
            if taken > 0 { tally.sent(taken) }
            pacer?.took(taken)
            producer.poll(milliseconds: 0)
            if taken < due {
                // Wait until a report makes room.
                producer.poll(milliseconds: 100)
            } else if let pacer {
                wait(until: pacer.nextDue, producer)
            }
        }
    }

    /// Serves reports until the next record is due. At thousands a second a turn of 200 us takes several records.
    private func wait(until due: Int64, _ producer: Producer) {
        let left = due - monotonicNanoseconds()
        if left >= 2_000_000 {
            // librdkafka waits in whole milliseconds, and returns early when it has served a report.
            producer.poll(milliseconds: Int(min(left / 1_000_000, 1000)))
        } else if left > 0 {
            var time = timespec(tv_sec: 0, tv_nsec: Int(max(left, 200_000)))
            nanosleep(&time, nil)
        }
    }

    /// Waits for the answers to what was sent, then gives up on the rest.
    private func drain(_ producer: Producer) {
        let deadline = monotonicNanoseconds() + 10_000_000_000
        while producer.outstanding > 0 && monotonicNanoseconds() < deadline {
            // Flushing once sends what lingers; every report ends a poll.
            try? producer.flush(milliseconds: 100)
        }
        if producer.outstanding > 0 {
            producer.purge()
            while producer.outstanding > 0 { producer.poll(milliseconds: 100) }
        }
    }
}
