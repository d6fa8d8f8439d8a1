import ArgumentParser
import Glibc
import KafkaClient
import KafkaCluster
import KafkaServer
import Logging

/// `klamm bench`: what a cluster does with a load, seen by the client that most people use.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Produce and consume through librdkafka, and measure.",
        discussion: """
            Without --bootstrap it measures a cluster of klamm's own, in a temporary folder that it removes. With \
            --baseline mock, rounds take turns with librdkafka's own in-memory mock cluster, under the same client \
            configuration. --suite runs the three loads by which klamm judges its speed.
            """)

    enum Baseline: String, ExpressibleByArgument, CaseIterable { case mock }

    @Option(help: "Brokers of a running cluster, as host:port,host:port.")
    var bootstrap: String?
    @Option(help: "Brokers of klamm's own cluster.")
    var brokers = 3
    @OptionGroup var settings: BrokerSettingOptions
    @Flag(help: "Run the three loads of klamm's own speed figures, with their goals.")
    var suite = false
    @Flag(help: "Measure what --partitions cost to start and to keep, in a cluster of klamm's own.")
    var scale = false
    @Option(help: "Records of each round.")
    var records = 1_000_000
    @Option(help: "Bytes of each record's value.")
    var size = 100
    @Option(help: "Partitions of the topic.")
    var partitions = 1
    @Option(help: "Topics over which --scale spreads the partitions (default: one for each thousand).")
    var topics: Int?
    @Option(help: "Replicas of each partition.")
    var replication = 3
    @Option(help: "Whom a record waits for: 0, 1 or all.")
    var acks = Acks.all
    @Option(help: "Milliseconds that the client waits for a batch to fill.")
    var linger = 5
    @Option(help: "Codec: none, gzip, snappy, lz4 or zstd.")
    var compression = CompressionName.none
    @Flag(help: "Use an idempotent producer.")
    var idempotence = false
    @Option(help: "Send steadily at so many records per second, for latency.")
    var rate: Double?
    @Flag(help: "Read the records back, too, and measure that.")
    var consume = false
    @Option(help: "Rounds; figures are their medians (default: 5 with a baseline or --suite, else 1).")
    var rounds: Int?
    @Option(help: "Take turns with another cluster: mock, librdkafka's own.")
    var baseline: Baseline?
    @Flag(help: "Print JSON instead of text.")
    var json = false

    func validate() throws {
        guard records > 0 else { throw ValidationError("--records must be at least 1.") }
        guard size >= 0 else { throw ValidationError("--size must not be negative.") }
        guard partitions > 0 else { throw ValidationError("--partitions must be at least 1.") }
        guard topics.map({ (1...partitions).contains($0) }) ?? true else {
            throw ValidationError("--topics takes a number from 1 to --partitions.")
        }
        guard replication > 0 else { throw ValidationError("--replication must be at least 1.") }
        guard (1...9).contains(brokers) else { throw ValidationError("--brokers takes a number from 1 to 9.") }
        guard bootstrap != nil || max(replication, suite ? 3 : 1) <= brokers else {
            throw ValidationError(
                "--brokers \(brokers) is too few for \(suite ? "--suite" : "--replication \(replication)").")
        }
        guard linger >= 0 else { throw ValidationError("--linger must not be negative.") }
        guard rounds ?? 1 > 0 else { throw ValidationError("--rounds must be at least 1.") }
        guard rate ?? 1 > 0 else { throw ValidationError("--rate must be more than 0.") }
        guard !scale || bootstrap == nil else { throw ValidationError("--scale measures a cluster of klamm's own.") }
        guard settings.assignments.isEmpty || bootstrap == nil else {
            throw ValidationError("--set is for klamm's own cluster; leave out --bootstrap.")
        }
        guard !idempotence || acks == .all else { throw ValidationError("--idempotence needs --acks all.") }
    }

    func run() async throws {
        if scale { return try await measureScale() }
        var logger = Logger(label: "bench") { StreamLogHandler.standardError(label: $0) }
        // What goes wrong ends the run with a sentence; librdkafka's account of every attempt would bury it.
        logger.logLevel = .critical
        if let bootstrap {
            let target = try BenchCluster(bootstrapServers: bootstrap, isOurs: false, logger: logger)
            do {
                try await target.check()
            } catch {
                throw ValidationError("No broker of \(bootstrap) answers: \(error).")
            }
            try await measure(target, logger)
        } else {
            try await measureOwnCluster(logger)
        }
    }

    /// A cluster in this process, in a temporary folder that goes with it, also when it is interrupted.
    private func measureOwnCluster(_ logger: Logger) async throws {
        TerminationSignals.watch()
        let directory = try DataDirectory(.init(path: nil, isFresh: false, isEphemeral: true))
        defer { directory.release() }
        let cluster = try await EmbeddedCluster.make(
            try settings.applied(to: .init(brokers: brokers)), in: directory, logger: logger)
        let interruption = Task {
            let signal = await TerminationSignals.first()
            await cluster.shutDown()
            directory.release()
            Glibc.exit(128 + signal)
        }
        let outcome: Result<Void, any Error>
        do {
            try await cluster.start()
            let servers = cluster.bootstrapServers
            try await measure(BenchCluster(bootstrapServers: servers, isOurs: true, logger: logger), logger)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await cluster.shutDown()
        interruption.cancel()
        try outcome.get()
    }

    private func measureScale() async throws {
        var logger = Logger(label: "bench") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .critical
        let directory = try DataDirectory(.init(path: nil, isFresh: false, isEphemeral: true))
        defer { directory.release() }
        let bench = BenchPartitions(
            partitions: partitions, topics: topics ?? (partitions + 999) / 1000, replicationFactor: replication,
            options: try settings.applied(to: .init(brokers: brokers)), logger: logger)
        try await bench.run(in: directory)
    }

    private func measure(_ target: any BenchTarget, _ logger: Logger) async throws {
        let progress = BenchProgress(isWanted: !json)
        var all: [BenchSeries] = []
        if suite {
            let mock = try BenchMock(logger: logger)
            for figure in BenchSuite.figures {
                let runner = BenchRunner(
                    target: target, baseline: figure.usesBaseline ? mock : nil, rounds: figure.rounds ?? rounds ?? 5,
                    logger: logger, progress: progress)
                let series = try await runner.run(figure.load)
                all += series
                if !json {
                    print(series.flatMap(BenchText.lines).joined(separator: "\n"))
                    if let produced = series.first, let verdict = BenchSuite.verdict(figure, produced) {
                        print("  \(verdict.holds ? "holds" : "FAILS"): \(verdict.text)\n")
                    }
                }
            }
        } else {
            let mock = try baseline.map { _ in try BenchMock(logger: logger) }
            let runner = BenchRunner(
                target: target, baseline: mock, rounds: rounds ?? (mock == nil ? 1 : 5), logger: logger,
                progress: progress)
            all = try await runner.run(load)
            if !json { print(all.flatMap(BenchText.lines).joined(separator: "\n")) }
        }
        if json { print(BenchJSON.text(of: all)) }
    }

    private var load: BenchLoad {
        var load = BenchLoad()
        load.records = records
        load.valueBytes = size
        load.partitions = partitions
        load.replicationFactor = replication
        load.acks = acks
        load.lingerMilliseconds = linger
        load.compression = compression
        load.enableIdempotence = idempotence
        load.recordsPerSecond = rate
        load.consumes = consume
        return load
    }
}

extension Acks: ExpressibleByArgument {
    package init?(argument: String) { self.init(name: argument) }
    package var defaultValueDescription: String { name }
    package static var allValueStrings: [String] { allCases.map(\.name) }
}

extension CompressionName: ExpressibleByArgument {}
