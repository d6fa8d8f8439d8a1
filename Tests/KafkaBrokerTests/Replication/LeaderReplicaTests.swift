import KafkaProtocol
import Testing

@testable import KafkaBroker

/// The leader's arithmetic alone: high watermark, ISR, and what may change them.
@Suite struct LeaderReplicaTests {
    let start = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)

    private func leader(
        isr: [BrokerID] = [1, 2, 3], minISR: Int = 1, epochStart: Int64 = 0, highWatermark: Int64 = 0
    ) -> LeaderReplica {
        LeaderReplica(
            id: 1, leaderEpoch: 5, partitionEpoch: 10, replicas: [1, 2, 3], isr: isr, epochStartOffset: epochStart,
            highWatermark: highWatermark, minInsyncReplicas: minISR, lagMax: .seconds(10), now: start)
    }

    private func active(_ id: BrokerID) -> LeaderReplica.Eligibility? { .init(isActive: true, brokerEpoch: 7) }

    private func fetch(
        _ leader: inout LeaderReplica, _ id: BrokerID, _ offset: Int64, end: Int64, epoch: Int64 = 7,
        at seconds: Int64 = 0
    ) -> Bool {
        leader.followerFetched(
            id, from: offset, logStartOffset: 0, brokerEpoch: epoch, leaderLogEndOffset: end,
            now: start + .seconds(seconds))
    }

    @Test func `the high watermark is the least of all in-sync replicas`() {
        // A record below the high watermark is on every member of the ISR.
        var leader = leader()
        check(!leader.advanceHighWatermark(leaderLogEndOffset: 10, now: start, eligibility: active))
        check(fetch(&leader, 2, 10, end: 10))
        check(!leader.advanceHighWatermark(leaderLogEndOffset: 10, now: start, eligibility: active))
        check(fetch(&leader, 3, 4, end: 10))
        check(leader.advanceHighWatermark(leaderLogEndOffset: 10, now: start, eligibility: active))
        #expect(leader.highWatermark == 4)
    }

    @Test func `the high watermark never decreases`() {
        // A follower that has truncated fetches from further back; what was committed stays committed.
        var leader = leader()
        _ = fetch(&leader, 2, 10, end: 10)
        _ = fetch(&leader, 3, 10, end: 10)
        check(leader.advanceHighWatermark(leaderLogEndOffset: 10, now: start, eligibility: active))
        _ = fetch(&leader, 3, 2, end: 10)
        check(!leader.advanceHighWatermark(leaderLogEndOffset: 10, now: start, eligibility: active))
        #expect(leader.highWatermark == 10)
    }

    @Test func `the high watermark stands still under min ISR`() {
        // Also for acks=1: consumers must not read what the next failure may take away.
        var leader = leader(isr: [1], minISR: 2)
        #expect(leader.isUnderMinISR)
        check(!leader.advanceHighWatermark(leaderLogEndOffset: 10, now: start, eligibility: active))
    }

    @Test func `min ISR asks for no more than there are replicas`() {
        // A topic of three replicas with min.insync.replicas=5 would else refuse everything.
        #expect(leader(minISR: 5).effectiveMinISR == 3)
    }

    @Test func `a caught-up replica outside the ISR holds the high watermark back`() {
        // It is about to join; did the high watermark run ahead of it, it would join without what is committed.
        var leader = leader(isr: [1, 2])
        _ = fetch(&leader, 2, 10, end: 10)
        _ = fetch(&leader, 3, 8, end: 8)
        check(leader.advanceHighWatermark(leaderLogEndOffset: 10, now: start, eligibility: active))
        #expect(leader.highWatermark == 8)
    }

    @Test func `a fenced replica outside the ISR does not hold the high watermark back`() {
        // It cannot join, so nobody waits for it.
        var leader = leader(isr: [1, 2])
        _ = fetch(&leader, 2, 10, end: 10)
        _ = fetch(&leader, 3, 8, end: 8)
        check(
            leader.advanceHighWatermark(leaderLogEndOffset: 10, now: start) { _ in
                .init(isActive: false, brokerEpoch: 7)
            })
        #expect(leader.highWatermark == 10)
    }

    @Test func `a follower joins when it has reached the high watermark and the start of the epoch`() {
        // Below the epoch's start its log may still diverge from the leader's.
        var leader = leader(isr: [1, 2], epochStart: 6, highWatermark: 4)
        _ = fetch(&leader, 3, 5, end: 10)
        check(leader.expansion(by: 3, eligibility: active) == nil)
        _ = fetch(&leader, 3, 6, end: 10)
        let alteration = leader.expansion(by: 3, eligibility: active)
        #expect(alteration?.isr.map(\.id) == [1, 2, 3])
        #expect(alteration?.isr.map(\.brokerEpoch) == [-1, -1, 7])
        #expect(alteration?.partitionEpoch == 10)
    }

    @Test(arguments: [
        LeaderReplica.Eligibility(isActive: false, brokerEpoch: 7),
        LeaderReplica.Eligibility(isActive: true, brokerEpoch: 8),
    ])
    func `a follower that is fenced or of another life does not join`(_ eligibility: LeaderReplica.Eligibility) {
        // Its fetch may come from a life whose log is not the one that would lead later (KIP-903).
        var leader = leader(isr: [1, 2])
        _ = fetch(&leader, 3, 10, end: 10)
        check(leader.expansion(by: 3) { _ in eligibility } == nil)
    }

    @Test func `a pending expansion counts for the high watermark at once`() {
        // The controller may have committed it before we hear of it.
        var leader = leader(isr: [1, 2])
        _ = fetch(&leader, 3, 10, end: 10)
        check(leader.expansion(by: 3, eligibility: active) != nil)
        _ = fetch(&leader, 2, 12, end: 12)
        check(
            leader.advanceHighWatermark(
                leaderLogEndOffset: 12, now: start + .seconds(60), eligibility: active))
        #expect(leader.highWatermark == 10)
        #expect(leader.maximalISR == [1, 2, 3])
        #expect(leader.committedISR == [1, 2])
    }

    @Test func `a pending shrink changes nothing until it is committed`() {
        // The member may still be elected, so it must still have everything.
        var leader = leader()
        _ = fetch(&leader, 2, 10, end: 10)
        _ = fetch(&leader, 3, 3, end: 10)
        let later = start + .seconds(11)
        check(leader.shrink(leaderLogEndOffset: 10, now: later)?.isr.map(\.id) == [1, 2])
        check(leader.advanceHighWatermark(leaderLogEndOffset: 10, now: later, eligibility: active))
        #expect(leader.highWatermark == 3)
        check(leader.committed(isr: [1, 2], partitionEpoch: 11, now: later))
        check(leader.advanceHighWatermark(leaderLogEndOffset: 10, now: later, eligibility: active))
        #expect(leader.highWatermark == 10)
    }

    @Test func `only one change of the ISR is under way`() {
        // Each is compare-and-set on the partition epoch, so a second would be refused.
        var leader = leader(isr: [1, 2])
        _ = fetch(&leader, 3, 10, end: 10)
        check(leader.expansion(by: 3, eligibility: active) != nil)
        check(leader.expansion(by: 3, eligibility: active) == nil)
        check(leader.shrink(leaderLogEndOffset: 20, now: start + .seconds(60)) == nil)
        leader.alterationRefused()
        check(leader.expansion(by: 3, eligibility: active) != nil)
    }

    @Test func `a follower at the leader's end is in sync however long ago it fetched`() {
        // A partition without traffic keeps its ISR.
        var leader = leader()
        _ = fetch(&leader, 2, 10, end: 10)
        _ = fetch(&leader, 3, 10, end: 10)
        check(leader.shrink(leaderLogEndOffset: 10, now: start + .seconds(1000)) == nil)
    }

    @Test func `silence before an append is not held against a follower`() {
        // It had everything until now, so it has a whole lag period for what is new, though its fetch is long past.
        var leader = leader()
        check(fetch(&leader, 2, 10, end: 10))
        check(fetch(&leader, 3, 8, end: 10))
        leader.appended(from: 10, now: start + .seconds(600))
        let alteration = leader.shrink(leaderLogEndOffset: 11, now: start + .seconds(601))
        #expect(alteration?.isr.map(\.id) == [1, 2])
    }

    @Test func `a follower that keeps up with a growing log is in sync though never at its end`() {
        // It was caught up at its former fetch if it now has what the leader had then.
        var leader = leader(isr: [1, 3])
        for second in Int64(1)...30 {
            _ = fetch(&leader, 3, second * 10 - 10, end: second * 10, at: second)
        }
        check(leader.shrink(leaderLogEndOffset: 310, now: start + .seconds(31)) == nil)
    }

    @Test func `a fetch of an older life is refused`() {
        // A frame may arrive after its sender has come back with less.
        var leader = leader()
        check(fetch(&leader, 2, 5, end: 10, epoch: 8))
        check(!fetch(&leader, 2, 9, end: 10, epoch: 7))
        #expect(leader.followers.first { $0.id == 2 }?.logEndOffset == 5)
        check(!fetch(&leader, 9, 9, end: 10))
    }

    @Test func `an older partition epoch changes nothing`() {
        // The answer and the metadata log tell the same in either order.
        var leader = leader(isr: [1, 2])
        check(leader.committed(isr: [1, 2, 3], partitionEpoch: 12, now: start))
        check(!leader.committed(isr: [1], partitionEpoch: 11, now: start))
        #expect(leader.committedISR == [1, 2, 3])
    }

    @Test func `a follower that hears nothing does not come back by itself`() {
        // Under a frozen high watermark it lies at the high watermark for ever; only its fetch shows that it lives.
        var leader = leader(minISR: 2)
        _ = fetch(&leader, 2, 0, end: 0)
        _ = fetch(&leader, 3, 1, end: 1)
        check(leader.committed(isr: [1], partitionEpoch: 11, now: start))
        #expect(leader.caughtUpOutsiders(leaderLogEndOffset: 1, now: start + .seconds(11)) == [3])
    }
}
