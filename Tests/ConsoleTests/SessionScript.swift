import Foundation
import Testing

/// A user's session at the console, as a text that a person can read and change.
///
/// ```
/// # A killed leader is replaced, and one key brings it back
/// on cluster
/// press topics.open topic.kill
/// toast Killed broker 1
/// until 2/3 up
/// ```
///
/// | line | what it means |
/// |---|---|
/// | `on cluster`, `on still`, each with `80x24` if wanted | the simulated cluster, or the fixture's that stands still |
/// | `press VIEW.ACTION ...` | the first key of each action, which must be valid in that view |
/// | `type TEXT`, `key KEY ...`, `paste TEXT` | what it says; keys as in the settings file |
/// | `click TEXT`, `wheel up`, `wheel down` | with the mouse, on the first place that shows the text |
/// | `wait 3s`, `until TEXT`, `until no TEXT` | time passes; `until` for ten seconds at most |
/// | `sees TEXT`, `sees no TEXT`, `row TEXT`, `toast TEXT` | on the screen, in the selected row, in the foot |
/// | `asks WORDS`, `asks nothing` | what the last step wanted done |
/// | `at VIEW` | which screen it is |
/// | `resize 200x60` | the window's |
/// | `story begins`, `story ends` | the fixture's story is played, on the fixture's cluster |
struct SessionScript: CustomTestStringConvertible, Sendable {
    struct Line: Sendable {
        var number: Int
        var verb: String
        var rest: String
    }

    var file: String
    var title: String
    var lines: [Line]

    var testDescription: String { "\(file): \(title)" }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Sessions")

    /// Of all files, by name.
    static let all: [SessionScript] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().flatMap { name in
            let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
            return scripts(name: name, text: text)
        }
    }()

    static func scripts(name: String, text: String) -> [SessionScript] {
        var scripts: [SessionScript] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("# ") {
                scripts.append(SessionScript(file: name, title: String(line.dropFirst(2)), lines: []))
            } else if !line.isEmpty {
                let halves = line.split(separator: " ", maxSplits: 1).map(String.init)
                scripts[scripts.count - 1].lines.append(
                    Line(number: index + 1, verb: halves[0], rest: halves.count > 1 ? halves[1] : ""))
            }
        }
        return scripts
    }
}
