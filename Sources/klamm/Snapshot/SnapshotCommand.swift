import ArgumentParser
import Console
import ControlServer
import Glibc
import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Logging
import Settings
import Synchronization

/// A screen of the console for who has no terminal to look at: screen readers, scripts, documents.
struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Print a view of a running klamm, or of any Kafka cluster, as text, data or a picture.",
        discussion: """
            Asks a klamm or klamm serve that was started with --control: the one at --control HOST:PORT, or the one that runs \
            in --data-dir. With --bootstrap, or the name of a cluster in klamm.toml, asks that cluster by Kafka's protocol, \
            as klamm attach does, and changes nothing there.
            """)

    @Option(help: "The view (default: topics): \(StillPicture.views.map(\.rawValue).joined(separator: ", ")).")
    var view: String?

    @Option(
        help: ArgumentHelp(
            "What the view is about: a topic, a broker's id, a group; orders-0 for the records of a partition, "
                + "orders-0@12 for a record.", valueName: "name"))
    var of: String?

    @Flag(help: "Print the view's rows as JSON; without --view the whole cluster.")
    var json = false

    @Option(help: ArgumentHelp("Write the view as a picture into this file; - prints it.", valueName: "file"))
    var svg: String?

    @Option(help: "Columns of the screen, 80 at least.")
    var columns = 120

    @Option(help: "Rows of the screen, 24 at least.")
    var rows = 40

    @Option(help: "The theme of the picture.")
    var theme = "dark"

    @Option(help: "How long to watch the cluster first, for its rates: 0 to 60.")
    var seconds = 1

    @OptionGroup var cluster: AttachOptions

    @Option(help: ArgumentHelp("Where the running klamm answers.", valueName: "host:port"))
    var control: String?

    @Option(help: ArgumentHelp("Its token (default: $KLAMM_CONTROL_TOKEN).", valueName: "token"))
    var controlToken: String?

    @Option(help: "The running klamm's data directory (default: $XDG_DATA_HOME/klamm/default).")
    var dataDir: String?

    func validate() throws {
        guard !json || svg == nil else { throw ValidationError("--json and --svg are two things; ask for one.") }
        guard (0...60).contains(seconds) else { throw ValidationError("--seconds takes a number from 0 to 60.") }
        guard [control != nil, dataDir != nil, cluster.nameCluster].count(where: { $0 }) < 2 else {
            throw ValidationError("--control, --data-dir and --bootstrap name different clusters; give one of them.")
        }
        do { _ = try ThemeCatalogue.ofUser.theme(theme) } catch { throw ValidationError("\(error)") }
        do throws(NoPicture) {
            _ = try StillPicture(view: wantedView, of: of, size: Size(columns: columns, rows: rows))
        } catch {
            throw ValidationError(error.description)
        }
    }

    private var wantedView: String { view ?? "topics" }
    private var isWholeCluster: Bool { json && view == nil }
    private var form: ScreenWish.Form { json ? .json : svg == nil ? .text : .svg }

    func run() async throws {
        if cluster.nameCluster { return try await output(attached()) }
        let token = controlToken ?? getenv("KLAMM_CONTROL_TOKEN").map { String(cString: $0) }
        let client = ControlClient(try address(), token: token)
        if isWholeCluster { return try await output(answer(client, "/v1/snapshot", after: seconds)) }
        var wish = ScreenWish(view: wantedView)
        wish.subject = of
        (wish.columns, wish.rows, wish.seconds) = (columns, rows, seconds)
        (wish.theme, wish.form) = (theme, form)
        try await output(answer(client, wish.target, after: 0))
    }

    /// By Kafka's protocol alone.
    private func attached() async throws -> String {
        let place = try cluster.place(in: ConsoleSettings(folder: SettingsFolder.ofUser))
        if let remark = place.security.remark { ProcessSetup.complain(remark) }
        let source = AttachedCluster(
            bootstrapServers: place.servers, security: place.security, now: SystemClock.now)
        let happened = Mutex<[ClusterEvent]>([])
        let events = source.events()
        let listening = Task { for await event in events { happened.withLock { $0.append(event) } } }
        do {
            try await source.start()
            let text = try await text(of: source, at: place) { happened.withLock { $0 } }
            await source.shutDown()
            listening.cancel()
            return text
        } catch {
            await source.shutDown()
            throw error
        }
    }

    private func text(
        of source: AttachedCluster, at place: AttachOptions.Place, events: () -> [ClusterEvent]
    ) async throws -> String {
        if isWholeCluster {
            let (snapshot, groups) = try await watched(source)
            return SnapshotJSON.value(of: snapshot, groups).text + "\n"
        }
        let picture = try StillPicture(
            view: wantedView, of: of, size: Size(columns: columns, rows: rows), utcOffsetSeconds: localOffsetSeconds(),
            attachment: Attachment(name: place.name), isText: form != .svg)
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let target = AttachedTarget(source, FaultCommands(commands: [:]))
        let shot = ScreenShot(
            picture: picture, seconds: seconds, configuration: place.configuration,
            answer: { inquiry in try await Inquiries(cluster: target, ledgers: nil).answer(inquiry) },
            logger: Logger(label: "klamm"))
        let taken = try await shot.taken(events: events) { try await source.snapshot() }
        return switch form {
        case .text: try taken.grid().text + "\n"
        case .json: try taken.json() + "\n"
        case .svg: try taken.grid().svg(theme: ThemeCatalogue.ofUser.theme(theme))
        }
    }

    /// A cluster that tells nobody how much is written is counted, as the screens do.
    private func watched(_ source: AttachedCluster) async throws -> (ClusterSnapshot, GroupVerdicts) {
        var history = History()
        var groups = GroupVerdicts()
        var snapshot = try await source.snapshot()
        history.observe(snapshot, now: snapshot.takenAt)
        groups.note(snapshot)
        if seconds > 0 {
            let end = snapshot.takenAt + .seconds(seconds)
            for await picture in source.snapshots() {
                if history.observe(picture, now: picture.takenAt) { groups.note(picture) }
                if picture.takenAt >= end { break }
            }
            snapshot = try await source.snapshot()
            history.observe(snapshot, now: snapshot.takenAt)
            groups.note(snapshot)
        }
        if snapshot.recordsPerSecond == nil { snapshot.recordsPerSecond = history.recordsPerSecond.last ?? nil }
        return (snapshot, groups)
    }

    /// Rates are known to a klamm that has been asked before.
    private func answer(_ client: ControlClient, _ target: String, after seconds: Int) async throws -> String {
        if seconds > 0 {
            _ = try await client.get(target, within: .seconds(30))
            try await Task.sleep(for: .seconds(seconds))
        }
        let answer = try await client.get(target, within: .seconds(Int64(self.seconds) + 30))
        guard answer.status == 200 else { throw ControlError.refused(answer.text) }
        return answer.text
    }

    private func output(_ text: String) throws {
        guard let svg, svg != "-" else {
            print(text, terminator: "")
            return
        }
        try TextFile.write(text, to: svg)
    }

    private func address() throws -> ControlAddress {
        if let control { return try ControlAddress(control) }
        let place = dataDir ?? DataDirectory.defaultPath
        switch DataDirectory.running(in: dataDir) {
        case .klamm(let url?): return try ControlAddress(String(url.dropFirst("http://".count)))
        case .klamm(nil):
            throw ValidationError(
                "The klamm that runs in \(place) answers nobody; start it with --control 127.0.0.1:0.")
        case .nobody:
            throw ValidationError(
                "No klamm runs in \(place); start klamm or klamm serve with --control 127.0.0.1:0 there, or say by "
                    + "--control, --data-dir or --bootstrap which to ask.")
        }
    }
}
