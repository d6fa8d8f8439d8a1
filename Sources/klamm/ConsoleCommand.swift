import ArgumentParser
import Console
import ControlServer
import KafkaClient
import KafkaServer
import Logging
import Settings
import Terminal
import Workload

/// A cluster with the console over it: what `klamm` alone does.
struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Run a cluster and open the console on it (the default).",
        discussion: """
            The first start makes a topic orders with a producer of 50 records/s and a group billing of two members. Logs \
            go to klamm.log in the data directory.
            """)

    @OptionGroup var options: ClusterOptions
    @OptionGroup var control: ControlOptions

    @Flag(name: .customLong("no-demo"), help: "Start without the topic orders, its producer and its group.")
    var isWithoutDemo = false

    @OptionGroup var theme: ThemeOption

    func run() async throws {
        let folder = SettingsFolder.ofUser
        let look = try theme.look()
        guard TerminalScreen.isATerminal else { throw TerminalError.noConsole }

        let directory = try options.openDataDirectory()
        defer { directory.release() }
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let logger = Logger(label: "klamm")
        let cluster = try await options.makeCluster(in: directory, logger: logger)
        let log = try ConsoleLog(path: directory.path + "/klamm.log")
        defer { log.end() }

        let session = ConsoleSession(
            cluster: cluster, ClientConfiguration(bootstrapServers: cluster.bootstrapServers),
            storeFolder: directory.path + "/workload", settingsFolder: folder, logger: logger)
        let listener: ControlListener?
        do {
            listener = try await control.listen(
                for: cluster, in: directory, workload: session.workload, ledgers: session.ledgers, logger: logger)
        } catch {
            await session.close()
            throw error
        }
        if let listener { logger.info("Control at \(listener.address.url)") }
        session.open(demoBrokers: isWithoutDemo ? nil : options.brokers)
        let loop = ConsoleLoop(
            session: session, theme: look, settingsFolder: folder, crashNote: log.crashNote,
            isEphemeral: options.ephemeral)
        let ended = await Result { try await DedicatedThread.run(name: "klamm-console") { try loop.run() } }
        await listener?.close()
        await session.close()
        try ended.get()
    }
}
