import KafkaProtocol
import NIOCore
import Testing

@testable import KafkaBroker

/// What a coordinator tells those who watch, and what it forgets with topics that are gone.
@Suite struct GroupEventTests {
    @Test func `each change of a group is told once, as it was`() throws {
        // Several changes may happen in one step; the console shows them one after the other.
        var group = try GroupHarness()
        _ = try group.stableMember()
        let states = group.events.compactMap { event -> String? in
            if case .groupChanged(_, let state, let generation, _, _) = event { "\(state) \(generation)" } else { nil }
        }
        #expect(states == ["PreparingRebalance 0", "CompletingRebalance 1", "Stable 1"])
    }

    @Test func `a coordinator that is elected once more speaks under its new term`() throws {
        // Under the old one it would pass for a former coordinator.
        var group = try GroupHarness()
        group.step(.electedAgain(partition: 0, leaderEpoch: 4))
        _ = try group.stableMember()
        #expect(group.coordinator.snapshot().map(\.term) == [CoordinatorTerm(partition: 0, leaderEpoch: 4)])
        #expect(Set(group.events.compactMap(\.term)) == [CoordinatorTerm(partition: 0, leaderEpoch: 4)])
    }

    @Test(arguments: [false, true])
    func `a topic that goes while its offsets are loaded takes them along`(_ comesBack: Bool) throws {
        // A topic of the same name would begin with the positions of another.
        var group = try GroupHarness()
        #expect(try group.ask(GroupHarness.commit(42)) != nil)
        group.coordinator = GroupCoordinator(brokerId: 1, settings: GroupSettings(), seed: 8)
        var reads: [CoordinatorAction] = []
        group.coordinator.step(
            .elected(partition: 0, leaderEpoch: 1), metadata: group.metadata, now: group.now, into: &reads)
        let known = group.metadata
        if !comesBack {
            var removal = RemoveTopicRecord()
            removal.topicId = Uuid(high: 1, low: 2)
            _ = try group.metadata.replay(.removeTopic(removal), at: 10, epoch: 1)
        }
        group.step(.topicsDeleted(["orders"]))
        if comesBack { group.metadata = known }
        var all = ByteBuffer()
        for batch in group.log { all.writeImmutableBuffer(batch) }
        group.step(.read(partition: 0, batches: all, nextOffset: 1, isEnd: true))
        group.metadata = known
        #expect(try group.committedOffset() == nil)
        #expect(group.coordinator.offsets.isEmpty)
    }
}
