import ArgumentParser

struct ScenarioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenario",
        abstract: "Play a story of failures on a cluster of its own, and judge what became of the records.",
        subcommands: [ScenarioList.self, ScenarioShow.self, ScenarioRunCommand.self, ScenarioFigures.self])
}
