import Foundation
import KafkaCluster
import Testing

@Suite struct ReadmeSettingsTests {
    /// A row for each setting of a kind of client.
    private static func rows<Settings: NamedSettings>(_ defaults: Settings) throws -> [String] {
        try Settings.names.map { name in
            let facts = try #require(Settings.facts(name))
            return "| `\(name)` | \(facts.takes) | `\(try defaults.value(name))` | \(facts.purpose) |"
        }
    }

    // Whoever writes a scenario would else learn the names from errors alone, one by one.
    @Test func `the README lists the settings of a scenario's clients`() throws {
        let head = ["| name | values | default | |", "|---|---|---|---|"]
        let producer = try Self.rows(ProducerSettings(topic: "orders", recordsPerSecond: 100))
        let consumer = try Self.rows(ConsumerSettings(topics: ["orders"]))
        let table =
            (["Under `[[producers]]`:", ""] + head + producer + ["", "Under `[[groups]]`:", ""] + head + consumer)
            .joined(separator: "\n")
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "README.md")
        let readme = try String(contentsOf: file, encoding: .utf8)
        let mark = "<!-- settings -->\n"
        let parts = readme.components(separatedBy: mark)
        try #require(parts.count == 3, "the tables stand between two lines <!-- settings -->")
        if ProcessInfo.processInfo.environment["KLAMM_RECORD_GOLDEN"] == "1" {
            try (parts[0] + mark + table + "\n" + mark + parts[2]).write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(parts[1] == table + "\n", "KLAMM_RECORD_GOLDEN=1 swift test --filter Readme writes it")
        }
    }
}
