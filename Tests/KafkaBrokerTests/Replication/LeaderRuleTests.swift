import KafkaProtocol
import Testing

@testable import KafkaBroker

/// What the leader's arithmetic would do without each of its rules.
@Suite(.enabled(if: Rule.canBeBroken)) struct LeaderRuleTests {
    let start = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)

    private func leader(
        isr: [BrokerID] = [1, 2, 3], epochStart: Int64 = 0, highWatermark: Int64 = 0, minISR: Int = 1
    ) -> LeaderReplica {
        LeaderReplica(
            id: 1, leaderEpoch: 5, partitionEpoch: 10, replicas: [1, 2, 3], isr: isr, epochStartOffset: epochStart,
            highWatermark: highWatermark, minInsyncReplicas: minISR, lagMax: .seconds(10), now: start)
    }

    private func active(_ id: BrokerID) -> LeaderReplica.Eligibility? { .init(isActive: true, brokerEpoch: 7) }

    private func fetch(
        _ leader: inout LeaderReplica, _ id: BrokerID, _ offset: Int64, epoch: Int64 = 7, registered: Int64 = 7
    ) -> Bool {
        leader.followerFetched(
            id, from: offset, logStartOffset: 0, brokerEpoch: epoch, registeredEpoch: registered,
            leaderLogEndOffset: 10, now: start)
    }

    @Test(arguments: [nil, Rule.expansionNeedsEpochStart])
    func `only a broken rule lets a follower join below the epoch's start`(_ broken: Rule?) {
        // Below it the follower's log may hold what another leader wrote.
        Rule.breaking(broken) {
            var leader = leader(isr: [1, 2], epochStart: 6, highWatermark: 4)
            _ = fetch(&leader, 3, 5)
            check((leader.expansion(by: 3, eligibility: active) != nil) == (broken != nil))
        }
    }

    @Test(arguments: [nil, Rule.pendingShrinkWaits])
    func `only a broken rule forgets a member before the controller has`(_ broken: Rule?) {
        // It can still be elected, and lacks what would count as committed.
        Rule.breaking(broken) {
            var leader = leader(minISR: 3)
            _ = fetch(&leader, 2, 10)
            _ = fetch(&leader, 3, 3)
            let later = start + .seconds(11)
            check(leader.shrink(leaderLogEndOffset: 10, now: later) != nil)
            #expect(leader.isUnderMinISR == (broken != nil))
            leader.minInsyncReplicas = 1
            check(leader.advanceHighWatermark(leaderLogEndOffset: 10, now: later, eligibility: active))
            #expect(leader.highWatermark == (broken == nil ? 3 : 10))
        }
    }

    @Test(arguments: [nil, Rule.checksBrokerEpoch])
    func `only a broken rule believes a fetch of a former life`(_ broken: Rule?) {
        // What that life had copied may have gone with it, whoever tells of the new one first.
        Rule.breaking(broken) {
            var leader = leader(isr: [1, 2])
            check(fetch(&leader, 3, 10, epoch: 6, registered: 7) == (broken != nil))
            check(fetch(&leader, 3, 5, epoch: 8))
            check(fetch(&leader, 3, 10, epoch: 7) == (broken != nil))
            // Its fetch says another life than the one that is registered.
            check((leader.expansion(by: 3, eligibility: active) != nil) == (broken != nil))
        }
    }

    @Test(arguments: [nil, Rule.highWatermarkNeedsISR])
    func `only a broken rule commits what the leader alone has`(_ broken: Rule?) {
        Rule.breaking(broken) {
            var leader = leader()
            _ = leader.advanceHighWatermark(leaderLogEndOffset: 10, now: start, eligibility: active)
            #expect(leader.highWatermark == (broken == nil ? 0 : 10))
        }
    }

    @Test(arguments: [nil, Rule.checksMinISRAtCompletion])
    func `only a broken rule commits under min ISR`(_ broken: Rule?) {
        // The ISR has shrunk since the append: the record would count as held by more brokers than have it.
        Rule.breaking(broken) {
            var leader = leader(minISR: 2)
            check(leader.committed(isr: [1], partitionEpoch: 11, now: start))
            #expect(leader.isUnderMinISR)
            #expect(leader.hasEnoughReplicas == (broken != nil))
            let later = start + .seconds(11)
            check(
                leader.advanceHighWatermark(leaderLogEndOffset: 10, now: later, eligibility: active)
                    == (broken != nil))
        }
    }
}
