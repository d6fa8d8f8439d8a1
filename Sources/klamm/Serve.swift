import ArgumentParser
import Glibc
import KafkaServer
import Logging

/// A cluster without a console, for clients, scripts and tests.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a cluster without the console.",
        discussion: """
            When every broker serves, prints one line of JSON to standard output: bootstrap.servers and data.dir. Logs go \
            to standard error. Stops in order on SIGINT, SIGTERM or SIGHUP; a second SIGINT or SIGTERM ends it at once.

            Then reads faults from standard input, one a line, such as "kill 2", "freeze 1 for 3s" or "cut 1-2", and \
            answers each with a line of JSON: {"ok":"kill 2"} or {"error":"..."}. "help" lists them.
            """)

    @OptionGroup var options: ClusterOptions

    @Flag(help: "Print what happens in the cluster, one line of JSON per event.")
    var events = false

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        TerminationSignals.watch()
        let logger = Logger(label: "klamm")
        let directory = try options.openDataDirectory()
        defer { directory.release() }
        let cluster = try await options.makeCluster(in: directory, logger: logger)
        let stopping = Task {
            _ = await TerminationSignals.first()
            await cluster.shutDown()
        }
        do {
            try await cluster.start()
        } catch {
            // Asked to stop before it was up: that is no failure.
            if !TerminationSignals.hasArrived {
                await cluster.shutDown()
                throw error
            }
        }
        if !TerminationSignals.hasArrived {
            let events = events ? cluster.events() : nil
            announce(cluster, directory)
            ServeControl(cluster: cluster).start(events: events)
        }
        await stopping.value
    }

    private func announce(_ cluster: EmbeddedCluster, _ directory: DataDirectory) {
        print(
            """
            {"bootstrap.servers":"\(cluster.bootstrapServers)","data.dir":"\(JSON.escaped(directory.path))"}
            """)
        fflush(nil)
    }
}

/// The little of JSON that one line needs.
enum JSON {
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
