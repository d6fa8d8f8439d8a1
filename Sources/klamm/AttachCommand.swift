import ArgumentParser
import Console
import KafkaClient
import KafkaCluster
import KafkaServer
import Logging
import Settings
import Terminal

/// The console over a cluster that klamm did not start.
struct AttachCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract: "Open the console on any Kafka cluster.",
        discussion: """
            Looks at it by Kafka's protocol alone: joins no group, commits nothing, and changes nothing until :write is typed \
            in the console, or --write is given.
            """)

    @OptionGroup var options: AttachOptions

    @Flag(help: "Allow what changes the cluster from the start.")
    var write = false

    @OptionGroup var theme: ThemeOption

    func run() async throws {
        let folder = SettingsFolder.ofUser
        let look = try theme.look()
        let place = try options.place(in: ConsoleSettings(folder: folder))
        guard TerminalScreen.isATerminal else { throw TerminalError.noConsoleThere }

        // Said on the terminal as it is, where nobody answers.
        let cluster = AttachedTarget(
            AttachedCluster(bootstrapServers: place.servers, security: place.security, now: SystemClock.now),
            FaultCommands(commands: place.faults))
        do { try await cluster.find() } catch {
            await cluster.end()
            throw error
        }
        // For the log, and for the outbox of klamm's own clients.
        let directory = try DataDirectory(.init(isEphemeral: true))
        defer { directory.release() }
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let log = try ConsoleLog(path: directory.path + "/klamm.log")
        defer { log.end() }
        let session = ConsoleSession(
            cluster: cluster, place.configuration, storeFolder: directory.path + "/workload",
            settingsFolder: folder, logger: Logger(label: "klamm"))
        session.open(demoBrokers: nil)
        if let remark = place.security.remark { session.inbox.post(.outcome(.failed(remark))) }
        let attachment = Attachment(
            name: place.name, address: place.address, mayWrite: write || place.mayWrite, faults: Set(place.faults.keys))
        let loop = ConsoleLoop(
            session: session, theme: look, settingsFolder: folder, crashNote: log.crashNote, attachment: attachment)
        let ended = await Result { try await DedicatedThread.run(name: "klamm-console") { try loop.run() } }
        await session.close()
        try ended.get()
    }
}
