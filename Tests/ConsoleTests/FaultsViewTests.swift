import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct FaultsViewTests {
    static func broken(_ session: inout Session) {
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.faults = [
            FaultState.ActiveFault(
                fault: .link(LinkFault(.node(3), .nodes, .cut)), since: Fixture.instant(seconds: 44), until: nil),
            FaultState.ActiveFault(
                fault: .disk(DiskFault(1, .slow(.milliseconds(50)))), since: Fixture.instant(seconds: 50),
                until: Fixture.instant(seconds: 75)),
        ]
        session.send(.snapshot(snapshot))
        session.press("topics.view-faults")
    }

    @Test func `the view tells who is hit, since when, and what ends it`() {
        // A fault that was forgotten explains an hour of puzzling.
        var session = Session(columns: 120, rows: 40)
        Self.broken(&session)
        #expect(session.shows("Broker 3 and all other nodes"))
        #expect(session.shows("14:03:17.120") && session.shows("16 s"), "since when, and for how long")
        #expect(session.shows("by itself in 15 s"))
        #expect(session.shows("down: killed") && session.shows("14:03:13.120"))
    }

    @Test func `h ends the selected fault alone, or brings the selected node back`() {
        // Healing everything would end the experiment.
        var session = Session(columns: 120, rows: 40)
        Self.broken(&session)
        #expect(
            session.press("faults.move-down", "faults.heal-one")
                == [.inject(.heal(.disk(DiskFault(1, .slow(.milliseconds(50))))))])
        #expect(session.press("faults.bottom", "faults.heal-one") == [.inject(.restart(2))])
        #expect(session.press("faults.heal").contains(.inject(.healAll)))
    }

    @Test func `a node whose fall nobody saw is down since an unknown time`() {
        // The console may have come later.
        var session = Session(empty: Size(columns: 120, rows: 40))
        session.send(.snapshot(Fixture.snapshot(step: 60)))
        session.press("topics.view-faults")
        #expect(session.selectedRow.contains("✗ down") && session.selectedRow.contains("?"))
    }

    @Test func `nothing broken says how to break something`() {
        // An empty table is no answer.
        var session = Session(empty: Size(columns: 120, rows: 40))
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.brokers[1].state = .running
        session.send(.snapshot(snapshot))
        session.press("topics.view-faults")
        #expect(session.shows("Nothing is broken. f breaks something."))
        #expect(session.press("faults.heal-one") == [])
    }
}
