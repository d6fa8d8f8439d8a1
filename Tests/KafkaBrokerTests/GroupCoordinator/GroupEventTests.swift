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

    private func removals(_ group: GroupHarness) -> [BrokerEvent.Kind] {
        group.events.filter { if case .groupRemoved = $0 { true } else { false } }
    }

    private func delete() -> DeleteGroupsRequest {
        var request = DeleteGroupsRequest()
        request.groupsNames = ["billing"]
        return request
    }

    @Test func `a group that is deleted is told as gone, once its tombstones are written`() throws {
        // Whoever looks at the group must not wonder where it is.
        var group = try GroupHarness()
        #expect(try group.ask(GroupHarness.commit(42)) != nil)
        group.commitsAtOnce = false
        _ = try group.send(delete())
        #expect(removals(group).isEmpty, "they may still fail")
        group.commitAll()
        #expect(
            removals(group) == [
                .groupRemoved(
                    group: "billing", reason: "it was deleted, with all that it had committed",
                    term: CoordinatorTerm(topicID: GroupHarness.offsetsID, partition: 0, leaderEpoch: 0))
            ])
        group.commitsAtOnce = true
        _ = try group.send(delete())
        #expect(removals(group).count == 1, "there is none to delete")
    }

    @Test func `a group that could not be deleted is not told as gone`() throws {
        var group = try GroupHarness()
        #expect(try group.ask(GroupHarness.commit(42)) != nil)
        group.commitsAtOnce = false
        _ = try group.send(delete())
        group.failAll(.notEnoughReplicas)
        #expect(removals(group).isEmpty)
    }

    @Test func `a group of which nothing is left is told as gone, and why`() throws {
        // It goes by itself, and nobody would know.
        var group = try GroupHarness()
        #expect(try group.ask(GroupHarness.commit(42)) != nil)
        var removal = RemoveTopicRecord()
        removal.topicId = Uuid(high: 1, low: 2)
        _ = try group.metadata.replay(.removeTopic(removal), at: 10, epoch: 1)
        group.step(.topicsDeleted(["orders"]))
        guard case .groupRemoved("billing", let reason, _)? = removals(group).first else {
            Issue.record("nothing was told: \(group.events)")
            return
        }
        #expect(reason.contains("topics were deleted"))
    }

    @Test func `of a group that never committed nothing is told as expired`() throws {
        // It goes as soon as somebody looks.
        var group = try GroupHarness()
        let member = try group.stableMember()
        #expect(try group.ask(GroupHarness.leave(member)) != nil)
        group.advance(GroupSettings().offsetsRetentionCheckInterval * 2)
        guard case .groupRemoved("billing", let reason, _)? = removals(group).first else {
            Issue.record("nothing was told: \(group.events)")
            return
        }
        #expect(reason == "it was empty and had committed nothing")
    }

    @Test func `a coordinator that is elected once more speaks under its new term`() throws {
        // Under the old one it would pass for a former coordinator.
        var group = try GroupHarness()
        group.step(.electedAgain(partition: 0, leaderEpoch: 4))
        _ = try group.stableMember()
        let term = CoordinatorTerm(topicID: GroupHarness.offsetsID, partition: 0, leaderEpoch: 4)
        #expect(group.coordinator.snapshot().map(\.term) == [term])
        #expect(Set(group.events.compactMap(\.term)) == [term])
    }

    @Test func `a coordinator that could not load tries again when it is elected once more`() throws {
        // Its groups would stay unavailable for as long as it leads.
        var group = try GroupHarness()
        group.step(.readFailed(partition: 0, reason: "the disk"))
        #expect(group.coordinator.availability(of: "billing") == .coordinatorNotAvailable)
        var actions: [CoordinatorAction] = []
        group.coordinator.step(
            .electedAgain(partition: 0, leaderEpoch: 4), metadata: group.metadata, now: group.now, into: &actions)
        guard case .read(0, 0, _)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(group.coordinator.availability(of: "billing") == .coordinatorLoadInProgress)
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
