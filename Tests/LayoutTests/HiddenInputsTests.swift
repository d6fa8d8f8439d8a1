import Testing

/// The scanner itself: a check that finds nothing anywhere would pass every time.
@Suite struct HiddenInputsTests {
    @Test(arguments: [
        "let now = ContinuousClock.now", "Task { await run() }", "let loop: any EventLoop", "let day = Date()",
        "let id = UUID()", "let n = Int.random(in: 0..<3)", "list.shuffled()", "list.randomElement()", "print(list)",
        "var generator = SystemRandomNumberGenerator()", "DispatchQueue.main.async {}",
    ])
    func `a hidden input is found`(line: String) {
        // Each of these would make two runs of one seed differ.
        #expect(HiddenInputs.findings(in: [line]).count == 1)
    }

    @Test(arguments: [
        "let n = Int.random(in: 0..<(3 + 1), using: &generator)", "list.shuffled(using: &generator)",
        "package static func random(using generator: inout some RandomNumberGenerator) -> Self {",
        "let task = tasks[0]", "sprint(3)",
    ])
    func `a handed-in generator is no finding`(line: String) {
        // Randomness that is handed in can be seeded.
        #expect(HiddenInputs.findings(in: [line]).isEmpty)
    }

    @Test func `arguments may go on over several lines`() {
        // The formatter breaks long calls.
        #expect(HiddenInputs.findings(in: ["Int.random(", "    in: 0..<3,", "    using: &generator)"]).isEmpty)
        #expect(HiddenInputs.findings(in: ["Int.random(", "    in: 0..<3)", "use(using: 3)"]).count == 1)
    }

    @Test func `prose is not code`() {
        // Comments and messages may speak of clocks.
        let file = SourceFile(
            path: "A.swift",
            text: "let a = \"Date() \\\" Task\" // Task\n/// Date()\nlet b = \"\"\"\n  Task\n  \"\"\"\nlet c = 1")
        #expect(HiddenInputs.findings(in: file.code).isEmpty)
        #expect(file.code.last == "let c = 1")
    }

    @Test func `imports are read in every form`() {
        // `import struct Foundation.Date` brings a clock as well as `import Foundation` does.
        let file = SourceFile(
            path: "A.swift",
            text:
                "import NIOCore\n@preconcurrency import Dispatch\nimport struct Foundation.Date\npackage import Glibc\n"
                + "@testable import KafkaServer // for tests\nlet important = 1")
        #expect(file.imports == ["NIOCore", "Dispatch", "Foundation", "Glibc", "KafkaServer"])
    }

    @Test func `what stands below is allowed, what stands above is not`() throws {
        // KafkaCluster may name the log's types, and never the server's.
        let cluster = try #require(Layout.module(named: "KafkaCluster"))
        let allowed = Layout.allowedImports(of: cluster)
        #expect(allowed.isSuperset(of: ["KafkaBroker", "KafkaStorage", "KafkaProtocol", "NIOCore"]))
        #expect(allowed.isDisjoint(with: ["KafkaServer", "Console", "NIOPosix", "Glibc", "CZstd", "Foundation"]))
    }
}
