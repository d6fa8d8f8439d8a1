import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Logging
import Scenarios
import Synchronization
import Workload

/// The cluster, the clients and the ledgers of one scenario.
final class ScenarioStage: Sendable {
    private let scenario: Scenario
    let cluster: EmbeddedCluster
    let workload: RunningWorkload
    private let configuration: ClientConfiguration
    private let ledgers = TopicLedgers()
    private let logger: Logger
    private let events = Mutex<[(text: String, at: Instant)]>([])
    /// Made when a key is pressed first.
    private let keys = Mutex<ScenarioKeys?>(nil)
    private let listeners = Mutex<[Task<Void, Never>]>([])

    init(_ scenario: Scenario, _ cluster: EmbeddedCluster, storeFolder: String, logger: Logger) {
        self.scenario = scenario
        self.cluster = cluster
        self.logger = logger
        configuration = ClientConfiguration(bootstrapServers: cluster.bootstrapServers)
        workload = RunningWorkload(configuration, logger: logger, storeFolder: storeFolder, observer: ledgers)
    }

    /// As a console would have it.
    var target: ConsoleTarget {
        ConsoleTarget(
            cluster: cluster, workload: workload, clients: ConsoleClients(configuration, logger: logger),
            ledgers: ledgers)
    }

    private var administrator: ScenarioAdministration {
        ScenarioAdministration(of: cluster)
    }

    /// Makes the topics and starts the clients that run from the beginning.
    func open() async throws {
        for topic in scenario.topics { try await administrator.perform(.createTopic(topic)) }
        listen(cluster.events())
        listen(workload.events())
        for producer in scenario.producers where producer.isStarted {
            workload.execute(.startProducer(producer.settings))
        }
        for group in scenario.groups where group.isStarted { workload.execute(.startGroup(group.settings)) }
    }

    /// Everything is told; the cluster goes next.
    func close() async {
        for task in listeners.withLock({ $0 }) { task.cancel() }
        await workload.shutDown(abandons: true)
    }

    private func listen(_ stream: AsyncStream<ClusterEvent>) {
        let task = Task { [weak self] in
            for await event in stream {
                guard let text = StoryEvents.text(of: event) else { continue }
                self?.events.withLock { $0.append((text, event.at)) }
            }
        }
        listeners.withLock { $0.append(task) }
    }

    /// What happened since the last call, in words.
    func takeEvents() -> [(text: String, at: Instant)] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }

    func look(isJudged: Bool) async throws -> Facts {
        var past = WorkloadPast()
        past.note(workload.snapshot(), at: SystemClock.now())
        let picture = try await cluster.snapshot()
        let verdicts = isJudged ? ledgers.verdicts.map { Facts.Verdict(topic: $0.topic, $0.verdict) } : nil
        return Facts(
            cluster: picture.merged(with: workload.snapshot(), past: past, at: SystemClock.now()), verdicts: verdicts,
            losses: cluster.ledgerAccount.losses)
    }

    /// Returns why it failed, if it did. A fault happens at the time that the story tells.
    func perform(_ action: StepAction, at told: Instant) async -> String? {
        do {
            switch action {
            case .fault(let line): try await cluster.inject(line.fault, for: line.duration, at: told)
            case .addBroker: _ = try await cluster.addBroker()
            case .removeBroker(let id): try await cluster.removeBroker(id)
            case .client(let command): workload.execute(command)
            case .administration(let order): try await administrator.perform(order)
            case .press(let names):
                let picture = try await look(isJudged: false).cluster
                var keys = self.keys.withLock { $0 } ?? ScenarioKeys(target)
                defer { self.keys.withLock { [keys] in $0 = keys } }
                try await keys.press(names, picture)
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Reads each partition from its first record to its last.
    func readEverything() async -> String? {
        do {
            let reader = try TopicReader(configuration, logger: logger)
            for topic in scenario.topics {
                var page = try await self.page(of: topic.name, at: .beginning, through: reader)
                while true {
                    for partition in page.partitions where partition.logStartOffset > 0 {
                        ledgers.retired(
                            TopicPartition(topic: topic.name, partition: partition.index),
                            before: partition.logStartOffset)
                    }
                    if let failure = page.failures.first {
                        return "\(topic.name)-\(failure.partition) cannot be read: \(failure.error)"
                    }
                    ledgers.read(page.records, by: "final-read")
                    if page.isAtEnd { break }
                    page = try await self.page(of: topic.name, at: .from(page.next), through: reader)
                }
            }
            ledgers.take(try await cluster.snapshot())
            ledgers.finalRead()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Who has just come back may not have told everybody: what cannot be read is asked for again, for some seconds.
    private func page(
        of topic: String, at position: TopicReader.Position, through reader: TopicReader
    ) async throws -> TopicPage {
        let deadline = SystemClock.now() + .seconds(5)
        while true {
            let page = try await reader.page(topic: topic, at: position, limit: 5000)
            if page.failures.isEmpty || SystemClock.now() >= deadline { return page }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
