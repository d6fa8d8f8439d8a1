import KafkaProtocol
import NIOCore
import Testing

@testable import KafkaBroker

/// Who is in a group, in which generation.
@Suite struct GroupMembershipTests {
    // A client that never reads its answer would leave a member behind at each attempt (KIP-394).
    @Test func `a newcomer is first given an id to come back with`() throws {
        var group = try GroupHarness()
        let refused = try #require(try group.ask(GroupHarness.join()))
        #expect(refused.errorCode == .memberIdRequired)
        #expect(refused.memberId.hasPrefix("app-"))
        #expect(group.state == "Empty")
        let joined = try #require(try group.ask(GroupHarness.join(refused.memberId)))
        #expect(joined.errorCode == .none)
        #expect(joined.generationId == 1)
        #expect(joined.leader == refused.memberId)
        #expect(joined.members.map(\.memberId) == [refused.memberId])
        #expect(group.state == "CompletingRebalance")
    }

    // Before version 4 clients do not know MEMBER_ID_REQUIRED.
    @Test func `an old client joins at once`() throws {
        var group = try GroupHarness()
        let joined = try #require(try group.ask(GroupHarness.join(), version: 3))
        #expect(joined.errorCode == .none)
        #expect(joined.generationId == 1)
    }

    // An id that was given out and never used must not hold up a rebalance for ever.
    @Test func `a pending id expires with its session`() throws {
        var group = try GroupHarness()
        let refused = try #require(try group.ask(GroupHarness.join()))
        group.advance(.seconds(11))
        let late = try #require(try group.ask(GroupHarness.join(refused.memberId)))
        #expect(late.errorCode == .unknownMemberId)
    }

    // The heart of the protocol: two members, one leader, everyone gets their part when it is durable.
    @Test func `two members share a generation and get the leader's assignment`() throws {
        var group = try GroupHarness()
        let first = try group.stableMember()
        #expect(group.state == "Stable")
        let (second, secondJoin) = try group.newcomer()
        #expect(group.state == "PreparingRebalance")
        #expect(try group.answer(JoinGroupResponse.self, to: secondJoin) == nil)
        let told = try group.ask(GroupHarness.heartbeat(first, generation: 1))
        #expect(told?.errorCode == .rebalanceInProgress)

        let rejoined = try #require(try group.ask(GroupHarness.join(first)))
        let joined = try #require(try group.answer(JoinGroupResponse.self, to: secondJoin))
        #expect(rejoined.generationId == 2)
        #expect(joined.generationId == 2)
        #expect(rejoined.members.count == 2)
        #expect(joined.members.isEmpty)
        #expect(joined.leader == first)

        group.commitsAtOnce = false
        let waiting = try group.send(GroupHarness.sync(second, generation: 2))
        let leading = try group.send(GroupHarness.sync(first, generation: 2, [first: "a", second: "b"]))
        #expect(try group.answer(SyncGroupResponse.self, to: waiting) == nil)
        #expect(try group.answer(SyncGroupResponse.self, to: leading) == nil)
        group.commitAll()
        let assigned = try group.answer(SyncGroupResponse.self, to: waiting)
        #expect(assigned?.assignment == ByteBuffer(string: "b"))
        #expect(try group.answer(SyncGroupResponse.self, to: leading)?.assignment == ByteBuffer(string: "a"))
        #expect(group.state == "Stable")
    }

    // An assignment that is not durable must not be acted upon: the next coordinator would not know it.
    @Test func `an assignment that cannot be written sends everyone back to join`() throws {
        var group = try GroupHarness()
        let (member, _) = try group.newcomer()
        group.commitsAtOnce = false
        let sync = try group.send(GroupHarness.sync(member, generation: 1, [member: "a"]))
        group.failAll(.notEnoughReplicas)
        #expect(try group.answer(SyncGroupResponse.self, to: sync)?.errorCode == .coordinatorNotAvailable)
        #expect(group.state == "PreparingRebalance")
        #expect(try group.ask(GroupHarness.join(member))?.generationId == 2)
    }

    // A crashed consumer is noticed by its silence.
    @Test func `a silent member is removed when its session ends and the others rebalance`() throws {
        var group = try GroupHarness()
        let first = try group.stableMember()
        let (second, _) = try group.newcomer()
        _ = try group.send(GroupHarness.join(first))
        _ = try group.send(GroupHarness.sync(first, generation: 2, [first: "a", second: "b"]))
        _ = try group.send(GroupHarness.sync(second, generation: 2))
        for _ in 0..<3 {
            group.advance(.seconds(4))
            _ = try group.send(GroupHarness.heartbeat(first, generation: 2))
        }
        let term = CoordinatorTerm(topicID: GroupHarness.offsetsID, partition: 0, leaderEpoch: 0)
        #expect(
            group.events.contains(
                .groupMemberLeft(group: "billing", member: second, reason: "session timed out", term: term)))
        let rejoined = try #require(try group.ask(GroupHarness.join(first)))
        #expect(rejoined.generationId == 3)
        #expect(rejoined.members.map(\.memberId) == [first])
    }

    // Members that do not come back in time are left behind, but the generation goes on.
    @Test func `a rebalance ends without members that do not rejoin in time`() throws {
        var group = try GroupHarness()
        let first = try group.stableMember()
        let (second, join) = try group.newcomer()
        for _ in 0..<12 {
            group.advance(.seconds(5))
            _ = try group.send(GroupHarness.heartbeat(first, generation: 1))
        }
        let joined = try #require(try group.answer(JoinGroupResponse.self, to: join))
        #expect(joined.leader == second)
        #expect(joined.members.map(\.memberId) == [second])
    }

    // Leaving frees the partitions at once, without waiting for the session.
    @Test func `the last member's leave empties the group and says so in the log`() throws {
        var group = try GroupHarness()
        let member = try group.stableMember()
        let before = group.log.count
        #expect(try group.ask(GroupHarness.leave(member))?.members.first?.errorCode == ErrorCode.none)
        #expect(group.state == "Empty")
        #expect(group.log.count == before + 1)
        #expect(try group.ask(GroupHarness.leave("nobody"))?.members.first?.errorCode == .unknownMemberId)
    }

    // A zombie of an older generation must not disturb the new one.
    @Test func `requests of an old generation are refused`() throws {
        var group = try GroupHarness()
        let member = try group.stableMember()
        _ = try group.send(GroupHarness.join(member))
        #expect(try group.ask(GroupHarness.heartbeat(member, generation: 1))?.errorCode == .illegalGeneration)
        #expect(try group.ask(GroupHarness.sync(member, generation: 1))?.errorCode == .illegalGeneration)
        let commit = try group.ask(GroupHarness.commit(5, member: member, generation: 1))
        #expect(commit?.topics.first?.partitions.first?.errorCode == .illegalGeneration)
    }

    // Members without a common assignor could never agree.
    @Test func `a member whose assignors nobody shares is refused`() throws {
        var group = try GroupHarness()
        _ = try group.stableMember()
        let refused = try group.ask(GroupHarness.join(protocols: [("sticky", "")]))
        #expect(refused?.errorCode == .inconsistentGroupProtocol)
    }

    // Votes go to each member's first choice among what all support.
    @Test func `the assignor with the most votes is chosen`() throws {
        var group = try GroupHarness()
        let first = try #require(try group.ask(GroupHarness.join()))
        let both = [("sticky", ""), ("range", "")]
        let join = try group.send(GroupHarness.join(first.memberId, protocols: [("range", ""), ("sticky", "")]))
        #expect(try group.answer(JoinGroupResponse.self, to: join)?.protocolName == "range")
        for _ in 0..<2 {
            let next = try #require(try group.ask(GroupHarness.join(protocols: both)))
            _ = try group.send(GroupHarness.join(next.memberId, protocols: both))
        }
        let again = try group.ask(GroupHarness.join(first.memberId, protocols: [("range", ""), ("sticky", "")]))
        #expect(again?.protocolName == "sticky")
    }

    // Many consumers of one application start within the same second.
    @Test func `an initial delay collects those who start together into one generation`() throws {
        var settings = GroupSettings()
        settings.groupInitialRebalanceDelay = .seconds(3)
        var group = try GroupHarness(settings: settings)
        let (_, first) = try group.newcomer()
        group.advance(.seconds(2))
        let (_, second) = try group.newcomer()
        #expect(try group.answer(JoinGroupResponse.self, to: first) == nil)
        group.advance(.seconds(7))
        #expect(try group.answer(JoinGroupResponse.self, to: first)?.generationId == 1)
        #expect(try group.answer(JoinGroupResponse.self, to: second)?.generationId == 1)
    }

    // Session timeouts outside the broker's bounds would make failures invisible or heartbeats a storm.
    @Test func `a session timeout out of bounds is refused`() throws {
        var group = try GroupHarness()
        var request = GroupHarness.join()
        request.sessionTimeoutMs = 1
        #expect(try group.ask(request)?.errorCode == .invalidSessionTimeout)
        request.groupId = ""
        #expect(try group.ask(request)?.errorCode == .invalidGroupId)
    }
}
