import KafkaCluster

/// What must hold, as a thing that one waits for or expects: `at least 50 acknowledged records of orders`.
extension Condition {
    package var words: String { Self.listed(comparisons.map(\.words)) }

    private static func listed(_ parts: [String]) -> String {
        guard let last = parts.last, parts.count > 1 else { return parts.joined() }
        return parts.dropLast().joined(separator: ", ") + " and " + last
    }

    /// How it is with what was expected at the end. What the words say already is not said again.
    func verdict(_ isMet: Bool, in facts: Facts) -> String {
        guard isMet else {
            let found = comparisons.filter { !$0.holds(in: facts, since: nil) }.map {
                "\($0.words): \($0.found(in: facts))"
            }
            return "Expected \(Self.listed(found))" + plainly
        }
        let parts = comparisons.map { comparison in
            comparison.isExact ? comparison.words : "\(comparison.words): \(comparison.found(in: facts))"
        }
        return "As expected, \(Self.listed(parts))" + plainly
    }
}

extension Condition.Comparison {
    /// Whether there is only one figure with which it holds.
    fileprivate var isExact: Bool { relation == .equal && right.number != nil }

    var words: String {
        guard let number = right.number, let (metric, arguments, isGain) = left.single else {
            return "\(left.words) \(relation.words) \(right.words)"
        }
        if !isGain, let words = metric.state(arguments, relation, number) { return words }
        guard let thing = metric.things(arguments) else {
            let name = metric.figure(arguments)
            if isGain { return "\(name) up by \(relation.count(number))" }
            return "\(name) \(relation.level(number))"
        }
        if isGain { return "\(relation.count(number)) more \(thing)" }
        switch (relation, number) {
        case (.equal, 0), (.atMost, 0), (.less, 1): return "no \(thing)"
        case (.more, 0), (.unequal, 0), (.atLeast, 1): return "some \(thing)"
        case (.equal, 1): return "1 \(Self.one(of: thing))"
        default: return "\(relation.count(number)) \(thing)"
        }
    }

    /// `replica of orders-0 in sync`: the thing itself is the first word in the plural.
    private static func one(of things: String) -> String {
        var words = things.split(separator: " ").map(String.init)
        guard let index = words.firstIndex(where: { $0.hasSuffix("s") }) else { return things }
        words[index].removeLast()
        return words.joined(separator: " ")
    }

    /// The figures of both sides, where a side is no plain number.
    fileprivate func found(in facts: Facts) -> String {
        [left, right].filter { $0.number == nil }.map { side in
            if let value = side.value(in: facts, since: nil) { return Figures.count(value) }
            let reasons = side.subjects.compactMap { facts.reason(unknown: $0.metric, $0.arguments) }
            return "unknown" + (reasons.first.map { ", as \($0)" } ?? "")
        }
        .joined(separator: " and ")
    }
}

extension Condition.Relation {
    fileprivate func count(_ number: Int64) -> String {
        let figure = Figures.count(number)
        return switch self {
        case .less: "fewer than \(figure)"
        case .atMost: "at most \(figure)"
        case .equal: figure
        case .unequal: "other than \(figure)"
        case .atLeast: "at least \(figure)"
        case .more: "more than \(figure)"
        }
    }

    /// Of what is measured.
    fileprivate func level(_ number: Int64) -> String {
        let figure = Figures.count(number)
        return switch self {
        case .less: "below \(figure)"
        case .atMost: "at \(figure) or less"
        case .equal: "at \(figure)"
        case .unequal: "not at \(figure)"
        case .atLeast: "at \(figure) or more"
        case .more: "above \(figure)"
        }
    }

    /// Between two figures.
    fileprivate var words: String {
        switch self {
        case .less: "fewer than"
        case .atMost: "at most as many as"
        case .equal: "as many as"
        case .unequal: "not as many as"
        case .atLeast: "at least as many as"
        case .more: "more than"
        }
    }
}

extension Expression {
    fileprivate var number: Int64? {
        guard terms.count == 1, case .number(let number) = terms[0].term, !terms[0].isNegative else { return nil }
        return number
    }

    /// What it asks for, where it is one thing alone.
    fileprivate var single: (Metric, [String], isGain: Bool)? {
        guard terms.count == 1, !terms[0].isNegative else { return nil }
        switch terms[0].term {
        case .number: return nil
        case .metric(let metric, let arguments): return (metric, arguments, false)
        case .gain(let metric, let arguments): return (metric, arguments, true)
        }
    }

    var words: String {
        var text = ""
        for (isNegative, term) in terms {
            if !text.isEmpty { text += isNegative ? " less " : " plus " }
            switch term {
            case .number(let number): text += Figures.count(number)
            case .metric(let metric, let arguments):
                text += metric.things(arguments) ?? metric.figure(arguments)
            case .gain(let metric, let arguments):
                text += "new \(metric.things(arguments) ?? metric.figure(arguments))"
            }
        }
        return text
    }
}

extension Metric {
    /// What is so or not, rather than counted; nil for what is counted or measured.
    fileprivate func state(_ arguments: [String], _ relation: Condition.Relation, _ number: Int64) -> String? {
        let first = arguments.first ?? ""
        let isYes: Bool? =
            switch (relation, number) {
            case (.equal, 1), (.more, 0), (.unequal, 0), (.atLeast, 1): true
            case (.equal, 0), (.less, 1), (.atMost, 0), (.unequal, 1): false
            default: nil
            }
        switch (self, relation) {
        case (.inISR, _):
            guard let isYes else { return nil }
            return "broker \(arguments.last ?? "") \(isYes ? "in" : "out of") the ISR of \(first)"
        case (.up, _):
            guard let isYes else { return nil }
            return "node \(first) \(isYes ? "up" : "down")"
        case (.leader, .equal): return number == 0 ? "no leader of \(first)" : "broker \(number) as leader of \(first)"
        case (.leader, .more) where number == 0, (.leader, .unequal) where number == 0: return "a leader of \(first)"
        case (.leader, .more) where number == 1: return "a leader of \(first) other than broker 1"
        // It holds without any leader, too.
        case (.leader, .unequal): return "broker \(number) not as leader of \(first)"
        case (.controller, .equal): return number == 0 ? "no active controller" : "controller \(number) active"
        case (.controller, .more) where number == 0, (.controller, .unequal) where number == 0:
            return "an active controller"
        case (.controller, .unequal): return "controller \(number) not active"
        default: return nil
        }
    }

    /// What it counts, in the plural; nil for what is no count. No word after it tells of how many it is: one has the same.
    fileprivate func things(_ arguments: [String]) -> String? {
        let first = arguments.first
        let of = first.map { " of \($0)" } ?? ""
        let by = first.map { " by \($0)" } ?? ""
        return switch self {
        case .sent: "records\(of) sent"
        case .acked: "acknowledged records\(of)"
        case .failed: "failed records\(of)"
        case .unknown: "records\(of) of unknown fate"
        case .dropped: "records\(of) dropped before a full buffer"
        case .resent: "records\(of) sent again from the outbox"
        case .lostInBuffer: "records\(of) gone with a crashed producer's buffer"
        case .inOutbox: "records\(of) in the outbox"
        case .producersRunning: "running producers\(of)"
        case .attempted: "records\(of) meant to be sent"
        case .lost: "lost records\(of)"
        case .unseen: "records\(of) that nobody has read"
        case .duplicate: "doubled records\(of)"
        case .lostWrite: "acknowledged records\(of) that a reader was not given"
        case .abortedRead: "failed records\(of) read all the same"
        case .inconsistentOffsets: "offsets\(of) with two records"
        case .nonmonotonicSend: "records\(of) out of order in the log"
        case .pollSkip: "records\(of) that a consumer missed"
        case .nonmonotonicPoll: "records\(of) at which a consumer went back"
        case .neverArrived: "records\(of) that never arrived"
        case .toldLost: "lost records\(of) whose answer was heard"
        case .consumed: "records read\(by)"
        case .processed: "records worked on\(by)"
        case .errors: "failed attempts\(of)"
        case .skipped: "records skipped\(by) as known"
        case .lag: "records that \(first ?? "the groups") still \(first == nil ? "have" : "has") to commit"
        case .members: "members\(of)"
        case .deadLettered: "records put aside\(by)"
        case .failedCommits: "failed commits\(of)"
        case .processedOnce: "records worked on once\(by)"
        case .processedTwice: "records worked on twice or more\(by)"
        case .committedPast: "records never worked on\(by) though committed past"
        case .retiredUnread: "records deleted unread by \(first ?? "a group")"
        case .outOfOrder: "records worked on out of order\(by)"
        case .groupsRunning: first.map { "running groups \($0)" } ?? "running groups"
        case .isr: "replicas\(of) in sync"
        case .unreplicated: "records\(of) beyond the high watermark"
        case .faults: "lasting faults"
        case .brokersRunning: "serving brokers"
        case .blockedMilliseconds, .latencyP99Microseconds, .committed, .position, .leader, .epoch, .inISR,
            .highWatermark, .logEndOffset, .logStartOffset, .up, .controller:
            nil
        }
    }

    /// What it measures, where that is no count.
    fileprivate func figure(_ arguments: [String]) -> String {
        let first = arguments.first ?? ""
        return switch self {
        case .blockedMilliseconds: "milliseconds before a full buffer" + (first.isEmpty ? "" : " of \(first)")
        case .latencyP99Microseconds: "p99 latency in microseconds" + (first.isEmpty ? "" : " of \(first)")
        case .committed: "the offset that \(first) has committed in \(arguments.last ?? "")"
        case .position: "the place of \(first) in \(arguments.last ?? "")"
        case .leader: "the leader of \(first)"
        case .epoch: "the leader epoch of \(first)"
        case .highWatermark: "the high watermark of \(first)"
        case .logEndOffset:
            "the log end of \(first)" + (arguments.count > 1 ? " on broker \(arguments[1])" : "")
        case .logStartOffset: "the log start of \(first)"
        case .controller: "the active controller"
        default: description(arguments)
        }
    }

    private func description(_ arguments: [String]) -> String {
        arguments.isEmpty ? rawValue : "\(rawValue)(\(arguments.joined(separator: ", ")))"
    }
}
