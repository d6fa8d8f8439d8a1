import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// Who reads for a group, where the coordinator assigns, and where nobody tells.
@Suite struct GroupMembersTests {
    private static func orders(_ partitions: Int32...) -> [TopicPartition] {
        partitions.map { TopicPartition(topic: "orders", partition: $0) }
    }

    /// The members of a group whose first member is to give up partition 1, and has not done so yet.
    static func openReconciling(_ session: inout Session) {
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.groups[1].state = "Reconciling"
        snapshot.groups[1].generation = 5
        let targets = [Self.orders(0), Self.orders(1, 2)]
        for (index, assigned) in [Self.orders(0, 1), Self.orders(2)].enumerated() {
            snapshot.groups[1].members?[index].assignment = assigned
            snapshot.groups[1].members?[index].target = targets[index]
            snapshot.groups[1].members?[index].epoch = index == 0 ? 4 : 5
        }
        session.press("topics.groups", "groups.move-down", "groups.open")
        session.send(.snapshot(snapshot))
        session.press("group.members")
    }

    @Test func `a member shows what it has and what it is to have`() {
        // One that does not give back what it was told to holds up the others.
        var session = Session(columns: 120, rows: 40)
        Self.openReconciling(&session)
        #expect(session.shows("orders 0,1 → orders 0"), "\(session)")
        #expect(session.shows("orders 2 → orders 1,2"), "\(session)")
        #expect(session.shows("Epoch"), "\(session)")
    }

    @Test func `who has no members commits nothing, by itself or otherwise`() {
        // The switch of klamm's own consumers says nothing of a group that they have left.
        var session = Session(columns: 200, rows: 60)
        session.press("topics.groups", "groups.move-down")
        #expect(session.selectedRow.contains("○ off"), "\(session)")
        session.press("groups.open")
        #expect(session.shows("2 members · auto-commit"), "\(session)")
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.groups[1].state = "Empty"
        snapshot.groups[1].members = []
        session.send(.snapshot(snapshot))
        #expect(session.shows("0 members · lag"), "\(session)")
        session.press("group.back")
        #expect(!session.selectedRow.contains("○ off"), "\(session)")
    }

    @Test func `members of whom nobody tells are unknown, not missing`() {
        // Who looks for a stopped consumer must not find one that only the broker does not tell of.
        var session = Session(columns: 120, rows: 40)
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.groups[1].members = nil
        for index in snapshot.groups[1].partitions.indices { snapshot.groups[1].partitions[index].member = nil }
        session.press("topics.groups", "groups.move-down", "groups.open")
        session.send(.snapshot(snapshot))
        #expect(session.shows("? members"), "\(session)")
        #expect(!session.shows("nobody"), "\(session)")
        session.press("group.members")
        #expect(session.shows("Nobody has told who the members are."), "\(session)")
    }
}
