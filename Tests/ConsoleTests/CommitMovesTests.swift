import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// What is committed for a group without members, and what goes back in any, is told in every console, whoever did it.
@Suite struct CommitMovesTests {
    private var second = 60

    /// `billing` with nobody in it, seen from outside unless told otherwise, with these commits.
    private mutating func look(
        _ committed: [Int64], isOutside: Bool = true, change: (inout ClusterSnapshot.Group) -> Void = { _ in }
    ) -> Event {
        var snapshot = Fixture.snapshot(step: second)
        second += 1
        snapshot.groups[1].state = "Empty"
        snapshot.groups[1].members = []
        snapshot.groups[1].protocolType = "consumer"
        if isOutside {
            snapshot.heardAt = snapshot.takenAt
            snapshot.groups[1].generation = nil
            snapshot.workload = nil
        }
        for (index, offset) in committed.enumerated() {
            snapshot.groups[1].partitions[index].committed = offset
            snapshot.groups[1].partitions[index].member = nil
            snapshot.groups[1].partitions[index].position = nil
        }
        change(&snapshot.groups[1])
        return .snapshot(snapshot)
    }

    private func open(isOutside: Bool = true) -> Session {
        var session = Session(columns: 120, rows: 40)
        if isOutside { session.attach(Console.Attachment(name: "staging", mayWrite: true)) }
        session.press("topics.groups", "groups.move-down", "groups.open")
        return session
    }

    /// Its members have left, and somebody elsewhere has moved two of its partitions, one of them ahead.
    static func reset(_ session: inout Session) {
        var tests = Self()
        session.attach(Console.Attachment(name: "staging"))
        session.press("topics.groups", "groups.move-down", "groups.open")
        session.send(tests.look([12_000, 12_010, 12_020]))
        session.send(tests.look([0, 12_400, 12_020]))
    }

    /// What is asked for when a user of this console moves all of its commits.
    private func reset(_ session: inout Session, to place: String) -> Command? {
        session.press("group.reset-offsets")
        session.type(place)
        session.key(.enter)
        session.press("reset.apply-reset")
        session.type("billing")
        return session.key(.enter).first
    }

    /// How many events tell of it.
    private func told(_ session: Session, _ words: String) -> Int {
        session.model.live.events.entries.count { $0.text.contains(words) }
    }

    @Test mutating func `a reset that another made is told in each partition whose commit went back`() {
        // Two people look at one cluster, and one of them wonders why records come twice.
        var session = open()
        session.send(look([12_000, 12_010, 12_020]))
        session.send(look([0, 0, 12_020]))
        #expect(
            session.shows("◇ group     billing was moved in orders-0 from 12,000 to 0: 12,000 are read again"),
            "\(session)")
        #expect(
            session.shows("◇ group     billing was moved in orders-1 from 12,010 to 0: 12,010 are read again"),
            "\(session)")
        #expect(told(session, "billing was moved") == 2)
        session.send(look([0, 0, 12_020]))
        #expect(told(session, "billing was moved") == 2, "once")
        session.press("group.topics", "topics.move-down", "topics.open")
        #expect(session.shows("orders-0 from 12,000 to 0"), "the topic's events tell it too: \(session)")
    }

    @Test(arguments: [true, false])
    mutating func `what this console did is told once, whether it is seen or answered first`(isSeenFirst: Bool) {
        var session = open()
        session.send(look([12_000, 12_010, 12_020]))
        guard case .moveOffsets(let group, let moves)? = reset(&session, to: "earliest") else {
            Issue.record("nothing was asked for: \(session)")
            return
        }
        let answer = Event.outcome(.offsetsMoved(group: group, moves, problem: nil))
        let seen = look([0, 0, 0])
        for event in isSeenFirst ? [seen, answer] : [answer, seen] { session.send(event) }
        #expect(told(session, "billing was moved") == 3, "\(session)")
        // The same again is another's.
        session.send(look([500, 500, 500]))
        session.send(look([0, 0, 0]))
        #expect(told(session, "from 500 to 0") == 3, "\(session)")
    }

    @Test mutating func `a move of this console's that fails in its answer, and is seen, is told`() {
        // The coordinator had written it when the connection broke.
        var session = open()
        session.send(look([12_000, 12_010, 12_020]))
        guard case .moveOffsets(let group, let moves)? = reset(&session, to: "latest"), let move = moves.first else {
            Issue.record("nothing was asked for: \(session)")
            return
        }
        session.send(look([move.offset, 12_010, 12_020]))
        session.send(.outcome(.offsetsMoved(group: group, [], problem: "Not moved: orders-0: the connection broke")))
        #expect(told(session, "billing was moved in orders-0 from 12,000 to") == 1, "\(session)")
    }

    @Test mutating func `who went on may have read, unless it is known that nobody was there`() {
        // A consumer that reads for half a second is not seen from outside.
        var session = open()
        session.send(look([100, 100, 100]))
        session.send(look([300, 100, 100]))
        #expect(told(session, "billing was moved") == 0, "\(session)")
        // Inside, each join is another generation.
        session = open(isOutside: false)
        session.send(look([100, 100, 100], isOutside: false))
        session.send(look([300, 100, 100], isOutside: false))
        #expect(session.shows("billing was moved in orders-0 from 100 to 300: 200 are skipped"), "\(session)")
        session.send(look([900, 100, 100], isOutside: false) { $0.generation = 5 })
        #expect(told(session, "billing was moved") == 1, "\(session)")
    }

    @Test mutating func `nothing is told of who may have committed by itself`() {
        // Members, consumers that choose their partitions themselves, and what a new coordinator does not have.
        let others: [(inout ClusterSnapshot.Group) -> Void] = [
            { $0.state = "Stable" }, { $0.protocolType = "" }, { $0.protocolType = nil },
        ]
        for other in others {
            var session = open()
            session.send(look([100, 100, 100], change: other))
            session.send(look([0, 300, 100], change: other))
            session.send(look([50, 500, 100]))
            #expect(told(session, "was moved") == 0, "\(session)")
        }
        var session = open()
        session.send(look([100, 100, 100]))
        session.send(look([0, 100, 100]) { $0.coordinator = 3 })
        #expect(told(session, "was moved") == 0, "\(session)")
    }

    @Test mutating func `a group with members that commits an earlier offset is told, whoever made it do so`() {
        // One that is deleted and at once made anew by its consumers looks like this from outside.
        let members: (inout ClusterSnapshot.Group) -> Void = { $0.state = "Stable" }
        var session = open()
        session.send(look([12_000, 12_010, 12_020], change: members))
        session.send(look([12_100, 40, 12_020], change: members))
        #expect(session.shows("billing committed 40 in orders-1 after 12,010"), "\(session)")
        #expect(told(session, "after 12,0") == 1, "going on is no news: \(session)")
        // Reset while nobody was there, and started again before the next look.
        session.send(look([0, 40, 12_020]))
        #expect(session.shows("billing committed 0 in orders-0 after 12,100"), "\(session)")
    }

    @Test mutating func `commits that are gone are told, unless their topic went with them`() {
        let none: (inout ClusterSnapshot.Group) -> Void = { group in
            for row in group.partitions.indices { group.partitions[row].committed = nil }
        }
        var session = open()
        session.send(look([12_000, 12_010, 12_020]))
        // Its leaders may not have been asked since.
        session.send(look([], change: none))
        #expect(told(session, "What billing had committed is gone") == 0, "\(session)")
        for _ in 0..<2 {
            guard case .snapshot(var snapshot) = look([], change: none) else { return }
            for index in snapshot.topics.indices { snapshot.topics[index].heardAt = snapshot.takenAt }
            session.send(.snapshot(snapshot))
        }
        #expect(told(session, "What billing had committed is gone") == 1, "\(session)")
        session = open()
        session.send(look([12_000, 12_010, 12_020]))
        // The commits go first, and the list of topics is read anew.
        session.send(look([], change: none))
        guard case .snapshot(var snapshot) = look([], change: none) else { return }
        snapshot.topics.removeAll { $0.name == "orders" }
        session.send(.snapshot(snapshot))
        #expect(told(session, "What billing had committed is gone") == 0, "\(session)")
    }
}
