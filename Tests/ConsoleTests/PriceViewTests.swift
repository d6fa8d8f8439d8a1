import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console
@testable import DeliveryLedger

@Suite struct PriceViewTests {
    private static func node(_ seconds: Double, _ kind: BrokerEvent.Kind, _ node: BrokerID = 101) -> Event {
        .cluster(.node(BrokerEvent(at: Fixture.instant(seconds: seconds), node: node, kind: kind)))
    }

    /// Broker 3 is killed too, after a minute; broker 1 takes over what it can, and klamm's producer hears of it.
    static func killed(_ session: inout Session) {
        session.send(.cluster(.fault(.kill(3), at: Fixture.instant(seconds: 59.2))))
        session.send(node(60.7, .brokerFenced(3, reason: "its session expired after 1500 ms")))
        let orders = (1...2).map { TopicPartition(topic: "orders", partition: $0) }
        for (partition, leader) in zip(orders, [BrokerID.none, 1]) {
            session.send(
                node(
                    60.71,
                    .leaderElected(
                        partition, leader: leader, previous: 3, leaderEpoch: 8, isr: [leader], unclean: false)))
        }
        session.send(node(60.73, .leadershipBegan(orders[1], leaderEpoch: 8, startOffset: 1_013_300), 1))
        session.send(.cluster(.notice(.recordsLost(lost), at: Fixture.instant(seconds: 60.73))))
        session.send(.snapshot(snapshot(step: 62)))
        session.press("topics.price")
    }

    private static func snapshot(step: Int) -> ClusterSnapshot {
        var snapshot = Fixture.snapshot(step: step)
        snapshot.workload?.producers[0].failed += 7
        snapshot.workload?.producers[0].unknown += 31
        snapshot.workload?.producers[0].waits = [
            AcknowledgementWait(.milliseconds(1921), at: Fixture.instant(seconds: 61.2))
        ]
        snapshot.workload?.producers[0].doubled = 5
        return snapshot
    }

    private static var lost: Loss {
        var loss = Fixture.loss
        loss.broker = 3
        loss.election.at = Fixture.instant(seconds: 60.73)
        return loss
    }

    @Test func `the price tells times since the fault, and counts since it by acks`() {
        // The figures that nobody has: what did this very fault cost?
        var session = Session(columns: 120, rows: 40)
        Self.killed(&session)
        #expect(session.shows("Price(kill 3)") && session.shows("it led 6 partitions"))
        #expect(session.shows("noticed") && session.shows("1.500 s"))
        #expect(session.shows("led again") && session.shows("1.530 s") && session.shows("1 of 6 partitions"))
        #expect(session.shows("orders-1: nobody in sync is up"))
        #expect(session.shows("R restarts broker 3") && session.shows("acks=1 orders"))
        session.press("price.filter")
        session.type("unknown orders")
        session.key(.enter)
        #expect(session.selectedRow.contains("31") && session.selectedRow.contains("acks=all orders"))
    }

    @Test func `what came of a fault stands in the order in which it came`() {
        // A client's error stood below the fencing that came a second later.
        var session = Session(columns: 120, rows: 40)
        session.send(.cluster(.fault(.kill(3), at: Fixture.instant(seconds: 59.2))))
        session.send(Self.node(60.7, .brokerFenced(3, reason: "its session expired after 1500 ms")))
        session.send(
            .cluster(.client(.clientError(client: "p", reason: "timed out"), at: Fixture.instant(seconds: 59.3))))
        session.press("topics.price")
        let rows = session.screen.split(separator: "\n").map(String.init)
        func row(_ name: String) -> Int { rows.firstIndex { $0.contains(name) } ?? -1 }
        let order = ["kill 3 ", "first client error", "noticed", "ended", "whole again", "● failed"].map(row)
        #expect(order == order.sorted() && order.first != -1, "\(session)")
    }

    @Test func `all that its line counts stands in its rows`() {
        // "3 worked on again, 9 sent again" in the toast, and no row of it.
        var session = Session(columns: 120, rows: 40)
        Self.killed(&session)
        #expect(!session.shows("sent again"))
        var more = Self.snapshot(step: 64)
        more.workload?.producers[0].resent += 9
        more.workload?.groups[0].processedAgain = 3
        session.send(.snapshot(more))
        session.press("price.filter")
        session.type("again klamm")
        session.key(.enter)
        #expect(session.selectedRow.contains("worked on again") && session.selectedRow.contains(" 3 "), "\(session)")
        session.press("price.back", "price.filter")
        session.type("outbox")
        session.key(.enter)
        #expect(session.selectedRow.contains("sent again") && session.selectedRow.contains(" 9 "), "\(session)")
    }

    @Test func `a toast and an event tell the price when all that was hit serve again`() {
        // One looks elsewhere while a cluster mends.
        var session = Session(columns: 120, rows: 40)
        Self.killed(&session)
        session.send(.cluster(.fault(.restart(3), at: Fixture.instant(seconds: 63))))
        var whole = Self.snapshot(step: 70)
        for topic in whole.topics.indices {
            for partition in whole.topics[topic].partitions.indices {
                let replicas = whole.topics[topic].partitions[partition].replicas.map(\.broker)
                whole.topics[topic].partitions[partition].isr = replicas
            }
        }
        session.send(.snapshot(whole))
        // What was lost comes first: the line of the event is cut at its end.
        #expect(
            session.toast.hasPrefix(
                "Over: kill 3 · 41 lost, 1 gone of unknown receipt, 7 sends failed, 31 unknown, 3 doubled, sends waited up to 1.921 s"
            ))
        #expect(session.toast.contains("; noticed after 1.500 s, led again after 1.530 s, whole after"))
        session.press("price.events")
        #expect(session.shows("Over: kill 3"))
        session.press("events.open")
        #expect(session.model.place == .price(2) && session.shows("whole again"))
    }

    @Test func `sends that were held up and did not fail are told`() {
        // No error came of it, and the application stood still.
        var session = Session(columns: 120, rows: 40)
        Self.killed(&session)
        #expect(session.shows("longest wait       1.921 s  acks=all orders"), "\(session)")
        #expect(session.shows("which came 2.000 s after"), "\(session)")
        var silent = Self.snapshot(step: 66)
        silent.workload?.producers[0].silentSince = Fixture.instant(seconds: 61.2)
        session.send(.snapshot(silent))
        #expect(session.shows("stands still") && session.shows("Nothing has been acknowledged for so long"))
    }

    @Test func `a send that still waits is told with its wait, which is not over`() {
        // "longest wait 1.9 s" beside six that had waited for forty.
        var session = Session(columns: 120, rows: 40)
        Self.killed(&session)
        var waiting = Self.snapshot(step: 100)
        waiting.workload?.producers[0].waitingSince = Fixture.instant(seconds: 60.2)
        session.send(.snapshot(waiting))
        #expect(session.shows("longest wait") && session.shows("s so far"), "\(session)")
        #expect(session.shows("not answered yet, while others are"), "\(session)")
        #expect(!session.shows("1.921 s"))
    }

    @Test func `with acks=0 nobody waits for an acknowledgement`() {
        // "Nothing has been acknowledged for so long" was true of every moment.
        var session = Session(columns: 120, rows: 40)
        var before = Fixture.snapshot(step: 58)
        before.workload?.producers[0].settings.acks = .none
        session.send(.snapshot(before))
        session.send(.cluster(.fault(.kill(3), at: Fixture.instant(seconds: 59.2))))
        var silent = before
        silent.takenAt = Fixture.instant(seconds: 66)
        silent.workload?.producers[0].silentSince = Fixture.instant(seconds: 61.2)
        silent.workload?.producers[0].waitingSince = Fixture.instant(seconds: 61.2)
        session.send(.snapshot(silent))
        session.press("topics.price")
        #expect(session.shows("stands still") && session.shows("No record has left the client"), "\(session)")
        #expect(!session.shows("Nothing has been acknowledged") && !session.shows("longest wait"))
    }

    @Test func `what may be another fault's doing is said to be`() {
        // A figure that is another's is worse than none.
        var session = Session(columns: 200, rows: 60)
        let cut = Fault.link(LinkFault(.node(3), .nodes, .cut))
        session.send(.cluster(.fault(cut, at: Fixture.instant(seconds: 58))))
        Self.killed(&session)
        #expect(session.shows("· \(cut) may be the cause as well"), "\(session)")
        #expect(session.shows("· kill 2, \(cut) went on"), "\(session)")
        session.press("price.filter")
        session.type("\(cut)")
        session.key(.enter)
        session.press("price.bottom")
        #expect(session.selectedRow.contains("goes on") && !session.selectedRow.contains("noticed"), "\(session)")
        session.press("price.open")
        #expect(session.shows("· kill 3 may be the cause as well"), "\(session)")
    }

    @Test func `the faults before stand below, and enter tells of them`() {
        // The last one is not always the one that one wonders about.
        var session = Session(columns: 120, rows: 40)
        Self.killed(&session)
        session.press("price.bottom")
        #expect(session.selectedRow.contains("kill 2"))
        session.press("price.open")
        #expect(session.model.place == .price(1) && session.shows("Price(kill 2)"))
        #expect(session.shows("price of kill 2"), "the way says of which fault")
        #expect(session.shows("Nobody had looked at klamm's own producers before it"))
    }

    @Test func `attached, what brokers tell nobody is unknown, with the reason`() {
        // Zero lost would be a promise that nobody has checked.
        var session = Session(empty: Size(columns: 120, rows: 40))
        session.attach(Console.Attachment(name: "staging", mayWrite: true))
        var snapshot = Fixture.snapshot(step: 0)
        snapshot.heardAt = snapshot.takenAt
        session.send(.snapshot(snapshot))
        session.press("topics.price")
        #expect(session.shows("Nothing was broken from here. What others break has no beginning that klamm knows."))
        session.key(.escape)
        session.send(.cluster(.fault(.kill(1), at: Fixture.instant(seconds: 1))))
        session.press("topics.price")
        #expect(session.shows("These brokers tell nobody what they acknowledged"))
        #expect(session.shows("times are when klamm saw it from outside"))
    }
}
