import KafkaServer
import Logging

/// Runs the body, in its turn and on a thread of its own, with a started cluster of real brokers. Its files go with it,
/// unless they lie in a directory of the caller's.
package func withEmbeddedCluster(
    brokers: Int, _ settings: [(String, String)] = [], in directory: DataDirectory? = nil,
    _ body: (EmbeddedCluster) async throws -> Void
) async throws {
    guard let directory else {
        return try await withDataDirectory { try await withEmbeddedCluster(brokers: brokers, settings, in: $0, body) }
    }
    var options = EmbeddedCluster.Options(brokers: brokers)
    for (name, value) in settings { try options.set(name, to: value) }
    await ClusterTurns.shared.begin()
    defer { ClusterTurns.shared.end() }
    let quiet = Logger(label: "brokers") { _ in SwiftLogNoOpLogHandler() }
    try await onOwnThread {
        let cluster = try await EmbeddedCluster.make(options, in: directory, logger: quiet)
        try await cluster.whileItRuns(body)
    }
}

extension EmbeddedCluster {
    /// Starts it for the body, and shuts it down whatever happens.
    package func whileItRuns(
        patience: Duration = .seconds(3), _ body: (EmbeddedCluster) async throws -> Void
    ) async throws {
        do {
            try await start()
            try await body(self)
        } catch {
            await shutDown(patience: patience)
            throw error
        }
        await shutDown(patience: patience)
    }
}
