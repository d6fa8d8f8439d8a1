import ArgumentParser
import Glibc
import KafkaProtocol
import Simulator
import Synchronization

/// `klamm simulate`: plays whole clusters on a virtual clock and says whether every promise held.
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play whole clusters from seeds, with faults, and check every promise.",
        discussion: """
            A seed draws a cluster, its settings, its clients and its faults, and plays them on one thread under a clock of \
            its own; the same seed gives the same history. Exit code 0 when every promise held, 1 when one did not.
            """)

    @Option(help: "Play this seed.", transform: number("A seed"))
    var seed: UInt64?

    @Option(help: "Play these seeds, first and last: 1-20000.")
    var seeds: String?

    @Option(help: "End each run after so many events.", transform: number("It"))
    var steps: Int?

    @Option(help: ArgumentHelp("Write every event to this file.", valueName: "file"))
    var trace: String?

    @Option(help: "Break one of Kafka's rules on purpose and look for a seed that notices.")
    var rule: String?

    @Flag(help: "Break each rule in turn, and say which of the seeds notices first.")
    var searchRules = false

    @Option(help: "Seeds to play at the same time (default: one for each core).", transform: number("It"))
    var jobs: Int?

    private static func number<Number: FixedWidthInteger & SendableMetatype>(
        _ what: String
    ) -> @Sendable (String) throws -> Number {
        { text in
            guard let number = Number(text) else { throw ValidationError("\(what) is a whole number, such as 1.") }
            return number
        }
    }

    func validate() throws {
        if seed != nil, seeds != nil { throw ValidationError("Give --seed or --seeds, not both.") }
        if seed == nil, seeds == nil { throw ValidationError("Give --seed N, or --seeds A-B.") }
        if let seeds { _ = try Self.range(seeds) }
        if trace != nil, seed == nil { throw ValidationError("--trace writes one run: give --seed.") }
        if let steps, steps < 1 { throw ValidationError("--steps takes a number from 1; it was \(steps).") }
        if let jobs, !(1...256).contains(jobs) {
            throw ValidationError("--jobs takes a number from 1 to 256; it was \(jobs).")
        }
        if rule != nil || searchRules {
            guard Rule.canBeBroken else {
                throw ValidationError(
                    "This build keeps all rules: build with KLAMM_RULE_SWITCHES=1 to break them.")
            }
        }
        if let rule, Rule(rawValue: rule) == nil {
            throw ValidationError(
                "There is no rule \(rule). The rules: \(Rule.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
    }

    static func range(_ text: String) throws -> ClosedRange<UInt64> {
        let words = text.split(separator: "-", omittingEmptySubsequences: false)
        let ends = words.compactMap { UInt64($0) }
        guard ends.count == words.count else {
            throw ValidationError(
                "--seeds takes the first and the last seed, such as 1-20000; \"\(text)\" is no such range.")
        }
        switch ends.count {
        case 2 where ends[0] <= ends[1]: return ends[0]...ends[1]
        case 2:
            throw ValidationError(
                "--seeds \(text) runs backwards; give the smaller seed first: --seeds \(ends[1])-\(ends[0]).")
        case 1:
            throw ValidationError(
                "--seeds takes the first and the last seed, such as 1-20000; for one seed use --seed \(text).")
        default:
            throw ValidationError(
                "--seeds takes two numbers, the first and the last seed, such as 1-20000; \"\(text)\" has more.")
        }
    }

    func run() async throws {
        let range = try seed.map { $0...$0 } ?? seeds.map(Self.range) ?? 1...1
        if searchRules {
            var isBlind = false
            for rule in Rule.allCases {
                let found = try await play(range, breaking: rule, untilViolation: true)
                if let caught = found.violations.first, let violation = caught.violation {
                    print("\(rule.rawValue): caught by seed \(caught.seed) of \(found.runs): \(violation)")
                } else {
                    print("\(rule.rawValue): not caught by seeds \(range.lowerBound)-\(range.upperBound)")
                    isBlind = true
                }
                fflush(nil)
            }
            if isBlind { throw ExitCode(1) }
            return
        }
        let broken = rule.flatMap(Rule.init(rawValue:))
        let report = try await play(range, breaking: broken, untilViolation: broken != nil)
        print(report.text)
        if let broken {
            for outcome in report.violations { print(Self.words(outcome, steps: steps, rule: broken)) }
            // Here a run that fails is what was asked for.
            guard let noticed = report.violations.map(\.seed).min() else {
                print("rule \(broken.rawValue) broken: noticed by none of these seeds")
                throw ExitCode(1)
            }
            print("rule \(broken.rawValue) broken: noticed by seed \(noticed)")
        } else if !report.violations.isEmpty {
            throw ExitCode(1)
        }
    }

    /// The line that plays it again, what did not hold, the last events before it, and whether these can be trusted.
    private static func words(_ outcome: Simulation.Outcome, steps: Int?, rule: Rule?) -> String {
        guard let violation = outcome.violation else { return "" }
        let again = "klamm simulate --seed \(outcome.seed)" + (rule.map { " --rule \($0.rawValue)" } ?? "")
        let (last, difference) = Simulation.replay(of: outcome, steps: steps, breaking: rule)
        return "\n" + last.joined(separator: "\n") + "\n\nseed \(outcome.seed) failed: \(violation)\n"
            + (difference.map { "\($0)\n" } ?? "") + "Play it again: \(again)"
    }

    private func play(
        _ range: ClosedRange<UInt64>, breaking rule: Rule?, untilViolation: Bool
    ) async throws -> SimulationReport {
        let work = SharedWork(range)
        let steps = steps
        let file = try trace.map(TraceFile.init)
        let write = file?.line
        let start = SystemTime.seconds
        let workers = min(UInt64(jobs ?? SystemTime.cores) - 1, range.upperBound - range.lowerBound) + 1
        var report = await withTaskGroup(of: SimulationReport.self) { group in
            for _ in 0..<workers {
                group.addTask {
                    var report = SimulationReport()
                    while let seed = work.next() {
                        let outcome = Simulation.run(seed: seed, steps: steps, breaking: rule, write: write)
                        // A seed that fails with every rule kept has caught nothing.
                        if rule != nil, outcome.violation != nil,
                            Simulation.run(seed: seed, steps: steps).violation != nil
                        {
                            continue
                        }
                        report.add(outcome)
                        if range.count == 1 { for loss in outcome.losses { print("named loss: \(loss)") } }
                        guard outcome.violation != nil else { continue }
                        if untilViolation {
                            work.end()
                        } else {
                            // A long search is no secret until it ends.
                            print(Self.words(outcome, steps: steps, rule: rule))
                            fflush(nil)
                        }
                    }
                    return report
                }
            }
            return await group.reduce(into: SimulationReport()) { $0.add($1) }
        }
        report.wallSeconds = SystemTime.seconds - start
        try file?.finish()
        return report
    }

    /// The seeds that are left, handed out to threads one by one.
    private final class SharedWork: Sendable {
        private let range: ClosedRange<UInt64>
        private let taken = Atomic<UInt64>(0)
        private let isOver = Atomic(false)

        init(_ range: ClosedRange<UInt64>) { self.range = range }

        func next() -> UInt64? {
            if isOver.load(ordering: .relaxed) { return nil }
            let number = taken.wrappingAdd(1, ordering: .relaxed).oldValue
            return number <= range.upperBound - range.lowerBound ? range.lowerBound + number : nil
        }

        func end() { isOver.store(true, ordering: .relaxed) }
    }

    /// A whole trace, line by line. Used by one run alone.
    private final class TraceFile: @unchecked Sendable {
        private let file: UnsafeMutablePointer<FILE>
        private let path: String
        /// Why the file lacks lines; nil while it has all.
        private var reason: CInt?

        init(_ path: String) throws {
            self.path = path
            guard let file = fopen(path, "w") else {
                throw ValidationError("Cannot write \(path): \(String(cString: strerror(errno))).")
            }
            self.file = file
        }

        /// Says if a line could not be written, for want of space perhaps.
        func finish() throws {
            if fflush(file) != 0, reason == nil { reason = errno }
            guard let reason else { return }
            throw ValidationError("The trace is not whole. Cannot write \(path): \(String(cString: strerror(reason))).")
        }

        deinit { fclose(file) }

        func line(_ text: String) {
            if fputs(text + "\n", file) < 0, reason == nil { reason = errno }
        }
    }
}

/// The machine's clock and cores, for figures.
private enum SystemTime {
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
