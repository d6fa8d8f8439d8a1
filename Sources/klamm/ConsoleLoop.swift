import Console
import Glibc
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Settings
import Terminal

/// The one loop of the console, on a thread of its own: takes what is typed and what the cluster tells into the model,
/// carries its commands out, and draws.
///
/// A key is seen at once, live data at most 20 times a second. With nothing to show it sleeps in poll.
final class ConsoleLoop: Sendable {
    private let session: ConsoleSession
    private let theme: Theme?
    private let settingsFolder: String?
    private let crashNote: String
    private let attachment: Attachment?
    private let isEphemeral: Bool

    /// A `theme` that is given wins over the one in the settings. `attachment` says what may be done to a cluster that
    /// klamm did not start; one of its own may go with klamm.
    init(
        session: ConsoleSession, theme: Theme?, settingsFolder: String?, crashNote: String,
        attachment: Attachment? = nil, isEphemeral: Bool = false
    ) {
        self.isEphemeral = isEphemeral
        self.attachment = attachment
        self.session = session
        self.theme = theme
        self.settingsFolder = settingsFolder
        self.crashNote = crashNote
    }

    /// Returns when the user or a signal ends it, with the terminal restored.
    func run() throws {
        let looks = ConsoleLooks(folder: settingsFolder, chosen: theme)
        let terminal = try TerminalScreen(crashNote: crashNote, takesMouse: looks.settings.takesMouse)
        defer { terminal.restore() }
        var run = ConsoleRun(session: session, looks: looks, terminal: terminal)
        run.model.attachment = attachment
        run.model.isEphemeral = isEphemeral
        run.untilTheEnd()
    }
}

/// The state of a running loop; confined to its thread.
private struct ConsoleRun {
    /// Least time between two pictures of live data.
    private static let liveInterval = Duration.milliseconds(50)
    /// How often running clients are asked for their figures when the cluster itself stands still.
    private static let workloadInterval = Duration.milliseconds(500)

    let session: ConsoleSession
    var model = Model()
    private var looks: ConsoleLooks
    private let state = StateFile.ofUser
    let terminal: TerminalScreen
    private var picture: ClusterSnapshot?
    private var story: Story?
    private var workloadAskedAt: Instant?
    private var past = WorkloadPast()
    private var drawnAt: Instant?
    private var interest = ClusterSurvey.Interest()
    private var isEnding = false

    init(session: ConsoleSession, looks: ConsoleLooks, terminal: TerminalScreen) {
        self.session = session
        self.looks = looks
        self.terminal = terminal
        self.model.utcOffsetSeconds = localOffsetSeconds()
    }

    mutating func untilTheEnd() {
        tell(.themes(looks.themes.names, current: looks.theme.name))
        tell(.settings(looks.settings.keymap, problems: looks.problems, isFirst: true))
        tell(.schemas(looks.settings.schemas))
        if let state { tell(.remembered(state.memory)) }
        tell(.resized(terminal.size))
        while true {
            tell(.tick(SystemClock.now()))
            takeMail()
            draw()
            if isEnding { return }
            for input in terminal.wait(milliseconds: patience()) { take(input) }
        }
    }

    /// Until when nothing is to be done of our own accord; nil for ever.
    private func patience() -> Int? {
        var wanted: [Instant] = []
        if let tick = model.nextTick { wanted.append(tick) }
        if model.redraw == .soon, let drawnAt { wanted.append(drawnAt + Self.liveInterval) }
        if picture?.workload?.isMoving == true, let workloadAskedAt {
            wanted.append(workloadAskedAt + Self.workloadInterval)
        }
        // Rounded up: waking a moment early would only mean another round.
        return wanted.min().map { max(0, Int(($0 - SystemClock.now() + .microseconds(999)).wholeMilliseconds)) }
    }

    private mutating func draw() {
        let now = SystemClock.now()
        switch model.redraw {
        case .none: return
        case .soon: if let drawnAt, now - drawnAt < Self.liveInterval { return }
        case .now: break
        }
        terminal.draw(view(model, terminal.size), theme: looks.theme)
        model.drawn()
        drawnAt = now
        // Only a source that has to ask wants to know.
        guard model.attachment != nil, model.interest != interest else { return }
        interest = model.interest
        session.show(interest)
    }

    // MARK: In

    private mutating func take(_ input: TerminalInput) {
        switch input {
        case .key(let chord):
            tell(.tick(SystemClock.now()))
            tell(.key(chord))
        case .pasted(let text):
            // Only where text is wanted: elsewhere each letter would be a command.
            guard model.takesText else { return }
            for character in text { tell(.key(KeyChord(character.isNewline || character == "\t" ? " " : character))) }
        case .mouse(let mouse):
            tell(.tick(SystemClock.now()))
            tell(.mouse(mouse))
        case .resized(let size): tell(.resized(size))
        case .suspend:
            terminal.suspend()
            tell(.resized(terminal.size))
        case .continued: tell(.resized(terminal.size))
        case .terminate: isEnding = true
        }
    }

    private mutating func takeMail() {
        var mail = session.inbox.take()
        if mail.haveSettingsChanged {
            looks.readAnew()
            tell(.themes(looks.themes.names, current: looks.theme.name))
            tell(.settings(looks.settings.keymap, problems: looks.problems, isFirst: false))
            tell(.schemas(looks.settings.schemas))
        }
        for case .story(let story) in mail.events where (story == nil) != (self.story == nil) {
            // Another cluster is shown from now on: what is known of the former is not its.
            self.story = story
            picture = nil
            past = WorkloadPast()
            if story != nil { mail.snapshot = nil }
        }
        let now = SystemClock.now()
        let isDue = workloadAskedAt.map { now - $0 >= Self.workloadInterval } ?? true
        for event in mail.events { tell(event) }
        if let snapshot = mail.snapshot ?? (isDue && picture?.workload?.isMoving == true ? picture : nil) {
            let workload = session.workload.snapshot()
            let merged = snapshot.merged(with: workload, past: past, at: now)
            past.note(workload, at: now)
            workloadAskedAt = now
            if mail.snapshot != nil || merged.workload != picture?.workload { tell(.snapshot(merged)) }
            picture = merged
        }
    }

    private mutating func tell(_ event: Event) {
        for command in update(&model, event) { perform(command) }
    }

    // MARK: Out

    private mutating func perform(_ command: Command) {
        switch command {
        case .client(let command):
            session.execute(command)
            // So that the next round asks for its figures.
            workloadAskedAt = nil
            if let picture { session.inbox.post(picture) }
        case .inject, .fetchRecords, .produce, .createTopic, .deleteTopic, .deleteGroup, .electPreferredLeaders,
            .addBroker, .removeBroker, .moveReplicas, .moveOffsets, .setConfig, .inquire:
            session.perform(command)
        case .copy(let text):
            let isCopied = terminal.copy(text)
            tell(.outcome(isCopied ? .done("Copied") : .failed("This is more than a terminal's clipboard takes")))
        case .save(let name, let text):
            do {
                tell(.outcome(.saved(path: try SavedFile.write(text, about: name))))
            } catch {
                tell(.outcome(.failed("\(error)")))
            }
        case .remember(let entry):
            do {
                try state?.remember(entry)
            } catch {
                tell(.outcome(.failed("\(error)")))
            }
        case .setTheme(let name):
            do {
                try looks.choose(name)
                tell(.themes(looks.themes.names, current: looks.theme.name))
            } catch {
                tell(.outcome(.failed("\(error)")))
            }
        case .redraw: terminal.invalidate()
        case .playScenario(let name): session.play(name)
        case .conduct(let order): session.story.order(order, session.inbox)
        case .quit: isEnding = true
        }
    }
}

/// Of the user's time zone, now.
func localOffsetSeconds() -> Int {
    var now = time(nil)
    var local = tm()
    localtime_r(&now, &local)
    return local.tm_gmtoff
}
