import Console
import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Logging
import Settings
import Synchronization
import Workload

/// The cluster and klamm's own clients under one console: feeds its inbox and carries its commands out.
final class ConsoleSession: Sendable {
    private static let clientPatience = Duration.seconds(2)

    let inbox = ConsoleInbox()
    private let own: ConsoleTarget
    private let configuration: ClientConfiguration
    let story = ConsoleStory()
    private let settings: SettingsWatch
    private let logger: Logger
    private let tasks = Mutex<[Task<Void, Never>]>([])
    /// What happened in klamm's own cluster while a story was shown.
    private let missed = Mutex<[Event]>([])

    /// `configuration` is that of klamm's own clients there.
    init(
        cluster: any ConsoleCluster, _ configuration: ClientConfiguration, storeFolder: String,
        settingsFolder: String?, logger: Logger
    ) {
        self.logger = logger
        settings = SettingsWatch(folder: settingsFolder)
        self.configuration = configuration
        let ledgers = TopicLedgers()
        let workload = RunningWorkload(configuration, logger: logger, storeFolder: storeFolder, observer: ledgers)
        own = ConsoleTarget(
            cluster: cluster, workload: workload, clients: ConsoleClients(configuration, logger: logger),
            ledgers: ledgers)
    }

    /// What the console shows and breaks: the story's cluster while one is on.
    private var shown: Shown {
        let (play, target) = story.shown
        return Shown(target: play == nil ? own : target, play: play)
    }
    var workload: RunningWorkload { (shown.target ?? own).workload }
    var ledgers: TopicLedgers { own.ledgers }

    /// A cluster that was shown when something was asked of it, and the play that it is of; nil for klamm's own.
    private struct Shown {
        /// Nil while a story's is being started: klamm's own, which is not shown, is not meant.
        var target: ConsoleTarget?
        var play: Int?

        func whole() throws(Refusal) -> ConsoleTarget {
            guard let target else { throw Refusal("The story's cluster is being started: try it again") }
            return target
        }
    }

    /// Listens, and then starts the cluster: its start is the first thing seen. With a number of brokers the demo's
    /// clients come too.
    func open(demoBrokers: Int?) {
        let (snapshots, events) = (own.cluster.snapshots(), own.cluster.events())
        let clientEvents = own.workload.events()
        // What klamm's own cluster does while a story is shown is seen when that is over.
        run { session in
            for await snapshot in snapshots where !session.story.isOn { session.inbox.post(snapshot) }
        }
        run { session in
            for await event in events { session.happened(event) }
        }
        run { session in
            for await event in clientEvents { session.happened(event) }
        }
        run { session in await session.settings.run { session.inbox.postSettingsChange() } }
        // Reading their files need not hold up the first picture.
        run { session in session.inbox.post(.scenarios(ScenarioCatalogue.heads)) }
        run { session in
            do {
                try await session.own.cluster.begin()
                if let demoBrokers { try await session.startDemo(brokers: demoBrokers) }
            } catch is CancellationError {
            } catch {
                session.logger.error("The start failed: \(error)")
                session.fail(error, of: Shown(target: session.own, play: nil))
            }
        }
    }

    private func happened(_ event: ClusterEvent) {
        if !story.post(.cluster(event), whileShown: nil, inbox) { keep(.cluster(event)) }
    }

    private func keep(_ event: Event) {
        missed.withLock { missed in
            if missed.count >= EventLog.capacity { missed.removeFirst(EventLog.capacity / 2) }
            missed.append(event)
        }
    }

    /// What came of something is told who sees the cluster that it was for: a story that was left has no more to tell, and
    /// klamm's own cluster tells later.
    private func tell(_ event: Event, of shown: Shown) {
        if story.post(event, whileShown: shown.play, inbox) || shown.play != nil { return }
        switch event {
        case .outcome, .configSet: keep(event)
        // Asked for anew where it is needed.
        default: break
        }
    }

    private func tellMissed() {
        let events = missed.withLock { missed in
            defer { missed = [] }
            return missed
        }
        for event in events { inbox.post(event) }
    }

    /// A user who deleted the demo's topic does not get it back with the next start.
    private func startDemo(brokers: Int) async throws {
        let topics = try await own.clients.admin().describe().topics.map(\.name).filter { !$0.hasPrefix("__") }
        guard topics.isEmpty || topics.contains(DemoWorkload.topic) else { return }
        try Task.checkCancellation()
        try await DemoWorkload.start(on: own.workload, brokers: brokers, configuration, logger: logger)
    }

    /// Stops clients and cluster in order. Clients whose brokers are all down would wait for them until their own time
    /// limits: the brokers go with this process, so they get a moment only.
    func close() async {
        story.order(.leave, inbox)
        for task in tasks.withLock({ $0 }) { task.cancel() }
        await story.ended()
        let (workload, cluster) = (own.workload, own.cluster)
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        let stopping = Task {
            await workload.shutDown()
            continuation.yield()
        }
        let limit = Task {
            try? await Task.sleep(for: Self.clientPatience)
            continuation.yield()
        }
        for await _ in ends { break }
        limit.cancel()
        stopping.cancel()
        await cluster.end()
    }

    // MARK: Commands

    /// Shows the story's cluster until the user leaves it.
    func play(_ name: String) {
        do {
            guard let scenario = try ScenarioCatalogue.scenario(named: name) else { return }
            let (own, inbox) = (own, inbox)
            story.play(scenario, into: inbox, logger: logger) { [self] in
                tellMissed()
                // An idle cluster has nothing new to tell: what was not seen meanwhile is looked at.
                if let snapshot = try? await own.cluster.snapshot() { inbox.post(snapshot) }
            }
        } catch {
            fail(error, of: shown)
        }
    }

    /// Carries out a command that concerns the cluster which is shown, and tells what came of it.
    func perform(_ command: Command) {
        // A story may come or go meanwhile: the cluster is the one that was shown.
        let shown = shown
        switch command {
        case .fetchRecords(let query):
            attempt(command, shown) { .records(RecordPage(id: query.id, rows: [], marks: [], error: $0)) }
        case .setConfig(let topic, let name, let value):
            attempt(command, shown) { .configSet(topic: topic, name: name, value: value, problem: $0) }
        case .inquire(let inquiry):
            attempt(command, shown) { .answer(.none(inquiry, reason: $0)) }
        case .createTopic, .deleteTopic, .electPreferredLeaders, .addBroker, .removeBroker, .moveReplicas:
            decide(command, shown)
        case .inject, .client, .produce, .moveOffsets, .deleteGroup, .copy, .save, .remember, .setTheme, .redraw,
            .playScenario,
            .conduct, .quit:
            attempt(command, shown) { .outcome(.failed($0)) }
        }
    }

    /// By klamm's clients of the cluster that is shown.
    func execute(_ command: ClientCommand) {
        let shown = shown
        do { try shown.whole().workload.execute(command) } catch { fail(error, of: shown) }
    }

    /// What is on the screen.
    func show(_ interest: ClusterSurvey.Interest) {
        let own = own
        run { _ in await own.cluster.show(interest) }
    }

    private func attempt(_ command: Command, _ shown: Shown, failed: @escaping @Sendable (String) -> Event) {
        run { session in
            do {
                try await session.carryOut(command, shown)
            } catch {
                session.tell(failed("\(error)"), of: shown)
            }
        }
    }

    private func carryOut(_ command: Command, _ shown: Shown) async throws {
        if let event = try await shown.whole().perform(command) { tell(event, of: shown) }
    }

    /// What only a controller can do: where none is active, or goes meanwhile, the user hears of it at once, not when
    /// the request's time is over.
    private func decide(_ command: Command, _ shown: Shown) {
        run { session in
            let watching = Task {
                while !Task.isCancelled {
                    if let outage = try? await shown.whole().cluster.controllerOutage(), !outage.hasMajority {
                        session.fail(ClusterError.noController(outage), of: shown)
                        return true
                    }
                    try? await Task.sleep(for: .milliseconds(250))
                }
                return false
            }
            do {
                try await session.carryOut(command, shown)
                watching.cancel()
            } catch {
                watching.cancel()
                if await !watching.value { session.fail(error, of: shown) }
            }
        }
    }

    private func fail(_ error: any Error, of shown: Shown) { tell(.outcome(.failed("\(error)")), of: shown) }

    /// Not cancelled tasks keep nothing alive: each ends with its stream, its answer or its time limit.
    private func run(_ body: @escaping @Sendable (ConsoleSession) async -> Void) {
        let task = Task { [self] in await body(self) }
        tasks.withLock { tasks in
            if tasks.count > 64 { tasks.removeFirst(32) }
            tasks.append(task)
        }
    }
}
