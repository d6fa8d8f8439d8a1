import ArgumentParser
import KafkaServer
import Logging

/// The options of every command that starts a cluster of its own.
struct ClusterOptions: ParsableArguments {
    @Option(help: "Brokers to start, 1 to 9.")
    var brokers = 3

    @Option(
        help: "Controllers that agree on the metadata: 1, 3 or 5 (default: 3, or as many as the data directory has).")
    var controllers: Int?

    @Option(help: "The first broker's port; the others follow. 0 takes free ones.")
    var port = 9092

    @Option(help: "The IPv4 address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Where the data lives (default: $XDG_DATA_HOME/klamm/default).")
    var dataDir: String?

    @Flag(help: "Begin anew: remove what an earlier klamm left in the data directory.")
    var fresh = false

    @Flag(help: "Keep the data in a temporary folder, removed at the end.")
    var ephemeral = false

    func validate() throws {
        guard (1...9).contains(brokers) else { throw ValidationError("--brokers takes a number from 1 to 9.") }
        guard controllers.map({ [1, 3, 5].contains($0) }) ?? true else {
            throw ValidationError("--controllers takes 1, 3 or 5.")
        }
        guard port == 0 || (1...(65_536 - brokers)).contains(port) else {
            throw ValidationError("--port \(port) leaves no room for \(brokers) brokers below 65536.")
        }
        guard dataDir == nil || !ephemeral else {
            throw ValidationError("--ephemeral has a folder of its own; leave out --data-dir.")
        }
    }

    /// The data directory, locked for this process.
    func openDataDirectory() throws -> DataDirectory {
        try DataDirectory(.init(path: dataDir, isFresh: fresh, isEphemeral: ephemeral))
    }

    /// The cluster, not yet started, with its ports taken.
    func makeCluster(in directory: DataDirectory, logger: Logger) async throws -> EmbeddedCluster {
        try await EmbeddedCluster.make(
            .init(brokers: brokers, controllers: controllers, host: host, port: port), in: directory, logger: logger)
    }
}
