import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct PartitionPastTests {
    private func change(
        _ seconds: Double, leader: BrokerID?, epoch: Int32, isr: [BrokerID]
    ) -> PartitionPast.Change {
        PartitionPast.Change(
            at: Fixture.instant(seconds: seconds), leader: leader, leaderEpoch: epoch, isr: isr)
    }

    @Test func `an event that comes after the picture that showed it still says when it was`() {
        // Events come from other threads than pictures; the axis must show the true moment.
        var past = PartitionPast()
        past.note(change(1, leader: 1, epoch: 0, isr: [1, 2]))
        past.note(change(9, leader: 2, epoch: 1, isr: [2]))
        past.note(change(8.4, leader: 2, epoch: 1, isr: [2]))
        #expect(past.changes.map(\.at) == [Fixture.instant(seconds: 1), Fixture.instant(seconds: 8.4)])
    }

    @Test func `a picture older than what an event told changes nothing`() {
        // Else a lane would flicker back to the old leader.
        var past = PartitionPast()
        past.note(change(5, leader: 2, epoch: 1, isr: [2]))
        past.note(change(6, leader: 1, epoch: 0, isr: [1, 2]))
        past.note(change(4, leader: 2, epoch: 1, isr: [2, 1]))
        #expect(past.changes.count == 1)
    }

    @Test func `what was before the first change nobody knows`() {
        // A blank is no claim.
        var past = PartitionPast()
        past.note(change(5, leader: 2, epoch: 1, isr: [2]))
        #expect(past.index(at: Fixture.instant(seconds: 4.9)) == nil)
        #expect(past.index(at: Fixture.instant(seconds: 5)) == 0)
    }

    @Test func `memory is bounded`() {
        // A flapping replica must not fill it.
        var past = PartitionPast()
        for second in 0..<1000 {
            past.note(change(Double(second), leader: 1, epoch: 0, isr: second % 2 == 0 ? [1] : [1, 2]))
        }
        #expect(past.changes.count == PartitionPast.most)
        #expect(past.changes.last?.isr == [1, 2])
    }
}

@Suite struct TimelineTests {
    private func timeline() -> Session {
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down", "topics.timeline")
        return session
    }

    private func lane(_ session: Session, _ words: String, after partition: String) -> String {
        let lines = session.screen.split(separator: "\n").map(String.init)
        guard let start = lines.firstIndex(where: { $0.contains("\(partition) epoch") }) else { return "" }
        return lines[start...].first { $0.contains(words) } ?? ""
    }

    @Test func `a lane tells when its replica was elected, and when it left`() {
        // Why a replica left is seen only beside what happened then.
        let session = timeline()
        let third = lane(session, "broker 3", after: "1")
        #expect(third.contains("◆") && third.contains("━"))
        let first = lane(session, "broker 1", after: "1")
        #expect(first.contains("▼") && first.contains("·"))
        #expect(session.screen.contains("✗"), "the fault stands on the same axis")
    }

    @Test func `time is scrolled by halves and zoomed, and the present is followed again`() {
        // An hour ago must be as near as now.
        var session = timeline()
        #expect(session.shows("live · 2:00 across"))
        session.press("timeline.zoom-in")
        #expect(session.shows("30 s across"))
        session.press("timeline.zoom-in", "timeline.earlier")
        #expect(session.shows("held in the past · 30 s across"))
        session.press("timeline.later")
        #expect(session.shows("live"), "one half back and one forth is the present")
        session.press("timeline.earlier", "timeline.earlier", "timeline.present")
        #expect(session.shows("live"))
    }

    @Test func `it goes on while nothing happens`() {
        // A timeline that stands still lies about now.
        var session = timeline()
        session.drawn()
        let before = session.screen
        session.send(.tick(Fixture.instant(seconds: 75)))
        #expect(session.model.redraw == .soon)
        #expect(session.screen != before)
        #expect(session.model.nextTick.map { $0 <= Fixture.instant(seconds: 76) } == true)
    }
}
