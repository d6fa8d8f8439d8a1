import KafkaCluster
import Testing

struct NamedSettingTests {
    private func producer(_ name: String, _ value: String) throws -> ProducerSettings {
        var settings = ProducerSettings(topic: "orders", recordsPerSecond: 50)
        try settings.set(name, to: value)
        return settings
    }

    private func consumer(_ name: String, _ value: String) throws -> ConsumerSettings {
        var settings = ConsumerSettings(group: "billing", topics: ["orders"])
        try settings.set(name, to: value)
        return settings
    }

    private func sentence(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// A setting that nobody can name would be out of reach of every scenario.
    private func expectAllReachable<Settings: Equatable>(
        _ changed: Settings, from fresh: Settings, but apart: Set<String>, names: [String],
        copy: (String) throws -> Void
    ) throws {
        for (new, old) in zip(Mirror(reflecting: changed).children, Mirror(reflecting: fresh).children) {
            let label = try #require(new.label)
            let isSame = String(describing: new.value) == String(describing: old.value)
            #expect(isSame == apart.contains(label), "\(label) is to differ in this test")
        }
        for name in names { try copy(name) }
    }

    @Test func `every property of a producer has a name`() throws {
        // Settings in which everything differs from the default are rebuilt by name alone.
        var changed = ProducerSettings(topic: "orders", recordsPerSecond: 50)
        changed.partitions = [2, 0]
        changed.recordsPerSecond = 0.25
        changed.recordLimit = 1000
        changed.valueBytes = 7
        changed.keys = 0
        changed.sendMode = .fireAndForget
        changed.acks = .leader
        changed.enableIdempotence = true
        changed.retries = 0
        changed.retryBackoffMilliseconds = 11
        changed.deliveryTimeoutMilliseconds = 12
        changed.requestTimeoutMilliseconds = 13
        changed.maxInFlight = 1
        changed.lingerMilliseconds = 0
        changed.batchBytes = 14
        changed.compression = .zstd
        changed.maxMessageBytes = 2000
        changed.bufferMessages = 15
        changed.bufferKilobytes = 16
        changed.fullBuffer = .drop
        changed.outboxResendMilliseconds = 300
        for full in [FullBuffer.drop, .blockUpTo(milliseconds: 40)] {
            changed.fullBuffer = full
            let fresh = ProducerSettings(topic: "orders", recordsPerSecond: 50)
            var copy = fresh
            try expectAllReachable(changed, from: fresh, but: ["topic"], names: ProducerSettings.names) { name in
                try copy.set(name, to: changed.value(name))
            }
            #expect(copy == changed)
            for name in ProducerSettings.names { try copy.set(name, to: fresh.value(name)) }
            #expect(copy == fresh, "and back")
        }
    }

    @Test func `every property of a group has a name`() throws {
        // As for producers; whose settings they are is said elsewhere.
        var changed = ConsumerSettings(group: "billing", topics: ["orders"])
        changed.members = 3
        changed.assignment = .selfManaged
        changed.assignor = .cooperativeSticky
        changed.groupInstanceID = "desk"
        changed.sessionTimeoutMilliseconds = 100
        changed.autoOffsetReset = .latest
        changed.maxPollRecords = 1
        changed.pollTimeoutMilliseconds = 20
        changed.maxPollIntervalMilliseconds = 1000
        changed.millisecondsPerRecord = 0.5
        changed.errorRate = 0.125
        changed.errorSeed = 9
        changed.onError = .deadLetter(topic: "failed-orders", failures: 3)
        changed.deduplicates = true
        changed.enableAutoCommit = false
        changed.autoCommitWay = .inBackground
        changed.autoCommitIntervalMilliseconds = 50
        changed.manualCommit = ManualCommit(.afterEachRecord, isSynchronous: false)
        let fresh = ConsumerSettings(group: "billing", topics: ["orders"])
        var copy = fresh
        try expectAllReachable(changed, from: fresh, but: ["group", "topics"], names: ConsumerSettings.names) { name in
            try copy.set(name, to: changed.value(name))
        }
        #expect(copy == changed)
        for name in ConsumerSettings.names { try copy.set(name, to: fresh.value(name)) }
        #expect(copy == fresh, "and back")
    }

    @Test func `Kafka's words mean what they mean in Kafka`() throws {
        // Users bring their own configuration along.
        #expect(try producer("acks", "0").acks == .none)
        #expect(try producer("acks", "1").acks == .leader)
        #expect(try producer("acks", "-1").acks == .all)
        #expect(try producer("max.in.flight", "1").maxInFlight == 1)
        #expect(try producer("max.in.flight.requests.per.connection", "2").maxInFlight == 2)
        #expect(try producer("max.request.size", "5000").maxMessageBytes == 5000)
        #expect(try producer("message.max.bytes", "6000").maxMessageBytes == 6000)
        #expect(try producer("buffer.memory", "33554432").bufferKilobytes == 32_768)
        #expect(try producer("queue.buffering.max.kbytes", "77").bufferKilobytes == 77)
        #expect(try producer("compression.type", "lz4").compression == .lz4)
        #expect(try producer("send", "fire-and-forget").sendMode == .fireAndForget)
        #expect(try producer("rate", "max").recordsPerSecond == nil)
        #expect(try producer("partitions", "0, 2").partitions == [0, 2])
        #expect(try consumer("partition.assignment.strategy", "cooperative-sticky").assignor == .cooperativeSticky)
        #expect(try consumer("on.error", "retry").onError == .retry)
        #expect(try consumer("on.error", "dead-letter:aside:3").onError == .deadLetter(topic: "aside", failures: 3))
        #expect(try consumer("assignment", "self").assignment == .selfManaged)
    }

    @Test func `what a full buffer does is set by one name or by the other`() throws {
        // max.block.ms says how long, buffer.full whether at all.
        #expect(try producer("max.block.ms", "40").fullBuffer == .blockUpTo(milliseconds: 40))
        #expect(try producer("max.block.ms", "unlimited").fullBuffer == .block)
        #expect(try producer("buffer.full", "drop").fullBuffer == .drop)
        #expect(try producer("buffer.full", "block").fullBuffer == .block)
        #expect(try producer("buffer.full", "block-up-to").fullBuffer == .blockUpTo(milliseconds: 60_000))
        for names in [["max.block.ms", "buffer.full"], ["buffer.full", "max.block.ms"]] {
            var settings = try producer("acks", "1")
            for name in names { try settings.set(name, to: name == "max.block.ms" ? "40" : "block-up-to") }
            #expect(settings.fullBuffer == .blockUpTo(milliseconds: 40), "in either order")
        }
    }

    @Test func `how and when to commit are set in either order`() throws {
        // A file's keys have none.
        for names in [["commit", "commit.mode"], ["commit.mode", "commit"]] {
            var settings = try consumer("members", "1")
            for name in names { try settings.set(name, to: name == "commit" ? "before-work" : "async") }
            #expect(settings.manualCommit == ManualCommit(.beforeWork, isSynchronous: false))
            try settings.set("commit", to: "none")
            #expect(settings.manualCommit == nil)
        }
    }

    @Test(arguments: [
        ("acks", "2", "\"acks\" takes 0, 1 or all, not \"2\"."),
        ("retries", "-1", "\"retries\" takes a whole number from 0 to 2147483647, not \"-1\"."),
        ("retries", "many", "\"retries\" takes a whole number from 0 to 2147483647, not \"many\"."),
        ("max.in.flight", "0", "\"max.in.flight\" takes a whole number from 1 to 1000000, not \"0\"."),
        ("enable.idempotence", "yes", "\"enable.idempotence\" takes true or false, not \"yes\"."),
        ("compression.type", "zip", "\"compression.type\" takes none, gzip, snappy, lz4 or zstd, not \"zip\"."),
        ("buffer.memory", "1", "\"buffer.memory\" takes a whole number from 1024 to 2199023254528, not \"1\"."),
        ("buffer.full", "wait", "\"buffer.full\" takes block, drop or block-up-to, not \"wait\"."),
        ("rate", "0", "\"rate\" takes records per second, such as 50, or max, not \"0\"."),
        ("rate", "nan", "\"rate\" takes records per second, such as 50, or max, not \"nan\"."),
        ("records", "-1", "\"records\" takes a whole number from 0 to 2147483647, or unlimited, not \"-1\"."),
        ("partitions", "0,-1", "\"partitions\" takes partitions, such as 0,1,2, or any, not \"0,-1\"."),
        ("partitions", "", "\"partitions\" takes partitions, such as 0,1,2, or any, not \"\"."),
        (
            "outbox.resend.ms", "0",
            "\"outbox.resend.ms\" takes a whole number from 1 to 2147483647, or none, not \"0\"."
        ),
    ])
    func `a producer's bad value gets a sentence`(_ name: String, _ value: String, _ expected: String) {
        // The reader has the name and the value before them, and needs what would be right.
        #expect(sentence { _ = try producer(name, value) } == expected)
    }

    @Test(arguments: [
        ("members", "0", "\"members\" takes a whole number from 1 to 1000, not \"0\"."),
        ("auto.commit.way", "java", "\"auto.commit.way\" takes in-poll or background, not \"java\"."),
        ("error.rate", "1.5", "\"error.rate\" takes a share from 0 to 1, not \"1.5\"."),
        ("error.rate", "nan", "\"error.rate\" takes a share from 0 to 1, not \"nan\"."),
        ("work.ms", "-1", "\"work.ms\" takes milliseconds for each record, such as 0.5, not \"-1\"."),
        ("group.instance.id", "", "\"group.instance.id\" takes a name, or none, not \"\"."),
        (
            "on.error", "dead-letter:x",
            "\"on.error\" takes swallow, retry or dead-letter:TOPIC:FAILURES, such as dead-letter:failed-orders:3, not "
                + "\"dead-letter:x\"."
        ),
        (
            "commit", "late",
            "\"commit\" takes before-work, after-each-record, after-each-batch or none, not \"late\"."
        ),
    ])
    func `a consumer's bad value gets a sentence`(_ name: String, _ value: String, _ expected: String) {
        // As for producers.
        #expect(sentence { _ = try consumer(name, value) } == expected)
    }

    @Test func `an unknown name is answered with the known ones`() throws {
        // Most are mistyped.
        let reason = try #require(sentence { _ = try producer("ack", "1") })
        #expect(reason.hasPrefix("A producer has no setting \"ack\"; it has acks, batch.size, "))
        #expect(reason.contains("max.request.size") && reason.hasSuffix("."))
        let other = try #require(sentence { _ = try consumer("acks", "1") })
        #expect(other.hasPrefix("A consumer has no setting \"acks\"; it has assignment, "))
    }
}
