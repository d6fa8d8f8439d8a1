import KafkaProtocol
import NIOCore
import Testing

@testable import KafkaBroker

/// Static membership (KIP-345): a member that comes back under its name.
@Suite struct StaticMemberTests {
    private func stableStatic(_ group: inout GroupHarness) throws -> String {
        let joined = try #require(try group.ask(GroupHarness.join(instance: "till-1")))
        #expect(joined.errorCode == .none)
        _ = try group.send(GroupHarness.sync(joined.memberId, generation: 1, [joined.memberId: "all"]))
        return joined.memberId
    }

    // The point of it: a restart within the session costs no rebalance.
    @Test func `a static member returns to a stable group without a rebalance`() throws {
        var group = try GroupHarness()
        let old = try stableStatic(&group)
        let back = try #require(try group.ask(GroupHarness.join(instance: "till-1")))
        #expect(back.errorCode == .none)
        #expect(back.generationId == 1)
        #expect(back.memberId != old)
        #expect(back.skipAssignment)
        #expect(group.state == "Stable")
        let synced = try group.ask(GroupHarness.sync(back.memberId, generation: 1))
        #expect(synced?.assignment == ByteBuffer(string: "all"))
    }

    // Two processes with one name: the older one must notice and stop.
    @Test func `the former holder of the name is fenced`() throws {
        var group = try GroupHarness()
        let old = try stableStatic(&group)
        _ = try group.send(GroupHarness.join(instance: "till-1"))
        var heartbeat = GroupHarness.heartbeat(old, generation: 1)
        heartbeat.groupInstanceId = "till-1"
        #expect(try group.ask(heartbeat)?.errorCode == .fencedInstanceId)
    }

    // The new id must be known to the next coordinator before the member uses it.
    @Test func `the new id is answered only when it is durable, and survives the coordinator`() throws {
        var group = try GroupHarness()
        _ = try stableStatic(&group)
        group.commitsAtOnce = false
        let join = try group.send(GroupHarness.join(instance: "till-1"))
        #expect(try group.answer(JoinGroupResponse.self, to: join) == nil)
        group.commitAll()
        group.commitsAtOnce = true
        let back = try #require(try group.answer(JoinGroupResponse.self, to: join))
        group.failOver()
        var heartbeat = GroupHarness.heartbeat(back.memberId, generation: 1)
        heartbeat.groupInstanceId = "till-1"
        #expect(try group.ask(heartbeat)?.errorCode == ErrorCode.none)
    }

    // A record that cannot be written must leave the group as it was.
    @Test func `when the new id cannot be written the old one holds`() throws {
        var group = try GroupHarness()
        let old = try stableStatic(&group)
        group.commitsAtOnce = false
        let join = try group.send(GroupHarness.join(instance: "till-1"))
        group.failAll(.notEnoughReplicas)
        #expect(try group.answer(JoinGroupResponse.self, to: join)?.errorCode == .coordinatorNotAvailable)
        var heartbeat = GroupHarness.heartbeat(old, generation: 1)
        heartbeat.groupInstanceId = "till-1"
        #expect(try group.ask(heartbeat)?.errorCode == ErrorCode.none)
    }
}
