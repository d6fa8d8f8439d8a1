import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct ClusterCardsTests {
    /// Three controllers, of which one is behind; broker 3 is cut off, and two other links are not as they should be.
    static func cut(_ session: inout Session) {
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.controllers = [
            Fixture.controller(101, isActive: true, end: 1_235), Fixture.controller(102, end: 1_235),
            Fixture.controller(103, end: 1_198),
        ]
        let faults: [(Double, Fault)] = [
            (44, .link(LinkFault(.node(3), .nodes, .cut))),
            (50, .disk(DiskFault(1, .slow(.milliseconds(50))))),
            (51, .link(LinkFault(.node(1), .node(101), isOneWay: true, .stall))),
            (52, .link(LinkFault(.clients, .node(1), .delay(.milliseconds(50), jitter: .milliseconds(20))))),
        ]
        snapshot.faults = faults.map {
            FaultState.ActiveFault(fault: $1, since: Fixture.instant(seconds: $0), until: nil)
        }
        session.send(.snapshot(snapshot))
        session.press("topics.brokers")
    }

    @Test func `a card tells state, figures and faults of its node`() {
        // One look at the cluster must be enough to see who is in trouble, and why.
        var session = Session(columns: 120, rows: 40)
        Self.cut(&session)
        #expect(session.selectedRow.contains("● Broker 1 · running"))
        #expect(session.shows("Leads") && session.shows("46 MiB") && session.shows("✗ disk 1 slow 50ms"))
        #expect(session.shows("53 replicas out of sync"))
        #expect(session.shows("◆ Controller 101 · active") && session.shows("quorum led by 101 in epoch 7"))
        #expect(session.shows("up to 37 behind"))
    }

    @Test func `a diagram shows each link that is not as it should be`() {
        // Who cannot reach whom is the first question in a partition.
        var session = Session(columns: 120, rows: 40)
        Self.cut(&session)
        #expect(session.shows("▶ 1, 2, 101, 102, 103") && session.shows("cut since 14:03:17.120"))
        #expect(session.shows("Broker 1    ─") && session.shows("stalled one way since"))
        #expect(session.shows("50 ms ± 20 ms") && session.shows("slow since"))
        session.send(.resized(Size(columns: 80, rows: 24)))
        #expect(session.shows("▶ all other nodes  cut 14:03:17.120"), "under the table too: \(session)")
    }

    @Test func `keys and mouse go from card to card`() {
        // Cards are rows that look different.
        var session = Session(columns: 120, rows: 40)
        Self.cut(&session)
        session.press("brokers.move-down")
        #expect(session.selectedRow.contains("✗ Broker 2 · down"))
        if let place = session.place(of: "46 MiB") { session.send(.mouse(MouseEvent(.click, at: place))) }
        #expect(session.selectedRow.contains("Broker 1"), "\(session)")
        #expect(session.press("brokers.bottom", "brokers.kill") == [.inject(.kill(103))])
    }

    @Test func `where cards do not fit there is a table`() {
        // Half of a card tells less than a row.
        var session = Session(columns: 80, rows: 24)
        session.press("topics.brokers")
        #expect(session.shows("Out of sync") && !session.shows("Broker 1 · running"))
        session = Session(columns: 200, rows: 60)
        session.press("topics.brokers")
        #expect(session.shows("Broker 1 · running"))
        var many = Fixture.snapshot(step: 61)
        many.brokers = (1...40).map {
            ClusterSnapshot.Broker(id: BrokerID($0), host: "h", port: 1, state: .running, leaders: 0, replicas: 0)
        }
        session.send(.snapshot(many))
        #expect(!session.shows("Broker 1 · running") && session.shows("Broker 30"))
    }
}
