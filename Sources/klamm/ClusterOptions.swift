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

    @OptionGroup var settings: BrokerSettingOptions

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
        let options = EmbeddedCluster.Options(brokers: brokers, controllers: controllers, host: host, port: port)
        return try await EmbeddedCluster.make(try settings.applied(to: options), in: directory, logger: logger)
    }
}

/// What Kafka's server.properties would say.
struct BrokerSettingOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A broker setting by Kafka's name, such as broker.session.timeout.ms=3000, for all brokers and controllers. "
                + "May be given again for others.", valueName: "name=value"))
    var assignments: [String] = []

    func validate() throws { _ = try applied(to: EmbeddedCluster.Options(brokers: 1)) }

    func applied(to options: EmbeddedCluster.Options) throws -> EmbeddedCluster.Options {
        var options = options
        for assignment in assignments {
            guard let sign = assignment.firstIndex(of: "=") else {
                throw ValidationError(
                    "--set takes name=value, such as replica.lag.time.max.ms=5000; not \"\(assignment)\".")
            }
            do {
                try options.set(String(assignment[..<sign]), to: String(assignment[assignment.index(after: sign)...]))
            } catch {
                throw ValidationError("--set \(assignment): \(error.message).")
            }
        }
        return options
    }
}
