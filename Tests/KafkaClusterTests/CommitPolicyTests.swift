import KafkaCluster
import KafkaProtocol
import Testing

struct CommitPolicyTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)
    private let other = TopicPartition(topic: "orders", partition: 1)

    private func at(_ milliseconds: Int64) -> Instant {
        Instant(monotonicNanoseconds: milliseconds * 1_000_000, wallClockMilliseconds: milliseconds)
    }

    private func position(_ offset: Int64) -> GroupPosition { GroupPosition(partition: orders, position: offset) }

    private func commit(_ offset: Int64, isSynchronous: Bool = false) -> CommitPolicy.Commit {
        CommitPolicy.Commit([position(offset)], isSynchronous: isSynchronous)
    }

    private func policy(_ change: (inout ConsumerSettings) -> Void) -> CommitPolicy {
        var settings = ConsumerSettings(group: "billing", topics: ["orders"])
        settings.autoCommitIntervalMilliseconds = 100
        settings.enableAutoCommit = false
        change(&settings)
        return CommitPolicy(settings, now: at(0))
    }

    @Test func `in Java's way a poll commits what earlier polls returned`() {
        // Nothing is committed while the application works, however long that takes.
        var policy = policy { $0.enableAutoCommit = true }
        #expect(policy.polling(now: at(0)) == nil)
        #expect(policy.polled([position(5)]) == nil)
        #expect(policy.timePassed(now: at(500)) == nil)
        #expect(policy.finished(position(1)) == nil)
        #expect(policy.polling(now: at(600)) == commit(5))
        #expect(policy.polled([position(9)]) == nil)
        #expect(policy.polling(now: at(650)) == nil, "the interval has not passed")
        #expect(policy.polling(now: at(700)) == commit(9))
        #expect(policy.polling(now: at(900)) == nil, "nothing new")
    }

    @Test func `in librdkafka's way a commit runs ahead of the work`() {
        // The first loss of the article: the interval passes in the middle of the work.
        var policy = policy {
            $0.enableAutoCommit = true
            $0.autoCommitWay = .inBackground
        }
        #expect(policy.nextDeadline == nil, "nothing to commit")
        #expect(policy.polled([position(5)]) == nil)
        #expect(policy.nextDeadline == at(100))
        #expect(policy.timePassed(now: at(99)) == nil)
        #expect(policy.timePassed(now: at(100)) == commit(5))
        #expect(policy.polling(now: at(900)) == nil)
    }

    @Test func `the application commits before the work, after each record or after each batch`() {
        // Each point once, in both calls.
        var before = policy { $0.manualCommit = ManualCommit(.beforeWork) }
        #expect(before.polled([position(3)]) == commit(3, isSynchronous: true))
        #expect(before.finished(position(1)) == nil)
        #expect(before.finishedBatch() == nil)

        var each = policy { $0.manualCommit = ManualCommit(.afterEachRecord, isSynchronous: false) }
        #expect(each.polled([position(3)]) == nil)
        #expect(each.finished(position(1)) == commit(1))
        #expect(each.finished(position(2)) == commit(2))
        #expect(each.finishedBatch() == nil)

        var batch = policy { $0.manualCommit = ManualCommit(.afterEachBatch) }
        #expect(batch.polled([position(3)]) == nil)
        #expect(batch.finished(position(1)) == nil)
        #expect(batch.finished(position(3)) == nil)
        #expect(batch.finishedBatch() == commit(3, isSynchronous: true))
        #expect(batch.finishedBatch() == nil)
    }

    @Test func `a commit that failed is made again with the next`() {
        // The record of a refused commit must not count as committed.
        var policy = policy { $0.enableAutoCommit = true }
        _ = policy.polled([position(5)])
        #expect(policy.polling(now: at(100)) == commit(5))
        policy.failed([orders])
        #expect(policy.polling(now: at(200)) == commit(5))
    }

    @Test func `partitions that go are committed while they may be, and then forgotten`() {
        // What is lost belongs to another already; a commit would be refused.
        var policy = policy { $0.enableAutoCommit = true }
        _ = policy.polled([position(5), GroupPosition(partition: other, position: 7)])
        #expect(policy.revoking([orders], isLost: false) == commit(5, isSynchronous: true))
        #expect(policy.revoking([other], isLost: true) == nil)
        #expect(policy.closing() == nil)
        #expect(policy.finished(position(6)) == nil)
    }

    @Test func `who leaves in the middle of a batch commits only what is done`() {
        // The rest is read again by another.
        var policy = policy { $0.enableAutoCommit = true }
        _ = policy.polled([position(5), GroupPosition(partition: other, position: 7)])
        _ = policy.finished(position(2))
        policy.abandonedRest()
        #expect(policy.closing() == commit(2, isSynchronous: true))
    }

    @Test func `auto-commit is switched without forgetting the positions`() {
        // Off stands still; on catches up after an interval.
        var settings = ConsumerSettings(group: "billing", topics: ["orders"])
        settings.autoCommitIntervalMilliseconds = 100
        var policy = CommitPolicy(settings, now: at(0))
        _ = policy.polled([position(5)])
        settings.enableAutoCommit = false
        policy.change(to: settings, now: at(50))
        #expect(policy.polling(now: at(500)) == nil && policy.nextDeadline == nil)
        settings.enableAutoCommit = true
        policy.change(to: settings, now: at(500))
        #expect(policy.polling(now: at(550)) == nil)
        #expect(policy.polling(now: at(600)) == commit(5))
    }
}
