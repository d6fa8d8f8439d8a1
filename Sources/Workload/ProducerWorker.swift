import KafkaClient
import KafkaCluster
import Logging
import Synchronization

/// One running producer: a thread that sends at its rate and serves its reports.
///
/// State       | event               | goes to     | does
/// sending     | a due record        | sending     | sends it
/// sending     | other settings      | sending     | where they need a new client, waits for the old one's answers
/// sending     | stop                | draining    |
/// draining    | all answered, or 10 s | ended     | gives up on the rest, which is counted
/// any         | crash               | ended       | drops the client with all that it holds
final class ProducerWorker: Sendable {
    private enum End: Comparable { case none, stop, crash }

    private struct Orders {
        var settings: ProducerSettings
        var end = End.none
        /// The client that the thread polls, to be woken.
        var producer: Producer?
    }

    let tally: ProducerTally
    private let lane: Int
    private let environment: WorkloadEnvironment
    /// What it starts with, whatever is asked of it before its thread has begun.
    private let initial: ProducerSettings
    private let name: String
    private let orders: Mutex<Orders>
    /// Counts the orders, so that the thread need not compare them for each record.
    private let version = Atomic<Int>(0)
    private let errors: ErrorRelay
    private let hasEnded = Atomic<Bool>(false)

    /// `name` begins every record's id: no two workers of one run share it.
    init(_ settings: ProducerSettings, name: String, tally: ProducerTally, environment: WorkloadEnvironment) {
        self.tally = tally
        lane = tally.openLane()
        self.environment = environment
        self.initial = settings
        self.name = name
        self.orders = Mutex(Orders(settings: settings))
        self.errors = ErrorRelay(client: name, feed: environment.feed)
    }

    func start() -> DedicatedThread { DedicatedThread(name: "klamm-producer") { self.run() } }

    var isEnded: Bool { hasEnded.load(ordering: .acquiring) }
    var settings: ProducerSettings { orders.withLock { $0.settings } }

    func change(_ change: (inout ProducerSettings) -> Void) { order { change(&$0.settings) } }

    func stop() { order { $0.end = max($0.end, .stop) } }

    func crash() { order { $0.end = .crash } }

    private func order(_ change: (inout Orders) -> Void) {
        let producer = orders.withLock { orders in
            change(&orders)
            version.add(1, ordering: .releasing)
            return orders.producer
        }
        producer?.wake()
    }

    // MARK: On its own thread

    private struct Client {
        var settings: ProducerSettings
        var producer: Producer
        var reports: ProducerReports
        var outbox: Outbox?
    }

    private func run() {
        defer {
            orders.withLock { $0.producer = nil }
            hasEnded.store(true, ordering: .releasing)
        }
        var sequence = ProducerSequence()
        guard var client = open(initial) else { return }
        while true {
            let seen = version.load(ordering: .acquiring)
            let (wanted, end) = orders.withLock { ($0.settings, $0.end) }
            if end != .none { break }
            if wanted != client.settings { change(&client, to: wanted) }
            var sending = ProducerSending(
                client.settings, name: name, through: client.producer, tally: tally, lane: lane, errors: errors,
                outbox: OutboxSending(
                    client.outbox, client.settings, reports: client.reports, tally: tally, lane: lane,
                    observer: environment.observer),
                observer: environment.observer, tracker: environment.tracker,
                isWanted: { self.version.load(ordering: .acquiring) == seen })
            sending.run(&sequence)
        }
        if sequence.isAnnounced {
            tally.settled(.dropped)
            let id = RecordID(producer: name, sequence: sequence.next)
            environment.observer?.settled(id, topic: client.settings.topic, .dropped)
            environment.tracker.settled(id, .dropped)
        }
        drain(client.producer, patience: 10_000_000_000)
        if orders.withLock({ $0.end }) == .crash {
            crash(client)
        } else {
            giveUp(client.producer)
            try? client.outbox?.flush()
        }
    }

    /// The new client first: when librdkafka refuses the settings, the old one goes on.
    private func change(_ client: inout Client, to wanted: ProducerSettings) {
        let old = client.settings
        if needsNewClient(from: old, to: wanted) {
            guard let next = open(wanted) else {
                orders.withLock { orders in
                    if orders.settings == wanted { orders.settings = old }
                    orders.producer = client.producer
                }
                return
            }
            // Kafka's own time limits for a record are the only ones here.
            drain(client.producer, patience: nil)
            guard orders.withLock({ $0.end }) == .none else {
                orders.withLock { $0.producer = client.producer }
                return
            }
            client = next
        } else {
            client.settings = wanted
        }
        for event in Self.events(from: old, to: wanted) { environment.feed.emit(event) }
    }

    /// What tells the user of the change.
    static func events(from old: ProducerSettings, to new: ProducerSettings) -> [ClientEvent] {
        var onlyAcks = old
        onlyAcks.acks = new.acks
        var events: [ClientEvent] = []
        if old.acks != new.acks { events.append(.acksChanged(topic: new.topic, new.acks)) }
        if onlyAcks != new { events.append(.producerChanged(new)) }
        return events
    }

    /// What the application does by itself can change under a running client.
    private func needsNewClient(from old: ProducerSettings, to new: ProducerSettings) -> Bool {
        old.sendMode != new.sendMode
            || (old.outboxResendMilliseconds == nil) != (new.outboxResendMilliseconds == nil)
            || configuration(of: old) != configuration(of: new)
    }

    private func configuration(of settings: ProducerSettings) -> ClientConfiguration {
        WorkloadClients.configuration(of: settings, base: environment.configuration, clientID: name)
    }

    private func open(_ settings: ProducerSettings) -> Client? {
        let errors = errors
        do throws(ClientError) {
            let outbox = try openOutbox(settings)
            let reports = ProducerReports(
                settings, name: name, tally: tally, lane: lane, errors: errors, outbox: outbox,
                observer: environment.observer,
                tracker: environment.tracker)
            let producer = try Producer(
                configuration(of: settings), logger: environment.logger, onError: { errors.report($0) },
                onDelivery: { reports.delivered($0) })
            producer.learn(topic: settings.topic, milliseconds: 2000)
            orders.withLock { $0.producer = producer }
            return Client(settings: settings, producer: producer, reports: reports, outbox: outbox)
        } catch {
            errors.report(error)
            return nil
        }
    }

    private func openOutbox(_ settings: ProducerSettings) throws(ClientError) -> Outbox? {
        guard settings.outboxResendMilliseconds != nil else { return nil }
        do { return try environment.outboxes.outbox(of: settings.topic) } catch {
            throw ClientError(application: error)
        }
    }

    /// Waits for the answers to what was sent, unless another end is ordered meanwhile.
    private func drain(_ producer: Producer, patience: Int64?) {
        let deadline = patience.map { monotonicNanoseconds() + $0 }
        let end = orders.withLock { $0.end }
        while producer.outstanding > 0, orders.withLock({ $0.end }) == end, end != .crash {
            if let deadline, monotonicNanoseconds() >= deadline { return }
            // Flushing once sends what lingers; every report ends a poll.
            try? producer.flush(milliseconds: 100)
        }
    }

    /// Counts what has no answer yet.
    private func giveUp(_ producer: Producer) {
        guard producer.outstanding > 0 else { return }
        producer.purge()
        while producer.outstanding > 0 { producer.poll(milliseconds: 100) }
    }

    private func crash(_ client: Client) {
        let before = tally.current
        client.reports.crash()
        giveUp(client.producer)
        let after = tally.current
        environment.feed.emit(
            .producerCrashed(
                topic: client.settings.topic, lostInBuffer: after.lostInBuffer - before.lostInBuffer,
                unknown: after.unknown - before.unknown))
    }
}
