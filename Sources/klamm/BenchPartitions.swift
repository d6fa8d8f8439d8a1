import Glibc
import KafkaClient
import KafkaProtocol
import KafkaServer
import Logging

/// What many partitions cost: the time to start, memory, descriptors, and processor time when nobody does anything.
///
/// Creates the partitions with three replicas each in a cluster of this process, writes a record to each, stops the
/// cluster in order, and starts it again. Each figure stands beside what this machine takes for the plain system calls
/// alone.
struct BenchPartitions {
    let partitions: Int
    /// Over which the partitions are spread evenly.
    let topics: Int
    let replicationFactor: Int
    let options: EmbeddedCluster.Options
    let logger: Logger

    /// Clients that create topics side by side.
    private static let creations = 8

    func run(in directory: DataDirectory) async throws {
        say("machine", try Machine.baseline(files: partitions * replicationFactor, in: directory.path))
        say("limits", "descriptors \(Machine.descriptorLimit)")
        let cluster = try await started(in: directory, "empty")
        do {
            try await show("empty", of: cluster)
            let created = ContinuousClock.now
            try await create(in: cluster)
            say("created", "\(partitions) partitions of \(topics) topics in \(Self.seconds(since: created))")
            try await waitUntilInSync(cluster)
            say("in sync", Self.seconds(since: created))
            let written = ContinuousClock.now
            try await write(to: cluster)
            say("written", "a record to each in \(Self.seconds(since: written))")
            try await show("in use", of: cluster)
        } catch {
            await cluster.shutDown()
            throw error
        }
        let stopping = ContinuousClock.now
        await cluster.shutDown(patience: .seconds(60))
        say("stopped", "in \(Self.seconds(since: stopping))")

        Machine.forgetPeak()
        let begun = ContinuousClock.now
        let again = try await started(in: directory, "again")
        do {
            try await waitUntilInSync(again)
            say("in sync", "all ISRs full \(Self.seconds(since: begun)) after the start")
            try await show("restarted", of: again)
        } catch {
            await again.shutDown()
            throw error
        }
        await again.shutDown(patience: .seconds(60))
    }

    private func started(in directory: DataDirectory, _ what: String) async throws -> EmbeddedCluster {
        let begun = ContinuousClock.now
        let cluster = try await EmbeddedCluster.make(options, in: directory, logger: logger)
        do {
            try await cluster.start(timeout: .seconds(300))
        } catch {
            await cluster.shutDown()
            throw error
        }
        say("started", "\(what), every broker serves after \(Self.seconds(since: begun))")
        return cluster
    }

    private func create(in cluster: EmbeddedCluster) async throws {
        let clients = min(topics, Self.creations)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<clients {
                let admin = try AdminClient(
                    ClientConfiguration(bootstrapServers: cluster.bootstrapServers), logger: logger)
                group.addTask {
                    for number in stride(from: client, to: topics, by: clients) {
                        try await admin.createTopic(
                            "many-\(number)", partitions: Int32(count(number)),
                            replicationFactor: Int16(replicationFactor), milliseconds: 60_000)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Partitions of one topic.
    private func count(_ topic: Int) -> Int {
        partitions / topics + (topic < partitions % topics ? 1 : 0)
    }

    /// Every partition has a leader and all its replicas in the ISR.
    private func waitUntilInSync(_ cluster: EmbeddedCluster) async throws {
        let limit = ContinuousClock.now + .seconds(300)
        while true {
            let image = try await cluster.metadataImage()
            var isWhole = image.topicCount >= topics
            for topic in image.topics where isWhole {
                isWhole = topic.partitions.allSatisfy { $0.leader != .none && $0.isr.count == $0.replicas.count }
            }
            if isWhole { return }
            guard ContinuousClock.now < limit else { throw ClusterError.notReady("replicas are not in sync") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func write(to cluster: EmbeddedCluster) async throws {
        let producer = try Producer(
            ClientConfiguration(bootstrapServers: cluster.bootstrapServers), logger: logger)
        let value: [UInt8] = Array(repeating: UInt8(ascii: "x"), count: 100)
        for number in 0..<topics {
            let sender = try BatchSender(producer, topic: "many-\(number)", capacity: 1)
            for partition in 0..<Int32(count(number)) {
                let queued = try value.withUnsafeBytes { try sender.send($0, count: 1, partition: partition) }
                guard queued == 1 else { throw ClusterError.notReady("the producer's queue is full") }
            }
        }
        try producer.flush(milliseconds: 120_000)
    }

    /// Memory, descriptors, and what five idle seconds cost.
    private func show(_ what: String, of cluster: EmbeddedCluster) async throws {
        try await Task.sleep(for: .seconds(3))
        let before = Machine.processorSeconds
        try await Task.sleep(for: .seconds(5))
        let share = (Machine.processorSeconds - before) / 5 * 100
        let watched = try await watchedShare(of: cluster)
        say(
            what,
            "resident \(Machine.resident) (peak \(Machine.peak)) MiB, \(Machine.descriptors) descriptors, idle "
                + "\(BenchText.number(share, decimals: 1)) % of one core, "
                + "\(BenchText.number(watched, decimals: 1)) % while a console looks on")
    }

    private func watchedShare(of cluster: EmbeddedCluster) async throws -> Double {
        let before = Machine.processorSeconds
        let watching = Task { for await _ in cluster.snapshots() {} }
        try await Task.sleep(for: .seconds(5))
        watching.cancel()
        return (Machine.processorSeconds - before) / 5 * 100
    }

    private func say(_ name: String, _ text: String) {
        print(name + String(repeating: " ", count: max(1, 12 - name.count)) + text)
        fflush(nil)
    }

    private static func seconds(since start: ContinuousClock.Instant) -> String {
        let elapsed = ContinuousClock.now - start
        return BenchText.number(
            Double(elapsed.components.attoseconds) / 1e18 + Double(elapsed.components.seconds), decimals: 2)
            + " s"
    }
}

/// What the system says of this process, and how fast it does plain things.
private enum Machine {
    /// MiB.
    static var resident: Int { status("VmRSS:") / 1024 }
    static var peak: Int { status("VmHWM:") / 1024 }

    /// From here on the peak is counted anew.
    static func forgetPeak() {
        let file = open("/proc/self/clear_refs", O_WRONLY)
        guard file >= 0 else { return }
        _ = Glibc.write(file, "5", 1)
        close(file)
    }

    static var descriptors: Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Not this directory itself, nor the two dots.
        return count - 3
    }

    static var descriptorLimit: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Making a folder with a file for each replica, and opening and reading each again: what no start can do without.
    ///
    /// They stay until the end: for minutes after ten thousand files have gone, ext4 without a journal looks through all of
    /// them for each new one.
    static func baseline(files: Int, in path: String) throws -> String {
        let root = path + "/baseline"
        mkdir(root, 0o755)
        let begun = ContinuousClock.now
        for number in 0..<files {
            mkdir("\(root)/\(number)", 0o755)
            let file = open("\(root)/\(number)/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            guard file >= 0 else { throw ClusterError.unusable(path: root, reason: String(cString: strerror(errno))) }
            _ = Glibc.write(file, "0\n", 2)
            close(file)
        }
        let made = ContinuousClock.now
        var byte: [UInt8] = [0, 0]
        for number in 0..<files {
            let file = open("\(root)/\(number)/file", O_RDONLY | O_CLOEXEC)
            _ = Glibc.read(file, &byte, 2)
            close(file)
        }
        let read = ContinuousClock.now
        func milliseconds(_ duration: Duration) -> Int64 {
            duration / .milliseconds(1) > 0 ? Int64(duration / .milliseconds(1)) : 0
        }
        return "\(files) folders with a file: made in \(milliseconds(made - begun)) ms, each opened and read in "
            + "\(milliseconds(read - made)) ms; \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores"
    }

    private static func status(_ name: String) -> Int {
        let file = open("/proc/self/status", O_RDONLY)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = Glibc.read(file, &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0
        }
        return 0
    }
}
