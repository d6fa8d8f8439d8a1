import Console
import KafkaCluster
import KafkaProtocol
import KafkaServer

/// The console without a terminal, for stories that press its keys: the same model and keymap, and the same commands.
struct ScenarioKeys {
    private static let size = Size(columns: 120, rows: 40)

    private let target: ConsoleTarget
    private var model = Model()

    init(_ target: ConsoleTarget) {
        self.target = target
        _ = update(&model, .resized(Self.size))
    }

    /// Presses one key after the other; returns when what each asks for is done.
    mutating func press(_ keys: [String], _ picture: ClusterSnapshot) async throws {
        for key in keys {
            guard let chord = KeyChord(parsing: key) else { throw Refusal("\"\(key)\" is no key") }
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
        case .copy, .save, .remember, .setTheme, .redraw, .quit, .playScenario, .conduct:
            throw Refusal("what this key asks of a terminal has no place in a scenario")
        case .inject, .client, .fetchRecords, .produce, .createTopic, .deleteTopic, .deleteGroup,
            .electPreferredLeaders, .addBroker, .removeBroker, .moveReplicas, .moveOffsets, .setConfig, .inquire:
            if let event = try await target.perform(command) { try await tell(event) }
        }
    }
}
