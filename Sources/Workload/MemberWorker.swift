import KafkaClient
import KafkaCluster
import Logging
import Synchronization

/// One member of a group: a thread that polls, works on each record for as long as the settings say, and polls again.
///
/// Auto-commit means what it means in Kafka's own consumer: a poll stores the offsets of all records that earlier polls
/// handed out, and every commit interval what is stored is committed. While it is off nothing is stored, so the
/// committed offset stands still, and the member stays in its group.
final class MemberWorker: Sendable {
    private enum Order: Sendable { case run, stop, crash }

    let name: String
    let positions = MemberPositions()
    private let settings: ConsumerSettings
    private let environment: WorkloadEnvironment
    private let errors: ErrorRelay
    private let order = Mutex(Order.run)
    private let autoCommit: Atomic<Bool>
    private let hasEnded = Atomic<Bool>(false)
    private let consumer = Mutex<Consumer?>(nil)
    /// Ends the work on a record early, when the member is to stop.
    private let ordered = Signal()

    init(_ settings: ConsumerSettings, name: String, environment: WorkloadEnvironment) {
        self.name = name
        self.settings = settings
        self.environment = environment
        self.errors = ErrorRelay(client: name, feed: environment.feed)
        self.autoCommit = Atomic(settings.enableAutoCommit)
    }

    func start() -> DedicatedThread { DedicatedThread(name: "klamm-consumer") { self.run() } }

    var isEnded: Bool { hasEnded.load(ordering: .acquiring) }

    func setAutoCommit(_ isOn: Bool) {
        autoCommit.store(isOn, ordering: .releasing)
        consumer.withLock { $0 }?.wake()
    }

    /// Finishes the record at hand, commits if auto-commit is on, leaves the group.
    func stop() { give(.stop) }

    /// Dies without a word to the group.
    func crash() { give(.crash) }

    private func give(_ newOrder: Order) {
        order.withLock { $0 = newOrder }
        consumer.withLock { $0 }?.wake()
        ordered.raise()
    }

    // MARK: On its own thread

    private func run() {
        defer { hasEnded.store(true, ordering: .releasing) }
        guard let consumer = open() else { return }
        self.consumer.withLock { $0 = consumer }
        defer { self.consumer.withLock { $0 = nil } }
        var wasOn = autoCommit.load(ordering: .acquiring)
        while order.withLock({ $0 }) == .run {
            let isOn = autoCommit.load(ordering: .acquiring)
            if isOn {
                store(in: consumer)
            } else if wasOn {
                // What is stored already would be committed later; now, so that nothing moves after the switch.
                report { () throws(ClientError) in try consumer.commitStored(asynchronously: true) }
            }
            wasOn = isOn
            poll(consumer)
        }
        if order.withLock({ $0 }) == .crash {
            consumer.crash()
        } else {
            if autoCommit.load(ordering: .acquiring) { store(in: consumer) }
            report { () throws(ClientError) in try consumer.close() }
        }
        positions.revoked(positions.positions.map(\.partition))
    }

    private func open() -> Consumer? {
        let (positions, errors) = (positions, errors)
        let configuration = WorkloadClients.configuration(
            of: settings, base: environment.configuration, clientID: name)
        do throws(ClientError) {
            let consumer = try Consumer(
                configuration, logger: environment.logger, onError: { errors.report($0) },
                onRebalance: { rebalance in
                    switch rebalance {
                    case .assigned: break
                    case .revoked(let partitions, _): positions.revoked(partitions)
                    case .failed(let error): errors.report(error)
                    }
                })
            try consumer.subscribe(settings.topics)
            return consumer
        } catch {
            errors.report(error)
            return nil
        }
    }

    private func store(in consumer: Consumer) {
        let unstored = positions.takeUnstored()
        // A partition that was taken away since has nothing left to store.
        if !unstored.isEmpty { consumer.store(unstored) }
    }

    private func poll(_ consumer: Consumer) {
        // Few enough records that the next poll, with its commit, comes within half a second.
        let work = settings.millisecondsPerRecord
        let maximum = work > 0 ? max(1, min(500, Int(500 / work))) : 500
        let records = consumer.poll(maximum: maximum, milliseconds: 1000) { [errors] _, error in errors.report(error) }
        for record in records {
            positions.handedOut(record)
            environment.observer?.consumed(record, group: settings.group, member: name)
            if work > 0 { ordered.wait(untilNanoseconds: monotonicNanoseconds() + Int64(work * 1_000_000)) }
            if order.withLock({ $0 }) != .run { return }
        }
    }

    private func report(_ body: () throws(ClientError) -> Void) {
        do throws(ClientError) { try body() } catch { errors.report(error) }
    }
}
