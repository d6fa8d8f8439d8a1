import KafkaBroker
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

    @Test func `the header counts what the view lists`() {
        // "1 fault" beside a view with two rows: who is down is broken, too.
        var session = Session(columns: 120, rows: 40)
        Self.broken(&session)
        #expect(FaultsView.items(session.model).count == 3)
        #expect(session.shows("2/3 up 3 faults") && session.shows("Faults(active)[3]"), "\(session)")
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

    @Test func `a node whose fall nobody saw has no beginning`() {
        // The console may have come later; a question mark looked as if somebody could answer it.
        var session = Session(empty: Size(columns: 120, rows: 40))
        session.send(.snapshot(Fixture.snapshot(step: 60)))
        session.press("topics.view-faults")
        #expect(session.selectedRow.contains("✗ down") && !session.selectedRow.contains("?"))
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.brokers[1].state = .running
        snapshot.brokers[2].logDirectoryFailure = "/data: kafkaStorageError"
        session.send(.snapshot(snapshot))
        #expect(session.selectedRow.contains("log directory offline") && !session.selectedRow.contains("?"))
    }

    @Test func `a broker that another cluster lists no more is down since it was missed`() {
        // Nobody tells what took it down; when it was missed the events tell.
        var session = Session(empty: Size(columns: 120, rows: 40))
        session.attach(Console.Attachment(name: "staging"))
        session.send(.snapshot(Fixture.snapshot(step: 60)))
        func tell(_ event: BrokerEvent.Kind, _ second: Double) {
            session.send(.cluster(.node(BrokerEvent(at: Fixture.instant(seconds: second), node: 101, kind: event))))
        }
        tell(.brokerFenced(2, reason: "the cluster lists it no more"), 10)
        tell(.brokerUnfenced(2), 20)
        tell(.brokerFenced(2, reason: "the cluster lists it no more"), 50)
        session.press("topics.view-faults")
        #expect(session.selectedRow.contains("10 s"), "\(session)")
        session.send(.cluster(.notice(.brokerUnreachable(2), at: Fixture.instant(seconds: 48))))
        #expect(session.selectedRow.contains("12 s"), "\(session)")
    }

    @Test func `a full disk's consequence tells since when, and its whole cause`() {
        // "Since ?" beside an event that says when; and the file that could not be written is what one looks for.
        let reason = "cannot append to orders-1/00000000000000012288.log: no space left on device"
        for size in GoldenTests.sizes {
            var session = Session(columns: size.columns, rows: size.rows)
            Self.fill(&session, reason)
            #expect(session.shows("14:03:21.120") || size.columns < 100, "\(session)")
            #expect(session.shows("12 s"), "\(session)")
            // In one line or in several.
            let words = reason.split(separator: " ").flatMap { $0.split(separator: "/") }
            for word in words { #expect(session.shows(String(word)), "\(session)") }
            #expect(!session.selectedRow.contains("…"), "\(session)")
        }
    }

    static func fill(_ session: inout Session, _ reason: String) {
        session.send(
            .cluster(
                .node(
                    BrokerEvent(
                        at: Fixture.instant(seconds: 48), node: 3, kind: .logDirectoryFailed(3, reason: reason)))))
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.brokers[1].state = .running
        snapshot.brokers[2].logDirectoryFailure = reason
        session.send(.snapshot(snapshot))
        session.press("topics.view-faults")
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
