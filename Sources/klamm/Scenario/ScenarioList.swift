import ArgumentParser
import ControlServer
import Scenarios
import Settings

struct ScenarioList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the scenarios that are shipped.")

    @Flag(help: "Print one JSON array.")
    var json = false

    func run() throws {
        let scenarios = try ScenarioCatalogue.names.compactMap { try ScenarioCatalogue.scenario(named: $0) }
        if json {
            print(JSONValue.array(scenarios.map(ScenarioJSON.summary)).text)
            return
        }
        let width = scenarios.map(\.name.count).max() ?? 0
        for scenario in scenarios {
            print(scenario.name + String(repeating: " ", count: width - scenario.name.count + 2) + scenario.title)
        }
    }
}

struct ScenarioShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print a scenario's file: copy it to write your own.")

    @Argument(help: "Its name or number.")
    var name: String

    func run() throws {
        guard let scenario = try ScenarioCatalogue.scenario(named: name),
            let file = ScenarioCatalogue.file(named: scenario.name)
        else { throw ValidationError(ScenarioSource.unknown(name)) }
        print(file, terminator: "")
    }
}

struct ScenarioFigures: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "figures", abstract: "List the figures that conditions and texts can ask for.")

    func run() {
        let names = Metric.allCases.map { $0.rawValue + ($0.arguments.isEmpty ? "" : "(\($0.arguments))") }
        let width = names.map(\.count).max() ?? 0
        for (name, metric) in zip(names, Metric.allCases) {
            print(name + String(repeating: " ", count: width - name.count + 2) + metric.meaning)
        }
    }
}

/// Where a scenario comes from that a user names.
enum ScenarioSource {
    static func unknown(_ name: String) -> String {
        "There is no scenario \"\(name)\", nor a file of that name; klamm scenario list shows those that are shipped."
    }

    /// A shipped scenario or a file. Errors are sentences.
    static func scenario(_ name: String) throws -> Scenario {
        do {
            if let scenario = try ScenarioCatalogue.scenario(named: name) { return scenario }
            if let scenario = try ScenarioCatalogue.scenario(inFile: name) { return scenario }
        } catch let error as SettingsError {
            throw ValidationError("\(error)")
        }
        throw ValidationError(unknown(name))
    }
}
