import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// What must be seen whole where there is little room for it.
@Suite struct NarrowScreenTests {
    @Test func `four brokers' log ends are seen at 80 columns`() {
        // Why a replica left the ISR is what one opens a topic for; its size is not.
        var session = Session()
        var snapshot = Fixture.snapshot(step: 60)
        var fourth = snapshot.brokers[0]
        (fourth.id, fourth.port) = (4, 9095)
        snapshot.brokers.append(fourth)
        // As in a lab: five digits.
        snapshot.topics[2].partitions.removeAll { ($0.logEndOffset ?? 0) > 99_999 }
        for index in snapshot.topics[2].partitions.indices {
            snapshot.topics[2].partitions[index].replicas.append(
                .init(broker: 4, state: .inSync, logEndOffset: 12_077))
        }
        session.send(.snapshot(snapshot))
        session.press("topics.move-down", "topics.open")
        #expect(session.shows("● 12,077"), "\(session)")
        #expect(session.shows("B1 ") && session.shows("B2✗ ") && session.shows("B4 "), "whose they are: \(session)")
        #expect(!session.shows("Start") && !session.shows("Size"), "\(session)")
    }

    @Test func `the port of an attached cluster is never cut off`() {
        // Two clusters on one host differ in nothing else.
        for (name, seen) in [
            ("127.0.0.1:19092", "◆ read-only 127.0.0.1:19092"),
            ("kafka-1.staging.example.com:9094", "…:9094"),
            ("127.0.0.1:19092,127.0.0.1:19093,127.0.0.1:19094", "127.0.0.1:19092 +2"),
            ("staging", "read-only  staging"),
        ] {
            var session = Session()
            session.attach(Console.Attachment(name: name))
            #expect(session.shows(seen), "\(session)")
        }
        var wide = Session(columns: 120, rows: 40)
        wide.attach(Console.Attachment(name: "127.0.0.1:19092"))
        #expect(wide.shows("Cluster    ◆ read-only  127.0.0.1:19092"), "\(wide)")
    }

    @Test func `a toast of two lines covers no border`() {
        // The row that one looks at was gone for its moment, with the table's edge.
        for size in GoldenTests.sizes {
            var session = Session(columns: size.columns, rows: size.rows)
            let words = String(repeating: "what could not be done, and why · ", count: 2 * size.columns / 40 + 1)
            session.send(.outcome(.failed(words)))
            let lines = session.screen.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count == size.rows)
            #expect(lines.dropLast().contains { $0.hasPrefix(" ! what could") }, "two lines at least \(session)")
            #expect(lines.count { $0.hasPrefix("╭") } == lines.count { $0.hasPrefix("╰") }, "\(session)")
            let crumbs = lines.lastIndex { $0.contains("topics") && $0.contains("brokers") }
            #expect(crumbs.map { lines[$0 - 1].hasPrefix("╰") } == true, "\(session)")
        }
    }

    @Test func `the view that is shown has its name among the numbers`() {
        // A number alone is no name.
        var session = Session()
        session.press("topics.groups")
        #expect(session.shows(" 3groups"), "\(session)")
        session.press("groups.scenarios")
        #expect(session.shows(" 5scenarios"), "\(session)")
    }

    @Test func `what was lost is read to its end without being selected`() {
        // At 120 columns the half of the sentence that tells why stood behind an ellipsis.
        var session = Session(columns: 120, rows: 40)
        session.send(.cluster(.notice(.recordsLost(Fixture.loss), at: Fixture.instant(seconds: 59))))
        for second in 0..<40 {
            session.send(.cluster(.fault(.thaw(1), at: Fixture.instant(seconds: 59.5 + Double(second) / 100))))
        }
        session.press("topics.events")
        while !session.shows("Lost: ") { session.press("events.page-down") }
        session.press("events.move-up", "events.move-up")
        #expect(session.shows("ended at 12,400"), "\(session)")
        #expect(!session.shows("…"), "\(session)")
    }

    @Test func `of what no log file tells the reason is whole at 80 columns`() {
        // "broker 2 is down: nobody ..." leaves out what it means.
        var session = Session()
        ReplicaLogsTests.open(&session)
        #expect(session.shows("○ broker 2 is down: nobody ") && session.shows("│ can look "), "\(session)")
    }

    @Test func `how many members a group of klamm's has is whole at 80 columns`() {
        // "2 me…" is not even a number of anything.
        var session = Session()
        session.press("topics.clients")
        #expect(session.shows("auto-commit ○ off  2 members"), "\(session)")
    }

    @Test func `empty tables say why, and what to do`() {
        // A table without a row looks like one that is still being filled.
        var session = Session()
        session.attach(Console.Attachment(name: "staging"))
        session.press("topics.ledger")
        session.send(.answer(.ledger(LedgerPicture(takenAt: Fixture.start, account: nil, topics: []))))
        #expect(session.shows("These brokers tell nobody what they acknowledged"), "\(session)")
        #expect(session.shows("P on a topic would start"), "\(session)")
        session = Session()
        var snapshot = Fixture.snapshot(step: 61)
        snapshot.groups = []
        session.send(.snapshot(snapshot))
        session.press("topics.groups")
        #expect(session.shows("There is no consumer group.") && !session.shows("yet"), "\(session)")
        session = Session()
        session.press("topics.move-down", "topics.producer-ids")
        session.send(.answer(.producers(ProducersPicture(topic: "orders", rows: []))))
        #expect(
            session.shows("other leaves an id in the logs") && session.shows("klamm's own are set to it"), "\(session)")
    }

    @Test func `that replicas move is not said when they are there`() {
        // "Moving ..." over a partition that has long arrived.
        var session = Session()
        let partition = TopicPartition(topic: "orders", partition: 0)
        let moves = [ReplicaMove(partition: partition, replicas: [3, 1], from: [1, 2, 3])]
        session.send(.outcome(.replicasMoving(moves)))
        #expect(session.toast == "Taking replicas of orders-0 away")
        var snapshot = Fixture.snapshot(step: 61)
        snapshot.topics[2].partitions[0].replicas = [3, 1].map { .init(broker: $0, state: .inSync, logEndOffset: 1) }
        session.send(.snapshot(snapshot))
        #expect(session.toast == "The replicas of orders-0 are on 3,1 now")
        session.send(.snapshot(Fixture.snapshot(step: 62)))
        #expect(session.toast == "The replicas of orders-0 are on 3,1 now", "told once")
    }

    @Test func `faults keep their places in the menu, whatever goes on`() {
        // A finger that knows that the third is a stop must not end a fault instead.
        var session = Session()
        func items(_ faults: [FaultState.ActiveFault]) -> [String] {
            var snapshot = Fixture.snapshot(step: 61)
            snapshot.brokers[1].state = .running
            snapshot.faults = faults
            session.send(.snapshot(snapshot))
            session.press("topics.faults")
            defer { session.key(.escape) }
            guard case .menu(let menu)? = session.model.overlay else { return [] }
            return menu.items.map(\.label)
        }
        let calm = items([])
        let broken = items([.init(fault: .disk(DiskFault(3, .full)), since: Fixture.start, until: nil)])
        #expect(Array(broken.prefix(calm.count)) == calm)
        #expect(broken.dropFirst(calm.count) == ["End: disk 3 full"])
    }
}
