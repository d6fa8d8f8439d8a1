import Foundation
import KafkaServer
import Testing

@Suite struct DataDirectoryTests {
    private let base: URL

    init() throws {
        base = FileManager.default.temporaryDirectory.appending(path: "klamm-test-\(UUID())")
        try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
    }

    private func open(_ path: String, isFresh: Bool = false) throws -> DataDirectory {
        try DataDirectory(.init(path: base.path + "/" + path, isFresh: isFresh))
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: base.path + "/" + path) }

    @Test func `a cluster keeps its identity over restarts`() throws {
        // Brokers refuse the metadata of another cluster.
        let first = try open("a/b/c")
        let id = first.clusterID
        first.release()
        #expect(try open("a/b/c").clusterID == id)
        try FileManager.default.removeItem(at: base)
    }

    @Test func `a second klamm is told who holds the folder`() throws {
        // Two clusters on one log would destroy it.
        let first = try open("a")
        let path = base.path + "/a"
        #expect(throws: ClusterError.locked(path: path, pid: "\(getpid())")) { try open("a") }
        first.release()
        _ = try open("a")
        try FileManager.default.removeItem(at: base)
    }

    @Test func `somebody else's folder is left alone`() throws {
        // `--data-dir ~ --fresh` must not empty a home.
        try FileManager.default.createDirectory(at: base.appending(path: "home"), withIntermediateDirectories: true)
        try Data("x".utf8).write(to: base.appending(path: "home/thesis.txt"))
        #expect(throws: ClusterError.notOurs(path: base.path + "/home")) { try open("home") }
        #expect(throws: ClusterError.notOurs(path: base.path + "/home")) { try open("home", isFresh: true) }
        #expect(exists("home/thesis.txt") && !exists("home/meta"))
        try FileManager.default.removeItem(at: base)
    }

    @Test func `fresh removes what klamm made and nothing else`() throws {
        // The folder may by now hold a user's notes.
        let first = try open("a")
        let id = first.clusterID
        try FileManager.default.createDirectory(
            atPath: first.folder(of: 1) + "/orders-0", withIntermediateDirectories: true)
        try Data("x".utf8).write(to: base.appending(path: "a/notes.txt"))
        first.release()
        #expect(try open("a", isFresh: true).clusterID != id)
        #expect(!exists("a/broker-1") && exists("a/notes.txt"))
        try FileManager.default.removeItem(at: base)
    }

    @Test func `an ephemeral folder is gone afterwards`() throws {
        // Tests and demonstrations leave nothing behind.
        let directory = try DataDirectory(.init(isEphemeral: true))
        #expect(FileManager.default.fileExists(atPath: directory.path))
        directory.release()
        #expect(!FileManager.default.fileExists(atPath: directory.path))
        try FileManager.default.removeItem(at: base)
    }

    @Test func `another format is refused`() throws {
        // A later klamm may write what this one cannot read.
        try FileManager.default.createDirectory(at: base.appending(path: "a"), withIntermediateDirectories: true)
        try Data("format.version=2\ncluster.id=x\n".utf8).write(to: base.appending(path: "a/meta"))
        #expect(throws: ClusterError.newerFormat(path: base.path + "/a", version: "2")) { try open("a") }
        try FileManager.default.removeItem(at: base)
    }

    @Test func `a path that is a file is unusable`() throws {
        // Said in one sentence, not in a crash.
        try Data("x".utf8).write(to: base.appending(path: "file"))
        let error = try #require(throws: ClusterError.self) { try open("file") }
        #expect(error.description.contains("Not a directory"))
        try FileManager.default.removeItem(at: base)
    }
}
