import ArgumentParser
import ControlServer
import Glibc
import KafkaServer
import Logging

/// A cluster without a console, for clients, scripts and tests.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a cluster without the console.",
        discussion: """
            When every broker serves, prints one line of JSON to standard output: bootstrap.servers, data.dir, and with \
            --control also control. Logs go to standard error. Stops in order on SIGINT, SIGTERM or SIGHUP; a second SIGINT or SIGTERM ends it at once.

            Then reads faults from standard input, one a line, such as "kill 2", "freeze 1 for 3s" or "cut 1-2", and \
            answers each with a line of JSON: {"ok":"kill 2"} or {"error":"..."}. "help" lists them.
            """)

    @OptionGroup var options: ClusterOptions
    @OptionGroup var control: ControlOptions

    @Flag(help: "Print what happens in the cluster, one line of JSON per event.")
    var events = false

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        TerminationSignals.watch()
        let logger = Logger(label: "klamm")
        let directory = try options.openDataDirectory()
        defer { directory.release() }
        let cluster = try await options.makeCluster(in: directory, logger: logger)
        let listener: ControlListener?
        do {
            listener = try await control.listen(for: cluster, in: directory, logger: logger)
        } catch {
            await cluster.shutDown()
            throw error
        }
        let stopping = Task {
            _ = await TerminationSignals.first()
            await listener?.close()
            await cluster.shutDown()
        }
        do {
            try await cluster.start()
        } catch {
            // Asked to stop before it was up: that is no failure.
            if !TerminationSignals.hasArrived {
                await listener?.close()
                await cluster.shutDown()
                throw error
            }
        }
        if !TerminationSignals.hasArrived {
            let events = events ? cluster.events() : nil
            announce(cluster, directory, listener?.address)
            ServeControl(cluster: cluster).start(events: events)
        }
        await stopping.value
    }

    private func announce(_ cluster: EmbeddedCluster, _ directory: DataDirectory, _ control: ControlAddress?) {
        var fields: [JSONValue.Field] = [
            .init("bootstrap.servers", cluster.bootstrapServers.json), .init("data.dir", directory.path.json),
        ]
        if let control { fields.append(.init("control", control.url.json)) }
        print(JSONValue.object(fields).text)
        fflush(nil)
    }
}
