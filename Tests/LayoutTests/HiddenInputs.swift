/// What a pure module must not reach for: each is an input that no test and no simulation could hand in.
enum HiddenInputs {
    struct Finding: Equatable, CustomStringConvertible {
        var line: Int
        var what: String
        var description: String { "line \(line): \(what)" }
    }

    /// Words that stand for a clock, a task, a thread or the process itself. Matched with simple word boundaries: Unicode's
    /// take `Clock.now` for one word.
    nonisolated(unsafe) static let words: [(Regex<Substring>, String)] = [
        (/\bTask\b/, "Task"),
        (/\bDate\s*\(/, "Date()"),
        (/\bDate\.now\b/, "Date.now"),
        (/\b(?:Continuous|Suspending|UTC)Clock\b/, "a clock"),
        (/\bclock_gettime\b/, "a clock"),
        (/\bDispatch\w*\b/, "Dispatch"),
        (/\bEventLoop\w*\b/, "EventLoop"),
        (/\bNIODeadline\b/, "NIODeadline"),
        (/\bUUID\s*\(/, "UUID()"),
        (/\bSystemRandomNumberGenerator\b/, "SystemRandomNumberGenerator"),
        (/\bCommandLine\b/, "CommandLine"),
        (/\bgetenv\b/, "the environment"),
        (/(?:^|[^.\w])print\s*\(/, "print"),
    ]

    /// Calls that draw from the system's generator unless handed another.
    nonisolated(unsafe) static let draws = /\.(?:random|randomElement|shuffled|shuffle)\s*\(/

    /// One of these is in every line that could match: a plain search passes over nearly all lines at once.
    static let hints = [
        "Task", "Date", "Clock", "clock_gettime", "Dispatch", "EventLoop", "NIODeadline", "UUID", "SystemRandom",
        "CommandLine", "getenv", "print", ".random", ".shuffle",
    ]

    static func findings(in code: [String]) -> [Finding] {
        var findings: [Finding] = []
        for (index, line) in code.enumerated() where hints.contains(where: line.holds) {
            for (word, what) in words where line.contains(word.wordBoundaryKind(.simple)) {
                findings.append(Finding(line: index + 1, what: what))
            }
            for match in line.matches(of: draws) where !line[..<match.range.lowerBound].hasSuffix("func ") {
                // The arguments may go on over the next lines.
                let rest = line[match.range.upperBound...] + code[(index + 1)...].prefix(3).joined(separator: " ")
                if !arguments(of: String(rest)).contains("using:") {
                    findings.append(Finding(line: index + 1, what: "\(line[match.range])) without using:"))
                }
            }
        }
        return findings
    }

    /// The text up to the parenthesis that closes the call.
    private static func arguments(of text: String) -> Substring {
        var depth = 1
        for index in text.indices {
            if text[index] == "(" { depth += 1 }
            if text[index] == ")" { depth -= 1 }
            if depth == 0 { return text[..<index] }
        }
        return text[...]
    }
}
