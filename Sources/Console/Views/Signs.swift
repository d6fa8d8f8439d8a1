import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// The glyph and role that tell a state, so that it is read without colour too. All are one column wide everywhere.
struct Sign: Hashable {
    var glyph: String
    var role: Role

    var text: StyledText { StyledText(glyph, role) }
    func text(_ words: String) -> StyledText { StyledText(glyph + " ", role) + StyledText(words, role) }

    static let good = Sign(glyph: "●", role: .ok)
    static let idle = Sign(glyph: "○", role: .muted)
    static let partly = Sign(glyph: "◐", role: .warning)
    static let gone = Sign(glyph: "✗", role: .offline)

    static func of(_ state: ClusterSnapshot.Replica.State) -> Sign {
        switch state {
        case .leader: Sign(glyph: "◆", role: .leader)
        case .inSync: Sign(glyph: "●", role: .inSync)
        case .lagging: Sign(glyph: "◐", role: .lagging)
        case .offline: Sign(glyph: "✗", role: .offline)
        }
    }

    static func of(_ state: ClusterSnapshot.Broker.State) -> Sign {
        switch state {
        case .running: .good
        case .down: .gone
        case .starting: Sign(glyph: "◔", role: .warning)
        case .waitingForSession: Sign(glyph: "◌", role: .warning)
        case .fenced: Sign(glyph: "◍", role: .error)
        case .shuttingDown: Sign(glyph: "◑", role: .warning)
        case .unreachable: Sign(glyph: "?", role: .error)
        }
    }

    static func of(_ partition: ClusterSnapshot.Partition) -> Sign {
        let leader = partition.replicas.first { $0.broker == partition.leader }
        // A leader that has just died still leads on paper.
        if partition.leader == nil || leader?.state == .offline { return .gone }
        let isWhole = partition.replicas.allSatisfy { $0.state == .leader || $0.state == .inSync }
        return isWhole && partition.isr.count >= partition.replicas.count ? .good : .partly
    }

    static func of(_ topic: ClusterSnapshot.Topic) -> Sign {
        let signs = Set(topic.partitions.map { Sign.of($0) })
        return signs.contains(.gone) ? .gone : signs.contains(.partly) ? .partly : .good
    }

    static func ofGroup(_ state: String) -> Sign {
        switch state {
        case "Stable": .good
        case "Empty": .idle
        case "Dead": .gone
        default: .partly
        }
    }

    static func of(_ status: CommitStatus) -> Sign {
        switch status {
        case .ok: .good
        case .slow, .silent: .partly
        case .stalled, .stopped, .rewound: Sign(glyph: "✗", role: .error)
        }
    }

    static func of(_ summary: EventSummary) -> Sign {
        let glyph =
            switch summary.kind {
            case .election: "◆"
            case .isr: "◐"
            case .broker: "■"
            case .group: "◇"
            case .fault: summary.isBad ? "✗" : "✓"
            case .client: "▸"
            case .topic: "□"
            case .log: "≡"
            }
        let role: Role =
            switch (summary.kind, summary.isBad) {
            case (.fault, true): .fault
            case (_, true): .warning
            case (.election, false): .leader
            case (.isr, false), (.fault, false), (.broker, false): .ok
            case (_, false): .accent
            }
        return Sign(glyph: glyph, role: role)
    }
}

extension ClusterSnapshot.Broker.State {
    /// In a few words.
    var words: String {
        switch self {
        case .down: "down"
        case .starting(let state): state.words
        case .waitingForSession(let milliseconds): "waits \(Figures.count(milliseconds)) ms for session"
        case .fenced: "fenced"
        case .running: "running"
        case .shuttingDown: "shutting down"
        case .unreachable: "does not answer"
        }
    }

    /// Whether nothing of it runs.
    var isDown: Bool { self == .down }
}

extension ClusterSnapshot.Broker {
    /// It runs, but serves nothing until it is started anew.
    var hasLostLogDirectory: Bool { logDirectoryFailure != nil && !state.isDown && state != .shuttingDown }

    /// Whether restarting it makes sense.
    var wantsRestart: Bool { state.isDown || state == .unreachable || hasLostLogDirectory }

    /// Its state, or what is worse.
    var sign: Sign {
        if hasLostLogDirectory { return Sign(glyph: "◍", role: .error) }
        return isLate ? Sign(glyph: "◌", role: .warning) : .of(state)
    }
    var words: String {
        if hasLostLogDirectory { return "log directory offline" }
        return isLate ? "answers late" : state.words
    }
    /// Whether its figures are older than those of others.
    var isLate: Bool { lateSince != nil }
}

extension StyledText {
    /// A number, or a muted sign that it is not known.
    static func count(_ value: Int64?, _ role: Role = .text) -> StyledText {
        value.map { StyledText(Figures.count($0), role) } ?? StyledText(Figures.unknown, .muted)
    }

    /// A number that is coloured, when it is not zero.
    static func alarm(_ value: Int, _ role: Role) -> StyledText {
        value == 0 ? StyledText("0", .muted) : StyledText(Figures.count(value), role, .bold)
    }

    static func bytes(_ value: Int64?) -> StyledText {
        value.map { StyledText(Figures.bytes($0)) } ?? StyledText(Figures.unknown, .muted)
    }

    static func rate(_ value: Double?) -> StyledText {
        value.map { StyledText(Figures.rate($0)) } ?? StyledText(Figures.unknown, .muted)
    }

    static func bytesPerSecond(_ value: Double?) -> StyledText {
        guard let value, value.isFinite, value < 1e15 else { return StyledText(Figures.unknown, .muted) }
        return StyledText(Figures.bytes(Int64(max(0, value))) + "/s", value > 0 ? .text : .muted)
    }

    /// How a group fares, and of one that may commit yet how long it has not: `◐ no commit 37 s`.
    static func status(_ status: CommitStatus?, since begin: StatusBegin?, now: Instant?, _ joint: String = " ")
        -> StyledText
    {
        guard let status else { return StyledText(Figures.unknown, .muted) }
        guard status == .silent, let begin, let now else { return Sign.of(status).text(status.rawValue) }
        let seconds = max(0, now.wallClockMilliseconds.saturatingSubtract(begin.time)) / 1000
        var span = Figures.span(seconds: seconds)
        if case .before = begin { span = ">" + span }
        return Sign.of(status).text(status.rawValue + joint + span)
    }

    /// `14:02:33`, `<14:02:33` for some time before, `11-20 14:02` for another day.
    static func begin(_ begin: StatusBegin?, now: Instant?, offsetSeconds: Int) -> StyledText {
        guard let begin, let now else { return StyledText() }
        let text = WallClock.short(begin.time, now: now.wallClockMilliseconds, offsetSeconds: offsetSeconds)
        if case .before = begin { return StyledText("<" + text, .muted) }
        return StyledText(text, .muted)
    }

    /// `3.2 s`, `1:07`, `>120 s`: a lag in time.
    static func lagTime(_ time: LagTime?) -> StyledText {
        guard let time else { return StyledText(Figures.none, .muted) }
        let milliseconds = time.duration.wholeMilliseconds
        if milliseconds == 0 {
            // A console that has only begun to look knows no more than that it is behind.
            if case .about = time { return StyledText("0", .ok) }
            return StyledText(Figures.unknown, .muted)
        }
        let text =
            milliseconds < 9_950
            ? "\(Figures.decimal(Double(milliseconds) / 1000, places: 1)) s"
            : Figures.span(seconds: milliseconds / 1000)
        // A second behind is nothing, a minute is much.
        let style = Style(.scale(.lag, UInt8(min(255, milliseconds / 250))))
        switch time {
        case .about: return StyledText(text, style)
        case .atLeast: return StyledText(">" + text, style)
        }
    }

    /// A lag, coloured by its order of magnitude. Without a commit there is none; with one it may be unknown.
    static func lag(_ value: Int64?, hasCommit: Bool = false) -> StyledText {
        guard let value else { return StyledText(hasCommit ? Figures.unknown : Figures.none, .muted) }
        guard value > 0 else { return StyledText("0", .ok) }
        return StyledText(Figures.count(value), Style(.scale(.lag, Sparkline.lagPlace(value))))
    }
}
