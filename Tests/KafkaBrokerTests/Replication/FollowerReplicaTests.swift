import KafkaProtocol
import KafkaStorage
import Testing

@testable import KafkaBroker

/// Where a follower cuts its log, and how it goes on.
@Suite struct FollowerReplicaTests {
    private let now = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)

    private func cut(
        leader: EpochEndOffset, end: Int64, highWatermark: Int64 = 0, ours: [(epoch: Int32, end: Int64)]
    ) -> Int64 {
        FollowerReplica.truncationOffset(leaderEnd: leader, logEndOffset: end, highWatermark: highWatermark) { epoch in
            let known = ours.last { $0.epoch <= epoch }
            return known.map { EpochEndOffset(leaderEpoch: $0.epoch, endOffset: $0.end) } ?? .undefined
        }
    }

    @Test func `an epoch that both know is cut where the shorter one ends`() {
        // Up to there both logs were written by the same leader.
        #expect(cut(leader: .init(leaderEpoch: 3, endOffset: 70), end: 100, ours: [(1, 50), (3, 100)]) == 70)
        #expect(cut(leader: .init(leaderEpoch: 3, endOffset: 90), end: 100, ours: [(3, 80), (4, 100)]) == 80)
    }

    @Test func `an epoch that we lack is cut to the end of the one before it`() {
        // The leader may have diverged before that epoch, too, so the next fetch asks again (KIP-279).
        #expect(cut(leader: .init(leaderEpoch: 3, endOffset: 90), end: 100, ours: [(1, 60), (4, 100)]) == 60)
    }

    @Test func `without common epochs the leader's end decides`() {
        #expect(cut(leader: .init(leaderEpoch: 1, endOffset: 40), end: 100, ours: [(4, 100)]) == 40)
    }

    @Test func `a leader without an answer leaves what is committed`() {
        // The high watermark is the only ground that is left.
        #expect(cut(leader: .undefined, end: 100, highWatermark: 30, ours: [(4, 100)]) == 30)
    }

    @Test func `a follower out of range cuts, starts anew or goes on`() {
        // Beyond the leader's end (unclean election), before its start (retention), or neither any more.
        #expect(FollowerReplica.reset(leaderStart: 0, leaderEnd: 50, logEndOffset: 80) == .truncate(to: 50))
        #expect(FollowerReplica.reset(leaderStart: 90, leaderEnd: 200, logEndOffset: 80) == .startAnew(at: 90))
        #expect(FollowerReplica.reset(leaderStart: 10, leaderEnd: 200, logEndOffset: 80) == .goOn)
    }

    @Test func `the first fetch is full, the next ones carry changes, a new partition begins anew`() {
        // The session must hold exactly the partitions that are followed.
        var fetcher = ReplicaFetcher(leader: 1)
        fetcher.add(4)
        fetcher.add(7)
        check(fetcher.takeRequested(now: now) == [4, 7])
        fetcher.answered(sessionId: 99)
        #expect(fetcher.sessionId == 99)
        #expect(fetcher.sessionEpoch == 1)
        check(fetcher.takeRequested(now: now) == [])
        fetcher.markChanged(7)
        fetcher.markChanged(12)
        check(fetcher.takeRequested(now: now) == [7])
        fetcher.answered(sessionId: 99)
        #expect(fetcher.sessionEpoch == 2)
        fetcher.add(12)
        #expect(fetcher.isFull)
        #expect(fetcher.sessionId == 99)
        check(fetcher.takeRequested(now: now) == [4, 7, 12])
    }

    @Test func `a request under way is outdated only by partitions that come or go`() {
        // A first request is full, too: sent again for nothing, it would keep a leader of thousands busy for ever.
        var fetcher = ReplicaFetcher(leader: 1)
        fetcher.add(4)
        #expect(fetcher.isOutdated)
        check(fetcher.takeRequested(now: now) == [4])
        #expect(!fetcher.isOutdated)
        fetcher.markChanged(4)
        fetcher.add(4)
        fetcher.remove(5)
        #expect(!fetcher.isOutdated)
        fetcher.remove(4)
        #expect(fetcher.isOutdated)
    }

    @Test func `a fetch of thousands of partitions is not given up for each that comes`() {
        // While ten thousand partitions are made, one full request after the other would name all that there are.
        var few = ReplicaFetcher(leader: 1)
        few.add(0)
        _ = few.takeRequested(now: now)
        #expect(few.givesUpFrom == nil)
        var many = ReplicaFetcher(leader: 1)
        for slot in 0..<2000 { many.add(slot) }
        _ = many.takeRequested(now: now)
        #expect(many.givesUpFrom == now + .milliseconds(200))
        many.answered(sessionId: 7)
        _ = many.takeRequested(now: now)
        #expect(many.givesUpFrom == nil)
    }

    @Test func `partitions that come or go during a full fetch make the next one full again`() {
        // The session that it opens knows nothing of them, and those that have gone would be answered with errors for ever.
        var fetcher = ReplicaFetcher(leader: 1)
        fetcher.add(4)
        fetcher.add(7)
        _ = fetcher.takeRequested(now: now)
        fetcher.remove(7)
        fetcher.add(9)
        fetcher.answered(sessionId: 99)
        #expect(fetcher.isFull)
        #expect(fetcher.sessionId == 99)
        check(fetcher.takeRequested(now: now) == [4, 9])
        fetcher.answered(sessionId: 100)
        #expect(fetcher.sessionEpoch == 1)
    }

    @Test func `a leader without room for a session is asked in full each time`() {
        var fetcher = ReplicaFetcher(leader: 1)
        fetcher.add(4)
        _ = fetcher.takeRequested(now: now)
        fetcher.answered(sessionId: 0)
        #expect(fetcher.isFull)
        check(fetcher.takeRequested(now: now) == [4])
    }
}
