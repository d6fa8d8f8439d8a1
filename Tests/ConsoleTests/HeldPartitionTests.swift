import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// Partitions whose high watermark is held, since too few of their replicas are in sync.
@Suite struct HeldPartitionTests {
    private static func picture(_ minISR: [Int?]) -> ClusterSnapshot {
        var snapshot = Fixture.snapshot(step: 90)
        for (index, minISR) in minISR.enumerated() {
            snapshot.topics[2].partitions[index].minISR = minISR.map { MinISR(setting: $0, replicas: 3) }
        }
        return snapshot
    }

    static func hold(_ session: inout Session) {
        session.send(.snapshot(picture([2, 2, 2])))
        session.press("topics.move-down", "topics.open")
    }

    @Test func `a high watermark that stands for want of replicas says so, and which`() {
        // One looks for a fault of the consumer's otherwise.
        for (columns, words) in [
            (80, "‖ high wm held: ISR < min.insync.replicas 2"),
            (120, "‖ high watermark of partition 1 held: ISR smaller than min.insync.replicas 2"),
        ] {
            var session = Session(columns: columns, rows: 24)
            Self.hold(&session)
            #expect(session.shows(words), "\(session)")
            #expect(session.shows("‖ 13,939"), "\(session)")
        }
    }

    @Test func `a setting beyond the number of replicas is shown as it was set`() {
        // Who has set 5 looks in vain for the 3 that somebody wants.
        let capped = MinISR(setting: 5, replicas: 3)
        #expect(capped.words == "min.insync.replicas 5, capped at 3 replicas")
        var session = Session(columns: 120, rows: 40)
        var snapshot = Self.picture([nil, nil, nil])
        snapshot.topics[2].partitions[1].minISR = capped
        session.send(.snapshot(snapshot))
        session.press("topics.move-down", "topics.open")
        #expect(session.shows("‖ high wm held: ISR < min.insync.replicas 5, capped at 3 replicas"), "\(session)")
        #expect(
            snapshot.topics[2].partitions[1].holdReason?.hasSuffix(
                "is smaller than min.insync.replicas 5, capped at 3 replicas") == true)
    }

    @Test func `where nobody tells how many must be in sync nothing is claimed`() {
        // A real cluster's leader does not say by which number it goes.
        var session = Session()
        session.send(.snapshot(Self.picture([nil, nil, nil])))
        session.press("topics.move-down", "topics.open")
        #expect(!session.shows("‖"), "\(session)")
        session.send(.snapshot(Self.picture([2, 1, 2])))
        #expect(!session.shows("‖"), "\(session)")
    }
}
