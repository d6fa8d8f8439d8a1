import KafkaProtocol

/// What many runs have shown.
package struct SimulationReport: Sendable {
    package private(set) var runs = 0
    package private(set) var lived = Duration.zero
    package private(set) var steps = 0
    package private(set) var counts = OracleCounts()
    package private(set) var losses = 0
    /// Runs that were ended early, and after how many events.
    private var cutRuns = 0
    private var cutAfter = 0
    /// While faults went on.
    private var faultyTime = Duration.zero
    private var operations = 0
    /// Runs in which a promise did not hold, by seed; only the first few are kept.
    package private(set) var violations: [Simulation.Outcome] = []
    package private(set) var failedRuns = 0
    /// Of the machine's own clock; set by whoever has one.
    package var wallSeconds: Double = 0
    /// Of the last run, for comparing two processes.
    package private(set) var traceHash: UInt64 = 0

    package init() {}

    package mutating func add(_ outcome: Simulation.Outcome) {
        runs += 1
        lived += outcome.lived
        steps += outcome.steps
        counts.add(outcome.counts)
        losses += outcome.losses.count
        if let cut = outcome.cutAfter {
            cutRuns += 1
            cutAfter = cut
        }
        faultyTime += outcome.faultyTime
        operations += outcome.operations
        traceHash ^= outcome.traceHash
        guard outcome.violation != nil else { return }
        failedRuns += 1
        keep([outcome])
    }

    package mutating func add(_ other: Self) {
        runs += other.runs
        lived += other.lived
        steps += other.steps
        counts.add(other.counts)
        losses += other.losses
        cutRuns += other.cutRuns
        cutAfter = max(cutAfter, other.cutAfter)
        faultyTime += other.faultyTime
        operations += other.operations
        traceHash ^= other.traceHash
        failedRuns += other.failedRuns
        keep(other.violations)
    }

    private mutating func keep(_ more: [Simulation.Outcome]) {
        violations = Array((violations + more).sorted { $0.seed < $1.seed }.prefix(5))
    }

    /// Seeds, times and counts, for people.
    package var text: String {
        let seconds = Double(lived.wholeMilliseconds) / 1000
        var lines = [
            "\(Self.plural(runs, "seed")), \(Int(seconds)) s of clusters' time in \(Self.tenths(wallSeconds)) s"
        ]
        if wallSeconds > 0 { lines[0] += ": \(Int(seconds / wallSeconds)) times life" }
        lines.append("\(Self.plural(steps, "event")), trace \(String(traceHash, radix: 16))")
        let milliseconds = faultyTime.wholeMilliseconds
        if milliseconds > 0 {
            lines.append("\(operations * 1000 / Int(milliseconds)) client operations a second while faults go on")
        }
        let counted = counts.lines
        for (name, count) in counted { lines.append("  \(name): \(count)") }
        let never = counted.filter { $0.count == 0 }.map(\.name)
        lines.append(never.isEmpty ? "nothing is zero" : "never seen: \(never.joined(separator: " · "))")
        lines.append(verdict)
        return lines.joined(separator: "\n")
    }

    /// A run that was cut short has not shown that its cluster comes to rest.
    private var verdict: String {
        if failedRuns > 0 { return "\(Self.plural(failedRuns, "seed")) failed" }
        if cutRuns == 0 { return "every promise held" }
        let limit = Self.plural(cutAfter, "step")
        return cutRuns == runs
            ? "every promise held for \(limit); the rest was not played"
            : "every promise held; \(cutRuns) of \(runs) seeds were played for \(limit) only"
    }

    private static func plural(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

    private static func tenths(_ value: Double) -> String {
        let scaled = Int((value * 10).rounded())
        return "\(scaled / 10).\(scaled % 10)"
    }
}
