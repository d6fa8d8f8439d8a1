import Foundation
import KafkaServer

/// Runs the body with a folder for a cluster's files, which goes afterwards.
///
/// It lies in memory where there is room: on a disk that others use, too, brokers stand still for longer than their session
/// lasts. Whether bytes are really on the disk no cluster's test can tell: a loss of power is klamm's own.
package func withDataDirectory(_ body: (DataDirectory) async throws -> Void) async throws {
    let folder = base.appending(path: "klamm-test-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let directory = try DataDirectory(.init(path: folder.path))
    defer { directory.release() }
    try await body(directory)
}

private let base: URL = {
    let memory = URL(filePath: "/dev/shm")
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: memory.path)
    let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
    return free > 2 << 30 ? memory : FileManager.default.temporaryDirectory
}()
