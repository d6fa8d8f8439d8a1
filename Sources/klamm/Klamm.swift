import ArgumentParser

struct Klamm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "klamm",
        abstract: "A Kafka cluster in a terminal that you can break.",
        version: "0.1.0",
        subcommands: [
            ConsoleCommand.self, AttachCommand.self, Serve.self, SnapshotCommand.self, ScenarioCommand.self,
            BenchCommand.self, Simulate.self,
        ],
        defaultSubcommand: ConsoleCommand.self)
}
