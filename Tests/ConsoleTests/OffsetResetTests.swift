import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct OffsetResetTests {
    /// `billing`, with nobody in it.
    private func emptyGroup(columns: Int = 120, rows: Int = 40) -> Session {
        var session = Session(columns: columns, rows: rows)
        session.press("topics.groups", "groups.move-down", "groups.open")
        session.send(.snapshot(Self.snapshot))
        return session
    }

    private static var snapshot: ClusterSnapshot {
        var snapshot = Fixture.snapshot(step: 60)
        let index = snapshot.groups.firstIndex { $0.id == "billing" } ?? 0
        snapshot.groups[index].state = "Empty"
        snapshot.groups[index].members = []
        return snapshot
    }

    private func reset(_ session: inout Session, _ target: String) {
        session.press("group.reset-offsets")
        session.type(target)
        session.key(.enter)
    }

    @Test func `an empty group is deleted once its name is typed`() {
        // Kafka's own tools do not ask, and its offsets cannot be had back.
        var session = emptyGroup()
        session.press("group.delete-group")
        #expect(session.shows("It has committed in 3 partitions."), "\(session)")
        session.type("bill")
        #expect(session.key(.enter).isEmpty && session.shows("that is not its name: billing"))
        session.type("ing")
        // Its first member has come meanwhile.
        session.send(.snapshot(Fixture.snapshot(step: 61)))
        #expect(session.key(.enter).isEmpty && session.shows("2 members, who would make it anew"), "\(session)")
        session.send(.snapshot(Self.snapshot))
        #expect(session.key(.enter) == [.deleteGroup("billing")])
    }

    @Test func `targets are read as people write them`() {
        // The exact reset is what users of such tools ask for most.
        let now = Fixture.start.wallClockMilliseconds
        func target(_ text: String) -> ResetTarget? { ResetTarget(text, now: now, offsetSeconds: 0) }
        #expect(target("earliest") == .earliest)
        #expect(target("latest") == .latest)
        #expect(target("12,345") == .offset(12_345))
        #expect(target("+10") == .shift(10))
        #expect(target("-10") == .shift(-10))
        #expect(target("-5m") == .time(now - 300_000))
        #expect(target("14:02:33") == .time(now - 120))
        for bad in ["", "x", "-", "+", "-5y", "+5m", "-99999999999d", "1.5"] { #expect(target(bad) == nil, "\(bad)") }
    }

    @Test func `nothing is moved beyond the ends of the log, and the dry run says so`() {
        // A commit beyond the end would be out of range for the consumer, who then starts wherever it likes.
        let orders = (0..<3).map { TopicPartition(topic: "orders", partition: $0) }
        let low = OffsetReset(group: "billing", partitions: orders, target: .shift(-1_000_000_000))
            .plan(Self.snapshot, times: nil)
        #expect(low.map(\.new) == [0, 0, 0])
        #expect(low[0].note == "its log begins there" && low[0].again == 12_000)
        let high = OffsetReset(group: "billing", partitions: [orders[0]], target: .offset(.max))
            .plan(Self.snapshot, times: nil)
        #expect(high[0].new == 13_358 && high[0].note == "its log ends there")
        let gone = OffsetReset(
            group: "billing", partitions: [TopicPartition(topic: "audit", partition: 0)], target: .earliest
        ).plan(Self.snapshot, times: nil)
        #expect(gone[0].new == nil, "a partition without a leader has no known ends")
    }

    @Test func `while the group has members it is refused, with the reason and the cure`() {
        // Kafka refuses it too, and its sentence leaves people guessing.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.groups", "groups.move-down", "groups.open", "group.reset-offsets")
        #expect(
            session.toast
                == "billing is Stable with 2 members, who would overwrite it: only an empty group can be moved"
                + " · C stops them")
        #expect(session.press("group.toggle-consumers") == [.client(.stopGroup("billing"))])
    }

    @Test func `the dry run is shown first, and enter commits exactly what it showed`() {
        // Nobody should learn what a reset did from its consequences.
        var session = emptyGroup()
        reset(&session, "earliest")
        #expect(session.shows("dry run") && session.shows("nothing has been done yet"))
        #expect(session.shows("12,000 records read again"))
        let commands = session.press("reset.apply-reset")
        let moves = (0..<3).map {
            OffsetMove(
                partition: TopicPartition(topic: "orders", partition: Int32($0)), offset: 0,
                from: $0 == 2 ? 1_013_333 : 12_000)
        }
        #expect(commands == [.moveOffsets(group: "billing", moves)])
        guard case .group = session.model.place else {
            Issue.record("the group is shown again")
            return
        }
    }

    @Test func `what was moved stands among the events, from where and to where`() {
        // Days later somebody asks why records came twice, or never.
        var session = emptyGroup()
        reset(&session, "earliest")
        guard case .moveOffsets(let group, let moves)? = session.press("reset.apply-reset").first else {
            Issue.record("nothing was asked for")
            return
        }
        session.send(.outcome(.offsetsMoved(group: group, moves, problem: nil)))
        #expect(session.toast == "Moved 3 offsets of billing")
        #expect(
            session.shows("◇ group     billing was moved in orders-0 from 12,000 to 0: 12,000 are read again"),
            "\(session)")
        // Where some were refused, only the others were moved.
        let ahead = OffsetMove(partition: moves[1].partition, offset: 13_000, from: 12_900)
        session.send(.outcome(.offsetsMoved(group: group, [ahead], problem: "Not moved: orders-0: FENCED")))
        #expect(session.toast == "Not moved: orders-0: FENCED")
        #expect(session.shows("in orders-1 from 12,900 to 13,000: 100 are skipped"), "\(session)")
        session.press("group.topics", "topics.move-down", "topics.open")
        #expect(session.shows("13,000: 100 are skipped"), "the topic's events tell it too: \(session)")
    }

    @Test func `a reset to a time asks the leaders, and moves nothing of which they say nothing`() {
        // Only the log knows which record came when.
        var session = emptyGroup()
        session.press("group.reset-offsets")
        session.type("-5m")
        let partitions = (0..<3).map { TopicPartition(topic: "orders", partition: $0) }
        let time = Fixture.instant(seconds: 60).wallClockMilliseconds - 300_000
        #expect(session.key(.enter) == [.inquire(.offsets(partitions, time: time))])
        #expect(session.shows("asking…"))
        session.send(
            .answer(
                .offsets(
                    .offsets(partitions, time: time),
                    [
                        PartitionTime(partition: partitions[0], offset: 11_000),
                        PartitionTime(partition: partitions[1], offset: nil),
                    ])))
        #expect(session.shows("1,000 records read again") && session.shows("no record is that new"))
        #expect(
            session.press("reset.apply-reset")
                == [
                    .moveOffsets(
                        group: "billing",
                        [
                            OffsetMove(partition: partitions[0], offset: 11_000, from: 12_000),
                            OffsetMove(partition: partitions[1], offset: 13_429, from: 12_000),
                        ])
                ])
    }

    @Test func `a member that comes meanwhile stops the reset`() {
        // Between the dry run and enter somebody may have started the consumers again.
        var session = emptyGroup()
        reset(&session, "latest")
        session.send(.snapshot(Fixture.snapshot(step: 62)))
        #expect(session.press("reset.apply-reset") == [])
        #expect(session.toast.contains("only an empty group can be moved"))
    }

    @Test func `wrong partitions and targets are said in the form`() {
        // Else one would start anew.
        var session = emptyGroup()
        session.press("group.reset-offsets")
        session.send(.key(KeyChord(.tab, .shift)))
        session.key(.backspace)
        session.key(.enter)
        #expect(session.shows("! To is missing: earliest, latest"), "\(session)")
        // There it is typed.
        session.type("yesterday")
        session.send(.key(KeyChord(.tab, .shift)))
        session.type("all")
        session.key(.enter)
        #expect(session.shows("! To takes earliest, latest"), "\(session)")
        session.type(",orders-9")
        session.key(.enter)
        #expect(session.shows("! billing has no partition"))
    }
}
