import DeliveryLedger
import KafkaCluster
import KafkaProtocol

extension JourneyStep {
    /// What happened there, or is to happen, and why it has not. Where there is little room the lane tells where it was.
    func words(isWide: Bool, offsetSeconds: Int) -> StyledText {
        let deed = isWide ? deed : brief
        func reason(_ reason: Reason) -> String {
            reason.words { WallClock.time($0.wallClockMilliseconds, offsetSeconds: offsetSeconds) }
        }
        switch when {
        case .at(let moment):
            let isTold = moment.from.wallClockMilliseconds == moment.to.wallClockMilliseconds
            guard !isTold, (moment.to - moment.from).wholeMilliseconds > 0 else {
                return StyledText(deed, role)
            }
            let span = Figures.latency(microseconds: (moment.to - moment.from).wholeNanoseconds / 1000)
            return StyledText(deed, role) + StyledText(" · or up to \(span) later", .muted)
        case .before(let why): return StyledText(deed, role) + StyledText(" · \(reason(why))", .muted)
        case .notYet(let why), .unknown(let why):
            return StyledText(deed, .muted) + StyledText(": \(reason(why))", .muted)
        case .never(let why): return StyledText(deed, .muted) + StyledText(": \(reason(why))", .error)
        }
    }

    private var role: Role {
        switch kind {
        case .befell: .fault
        case .led: .warning
        case .dropped: .error
        case .returned: .ok
        case .reported(.acknowledged), .reported(nil): .text
        case .reported: .warning
        default: .text
        }
    }

    private var deed: String {
        switch kind {
        case .sent: return "the application calls send"
        case .stamped: return "stamped by its producer"
        case .buffered: return "in librdkafka's buffer"
        case .appended(let epoch, let acks):
            let under = epoch.map { " under epoch \($0)" } ?? ""
            return "appended\(under)" + (acks.map { ", acks=\(Self.name($0))" } ?? "")
        case .copied: return "copied\(broker)"
        case .passed: return "high watermark past it"
        case .answered(let acks): return "acknowledged" + (acks.map { ", acks=\(Self.name($0))" } ?? "")
        case .reported(let report): return Self.words(report)
        case .befell(let fate): return "broker\(number) \(fate.words)"
        case .led(let epoch): return "broker\(number) leads without it from epoch \(epoch) on"
        case .dropped(let reason): return "\((reason ?? .truncated).words)\(broker)"
        case .returned: return "back: who had kept it leads"
        case .polled(let member?, let again): return "polled\(again ? " again" : "") by member \(member)\(group("of"))"
        case .polled(nil, _): return "polled\(group("by"))"
        case .worked(let outcome?): return outcome.words
        case .worked(nil): return "work done"
        case .committed: return "offset committed\(group("by"))"
        case .retired: return "gone from the log"
        }
    }

    private var brief: String {
        switch kind {
        case .sent: "send called"
        case .stamped: "stamped"
        case .buffered: "in its buffer"
        case .appended(let epoch, _): "appended" + (epoch.map { ", epoch \($0)" } ?? "")
        case .copied: "copied"
        case .passed: "past high watermark"
        case .befell(let fate): fate.words
        case .led: "leads without it"
        case .dropped(let reason): (reason ?? .truncated).words
        case .polled(let member?, let again): "polled\(again ? " again" : "") by member \(member)"
        case .polled(nil, _): "polled"
        case .reported(.acknowledged): "reported: written"
        case .committed: "offset committed"
        case .answered, .reported, .returned, .worked, .retired: deed
        }
    }

    private static func name(_ acks: Int16) -> String { Acks(rawValue: acks)?.name ?? "\(acks)" }

    private static func words(_ report: SendTrace.Report?) -> String {
        switch report {
        case nil: "delivery report"
        case .acknowledged?: "delivery report: written"
        case .failed(let why)?: "delivery report: failed, \(why)"
        case .unknown(let why?)?: "delivery report: unknown, \(why)"
        case .unknown(nil)?: "delivery report: nobody knows"
        case .dropped?: "dropped: there was no room for it in the buffer"
        case .lostInBuffer?: "lost in the buffer of a crashed producer"
        }
    }

    private var number: String { if case .broker(let id) = lane { " \(id)" } else { "" } }
    private var broker: String { if case .broker(let id) = lane { " by broker \(id)" } else { "" } }
    private func group(_ preposition: String) -> String {
        if case .group(let name) = lane { " \(preposition) \(name)" } else { "" }
    }
}

extension JourneyStep.Reason {
    func words(time: (Instant) -> String) -> String {
        switch self {
        case .told(let sentence): sentence
        case .dropped(let broker, let reason, let at): "lost, \(reason.words) by broker \(broker) at \(time(at))"
        case .ledWithout(let broker, let epoch, let at):
            "lost, broker \(broker) leads without it since epoch \(epoch), \(time(at))"
        }
    }
}

extension DropReason {
    fileprivate var words: String {
        switch self {
        case .truncated: "truncated"
        case .powerLost: "gone with the power"
        case .wiped: "gone with the disk"
        }
    }
}

extension GroupTrace.Work.Outcome {
    fileprivate var words: String {
        switch self {
        case .done: "work done"
        case .skippedDuplicate: "skipped: its id was known"
        case .swallowed: "work failed, and nobody cared"
        case .deadLettered: "work failed: put aside as a dead letter"
        }
    }
}

extension RecordJourney.Ending {
    /// In a word or two.
    var sign: StyledText {
        switch self {
        case .sending: Sign(glyph: "○", role: .warning).text("on its way")
        case .notSent: Sign(glyph: "✗", role: .warning).text("never written")
        case .written(true?): Sign(glyph: "◐", role: .warning).text("acknowledged, at risk")
        case .written(false?): Sign(glyph: "◐", role: .warning).text("not acknowledged")
        case .written(nil): Sign(glyph: "◐", role: .warning).text("written, at risk")
        case .safe: Sign.good.text("safe")
        case .lost(true?): Sign.gone.text("lost")
        case .lost(false?): Sign(glyph: "✗", role: .warning).text("gone")
        case .lost(nil): Sign(glyph: "✗", role: .warning).text("gone")
        case .retired: Sign(glyph: "✗", role: .muted).text("retired")
        case .unknown: Sign(glyph: "?", role: .muted).text("unknown")
        }
    }

    var words: StyledText {
        switch self {
        case .sending: StyledText("On its way: no broker is known to have it yet", .warning)
        case .notSent: StyledText("It was never written", .warning)
        case .written(false?): StyledText("Written, not acknowledged: it may still be lost", .warning)
        case .written(true?):
            StyledText("Acknowledged before every in-sync replica has it: if the leader dies now, it is lost", .warning)
        case .written(nil):
            StyledText(
                "Written, not yet on every in-sync replica; whether it was acknowledged its producer knows", .warning)
        case .safe: StyledText("Safe: every in-sync replica has it", .ok)
        case .lost(true?): StyledText("Lost, though it was acknowledged", .error, .bold)
        case .lost(false?): StyledText("Gone; nobody had told its producer that it was written", .warning)
        case .lost(nil): StyledText("Gone; whether it had been acknowledged only its producer knows", .warning)
        case .retired: StyledText("Gone by rights: retention or DeleteRecords took it", .muted)
        case .unknown: StyledText("What became of it is not known", .muted)
        }
    }
}
