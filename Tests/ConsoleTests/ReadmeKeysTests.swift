import Foundation
import Testing

@testable import Console

@Suite struct ReadmeKeysTests {
    // A list of keys that is kept by hand is wrong after the first rebinding.
    @Test func `the README lists the keys of the table of actions`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "README.md")
        let readme = try String(contentsOf: file, encoding: .utf8)
        let parts = readme.components(separatedBy: "<!-- keys -->\n")
        try #require(parts.count == 3, "the list stands between two lines <!-- keys -->")
        if ProcessInfo.processInfo.environment["KLAMM_RECORD_GOLDEN"] == "1" {
            try (parts[0] + "<!-- keys -->\n" + KeyTable.markdown + "\n<!-- keys -->\n" + parts[2])
                .write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(parts[1] == KeyTable.markdown + "\n", "KLAMM_RECORD_GOLDEN=1 swift test --filter Readme writes it")
        }
    }

    // A picture drawn by hand is wrong after the first change of words.
    @Test func `the README shows the form of the search as it is`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        var session = Session()
        session.press("topics.move-down", "topics.open", "topic.records")
        session.answer()
        session.press("records.search")
        let lines = session.screen.split(separator: "\n").map(String.init)
        let first = try #require(lines.firstIndex { $0.contains("▸ Anywhere") })
        let form = lines[first..<first + 7].map { line in
            var line = line
            while line.last == " " { line.removeLast() }
            return line
        }
        #expect(readme.contains(form.joined(separator: "\n")), "\(form.joined(separator: "\n"))")
    }
}
