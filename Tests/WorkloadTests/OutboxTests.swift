import CVterm
import Glibc
import KafkaClient
import KafkaCluster
import KafkaProtocol
import Testing
import Workload

/// The cure for what no setting of Kafka's cures: a record is kept until somebody has processed it.
@Suite(.timeLimit(.minutes(15))) struct OutboxTests {
    private func consumers(_ change: (inout ConsumerSettings) -> Void = { _ in }) -> ConsumerSettings {
        var settings = ConsumerSettings(group: "billing", topics: ["orders"])
        settings.deduplicates = true
        settings.groupInstanceID = "till"
        change(&settings)
        return settings
    }

    private func producer(_ change: (inout ProducerSettings) -> Void) -> ProducerSettings {
        var settings = ProducerSettings(topic: "orders", recordsPerSecond: 500)
        settings.outboxResendMilliseconds = 300
        change(&settings)
        return settings
    }

    @Test(arguments: [true, false]) func `what a crash takes out of the buffer comes back from the outbox`(
        hasOutbox: Bool
    ) async throws {
        // The same crash with and without; ids kept outside make once of twice.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            let settings = producer {
                if !hasOutbox { $0.outboxResendMilliseconds = nil }
                // Five requests under way hold less than fifty records: others wait in the buffer for sure.
                $0.batchBytes = 1000
            }
            live.workload.execute(.startGroup(consumers()))
            live.workload.execute(.startProducer(settings))
            try await live.until { live.ledger.acknowledged.count > 20 }
            try await live.cluster.inject(.freeze(1))
            // Nobody answers for those that come from now on. Of those before, answers may still be on their way.
            let sent = live.workload.snapshot().producers[0].sent
            try await live.until { live.workload.snapshot().producers[0].sent > sent + 100 }
            live.workload.execute(.crashProducer(topic: "orders"))
            try await live.until { live.workload.snapshot().producers[0].lostInBuffer > 0 }
            try await live.cluster.inject(.thaw(1))
            let before = Set(live.ledger.attempted.keys)
            var next = settings
            next.recordsPerSecond = 20
            live.workload.execute(.startProducer(next))
            let then = live.ledger.acknowledged.count
            if hasOutbox {
                try await live.until { before.allSatisfy { live.ledger.processed[$0] != nil } }
                live.workload.execute(.changeProducer(producer { $0.recordsPerSecond = 0.001 }))
                try await live.until { live.workload.snapshot().producers[0].inOutbox == 0 }
                #expect(live.workload.snapshot().producers[0].resent > 0)
            } else {
                try await live.until { live.ledger.acknowledged.count > then + 20 }
                #expect(before.contains { live.ledger.processed[$0] == nil }, "gone with the buffer")
                #expect(live.workload.snapshot().producers[0].inOutbox == nil)
            }
            #expect(live.ledger.processed.values.allSatisfy { $0.count { $0 == .done } <= 1 })
        }
    }

    @Test func `what nobody processes is sent again, and deleted once somebody has`() async throws {
        // Acknowledged is not processed: a consumer that was never there has seen nothing.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            live.workload.execute(.startProducer(producer { $0.recordsPerSecond = 0.01 }))
            try await live.until { live.workload.snapshot().producers[0].resent >= 2 }
            #expect(live.workload.snapshot().producers[0].inOutbox == 1)
            live.workload.execute(.startGroup(consumers()))
            try await live.until { live.workload.snapshot().producers[0].inOutbox == 0 }
            #expect(live.ledger.processed.count == 1)
            try await live.until { live.workload.snapshot().groups[0].skippedDuplicates >= 2 }
        }
    }

    @Test func `what an earlier run has kept is sent, whatever the producer's settings say now`() async throws {
        // klamm forgets a producer's settings when it is killed, and must not forget its records.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            live.workload.execute(.startProducer(producer { $0.recordLimit = 20 }))
            try await live.until { live.workload.snapshot().producers[0].inOutbox == 20 }
            await live.workload.shutDown()
            let next = RunningWorkload(
                live.configuration, logger: live.logger, storeFolder: live.storeFolder, observer: live.ledger)
            next.execute(.startProducer(ProducerSettings(topic: "orders", recordsPerSecond: 0.01)))
            next.execute(.startGroup(consumers()))
            try await live.until { next.snapshot().producers[0].inOutbox.map { $0 <= 1 } ?? false }
            await next.shutDown()
            #expect(live.ledger.processed.count >= 20)
        }
    }

    @Test func `kill -9 between any two steps loses no record of the outbox`() async throws {
        // A child is killed while it writes, sends, hears of reports and processes; the next process finds its files.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            let child = try KilledChild([live.cluster.bootstrapServers, live.storeFolder])
            try await live.until { child.newest.processed > 100 }
            try await live.cluster.inject(.freeze(1))
            // Written and not acknowledged, acknowledged and not processed: it has records in all states. More than the
            // requests in flight can hold, since the broker appends those when it wakes.
            try await live.until { child.newest.sent > child.newest.acknowledged + 200 }
            child.kill()
            try await live.cluster.inject(.thaw(1))
            let sent = child.newest.sent
            // Of what was slow to be processed more than one copy may be there.
            let before = Set(try await live.read("orders").compactMap { $0.value.flatMap { RecordID(value: $0) } })
                .count
            #expect(before < sent, "the child's buffer died with it")

            live.workload.execute(.startGroup(consumers()))
            live.workload.execute(.startProducer(producer { $0.recordsPerSecond = 0.01 }))
            #expect(try await found(live, atLeast: sent))
            try await live.until { live.workload.snapshot().producers[0].inOutbox == 0 }
        }
    }

    /// Waits until the log holds every record of the child, from its first to its last without a gap.
    private func found(_ live: LiveCluster, atLeast sent: Int) async throws -> Bool {
        while true {
            var sequences: [String: Set<UInt>] = [:]
            for record in try await live.read("orders") {
                guard let id = record.value.flatMap({ RecordID(value: $0) }) else { continue }
                sequences[id.producer, default: []].insert(id.sequence)
            }
            let childs = sequences.values.max { $0.count < $1.count } ?? []
            if childs.count >= sent, childs.count == Int(childs.max() ?? 0) + 1 { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

/// The process that a test kills, and what it last said of itself.
private final class KilledChild: @unchecked Sendable {
    struct Figures {
        var sent = 0
        var acknowledged = 0
        var processed = 0
    }
    private let process: pid_t
    private let output: CInt
    private var text: [UInt8] = []
    private var figures = Figures()
    private var isOver = false

    init(_ arguments: [String]) throws {
        // It lies beside the tests.
        var bytes = [CChar](repeating: 0, count: 4096)
        guard readlink("/proc/self/exe", &bytes, bytes.count - 1) > 0 else { throw Failure() }
        let path = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let program = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) + "/OutboxChild"
        var pipe: [CInt] = [0, 0]
        guard Glibc.pipe(&pipe) == 0 else { throw Failure() }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, pipe[1], 1)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        process = klamm_spawn(program, &actions, 0, &words, environ)
        close(pipe[1])
        guard process > 0 else { throw Failure() }
        self.output = pipe[0]
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
    }

    struct Failure: Error {}

    /// As its newest whole line says.
    var newest: Figures {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(output, &bytes, bytes.count)
            guard count > 0 else { break }
            text += bytes[..<count]
        }
        guard let end = text.lastIndex(of: UInt8(ascii: "\n")) else { return figures }
        let line = String(decoding: text[..<end], as: UTF8.self).split(separator: "\n").last ?? ""
        let numbers = line.split(separator: " ").compactMap { Int($0) }
        if numbers.count == 3 { figures = Figures(sent: numbers[0], acknowledged: numbers[1], processed: numbers[2]) }
        text.removeFirst(end + 1)
        return figures
    }

    func kill() {
        guard !isOver else { return }
        isOver = true
        Glibc.kill(process, SIGKILL)
        var status: CInt = 0
        waitpid(process, &status, 0)
    }

    deinit {
        kill()
        close(output)
    }
}
