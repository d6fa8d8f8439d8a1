import Console
import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Logging
import Scenarios
import Workload

/// The console without a terminal, for stories that press its keys: the same model and keymap, and the same commands.
struct ScenarioKeys {
    private static let size = Size(columns: 120, rows: 40)

    private struct Refusal: Error, CustomStringConvertible {
        var description: String
    }

    private let cluster: EmbeddedCluster
    private let workload: RunningWorkload
    private let clients: ConsoleClients
    private var model = Model()

    init(_ cluster: EmbeddedCluster, _ workload: RunningWorkload, _ configuration: ClientConfiguration, logger: Logger)
    {
        self.cluster = cluster
        self.workload = workload
        clients = ConsoleClients(configuration, logger: logger)
        _ = update(&model, .resized(Self.size))
    }

    /// Presses one key after the other; returns when what each asks for is done.
    mutating func press(_ keys: [String], _ picture: ClusterSnapshot) async throws {
        for key in keys {
            guard let chord = KeyChord(parsing: key) else { throw Refusal(description: "\"\(key)\" is no key") }
            try await tell(.tick(SystemClock.now()))
            try await tell(.snapshot(picture))
            try await tell(.key(chord))
        }
    }

    private mutating func tell(_ event: Event) async throws {
        for command in update(&model, event) { try await perform(command) }
    }

    private mutating func perform(_ command: Command) async throws {
        switch command {
        case .inject(let fault): try await cluster.inject(fault)
        case .client(let command): workload.execute(command)
        case .fetchRecords(let query): try await tell(.records(try await clients.page(query)))
        case .produce(let draft): try await tell(.outcome(try await clients.produce(draft)))
        case .createTopic(let draft):
            try await clients.admin().createTopic(
                draft.name, partitions: draft.partitions ?? -1, replicationFactor: draft.replicationFactor ?? -1)
        case .deleteTopic(let name): try await clients.admin().deleteTopic(name)
        case .electPreferredLeaders(let partitions):
            _ = try await PreferredElections(bootstrapServers: cluster.bootstrapServers).elect(partitions)
        case .addBroker: _ = try await cluster.addBroker()
        case .removeBroker(let id): try await cluster.removeBroker(id)
        case .moveReplicas(let moves):
            _ = try await ReplicaMoves(bootstrapServers: cluster.bootstrapServers).begin(moves)
        case .copy, .save, .setTheme, .redraw, .quit, .playScenario, .conduct:
            throw Refusal(description: "what this key asks of a terminal has no place in a scenario")
        }
    }
}
