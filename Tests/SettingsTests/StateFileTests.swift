import Console
import Foundation
import Settings
import Testing

@Suite struct StateFileTests {
    private func note(_ topic: String) -> LookMemory.Entry? {
        LookMemory("{\"cluster\":\"c\",\"topic\":\"\(topic)\",\"value\":\"hex\"}").newest
    }

    @Test func `it lies where XDG says`() {
        // A relative path is to be ignored.
        #expect(StateFile { $0 == "XDG_STATE_HOME" ? "/s" : "/h" }?.folder == "/s/klamm")
        #expect(StateFile { $0 == "XDG_STATE_HOME" ? "s" : "/h" }?.folder == "/h/.local/state/klamm")
        #expect(StateFile { _ in nil } == nil)
    }

    @Test func `what is remembered is there the next time, beside what others wrote`() throws {
        // Two klamms may run at once; folders are made as they are needed.
        let folder = try Folder([:])
        let file = StateFile(folder: folder.path + "/deep/klamm")
        defer { try? FileManager.default.removeItem(atPath: folder.path + "/deep") }
        #expect(file.memory == LookMemory())
        try file.remember(#require(note("a")))
        try StateFile(folder: file.folder).remember(#require(note("b")))
        #expect(file.memory.text.split(separator: "\n").count == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: file.folder) == ["looks.jsonl"])
    }

    @Test func `a broken file hinders nobody, and is mended by the next word`() throws {
        // Half a line, bytes of something else.
        let folder = try Folder(["looks.jsonl": "{\"cluster\":\"c\",\"to\u{0}\u{1}"])
        let file = StateFile(folder: folder.path)
        #expect(file.memory == LookMemory())
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(filePath: folder.path + "/looks.jsonl"))
        #expect(file.memory == LookMemory())
        try file.remember(#require(note("a")))
        #expect(!file.memory.text.isEmpty)
        // A folder of that name.
        let other = StateFile(folder: folder.path + "/other")
        try FileManager.default.createDirectory(
            atPath: other.folder + "/looks.jsonl", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: other.folder) }
        #expect(other.memory == LookMemory())
        let entry = try #require(note("a"))
        #expect(throws: StateFile.Failure.self) { try other.remember(entry) }
        let none = StateFile(folder: folder.path + "/looks.jsonl/klamm")
        #expect(throws: StateFile.Failure.self) { try none.remember(entry) }
    }
}
