import ArgumentParser
import ControlServer
import Glibc
import KafkaCluster
import Logging
import Scenarios
import Settings

struct ScenarioRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Play scenarios, and say whether what was expected happened.",
        discussion: """
            Each is played on a cluster of its own in a temporary folder, with klamm's own clients. Tells each step as it \
            is taken, and what happens meanwhile. Exit code 0 when everything happened as expected, 1 when not, 2 when a \
            file cannot be used.
            """)

    @Argument(help: "Names, numbers or files of scenarios; all that are shipped if none is named.")
    var names: [String] = []

    @Flag(help: "Print one JSON object for each scenario instead of the story.")
    var json = false

    @Option(help: "Also write the outcome to this file, as JUnit's XML.")
    var junit: String?

    @Option(name: .customLong("repeat"), help: "Play each so many times.")
    var times = 1

    @Flag(name: .shortAndLong, help: "Print one line for each scenario alone.")
    var quiet = false

    func validate() throws {
        guard times >= 1 else { throw ValidationError("--repeat takes a number from 1 on.") }
    }

    func run() async throws {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .critical
            return handler
        }
        // A signal ends the story, not the process: its folder is removed.
        TerminationSignals.watch()
        let names = names.isEmpty ? ScenarioCatalogue.names : names
        let scenarios = try names.map(ScenarioSource.scenario)
        // A file that cannot be written should be known before minutes have passed.
        if let junit { try TextFile.write("", to: junit) }
        var reports: [ScenarioReport] = []
        for scenario in scenarios {
            for _ in 0..<times {
                let report = try await play(scenario)
                reports.append(report)
                if json {
                    print(ScenarioJSON.value(of: report).text)
                } else {
                    for line in quiet ? [ScenarioText.summary(of: report)] : ScenarioText.closing(of: report) {
                        print(line)
                    }
                }
                fflush(nil)
                if TerminationSignals.hasArrived { throw ExitCode(128 + (await TerminationSignals.first())) }
            }
        }
        if let junit { try TextFile.write(ScenarioJUnit.text(of: reports), to: junit) }
        if !json, reports.count > 1 { print(ScenarioText.total(of: reports)) }
        guard reports.allSatisfy(\.hasPassed) else { throw ExitCode(1) }
    }

    private func play(_ scenario: Scenario) async throws -> ScenarioReport {
        let tells = !json && !quiet
        if tells { for line in ScenarioText.opening(of: scenario) { print(line) } }
        var audience = ScenarioAudience()
        if tells {
            audience.told = { line in
                print(ScenarioText.line(line))
                fflush(nil)
            }
        }
        return try await ScenarioPlayer(scenario, logger: Logger(label: "klamm"), audience: audience).play()
    }
}
