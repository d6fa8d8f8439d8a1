import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct ReplicaLogsTests {
    private static let partition = TopicPartition(topic: "orders", partition: 1)

    private static func segment(
        _ base: Int64, _ size: Int64, batches: Int64?, last: Int64, isActive: Bool = false, index: Int64? = 1_600
    ) -> ReplicaLogsPicture.Segment {
        let digits = String(base)
        var segment = ReplicaLogsPicture.Segment(
            file: String(repeating: "0", count: 20 - digits.count) + digits + ".log", baseOffset: base, size: size,
            offsetIndex: index, timeIndex: index.map { $0 * 3 / 2 }, isActive: isActive)
        if let batches {
            segment.content = .init(
                batches: batches, records: last - base + 1, offsets: base...last,
                timestamp: Fixture.instant(seconds: Double(base) / 400).wallClockMilliseconds)
        }
        return segment
    }

    static let picture: ReplicaLogsPicture = {
        var torn = segment(12_288, 9_100, batches: 40, last: 12_400, isActive: true)
        torn.content?.damage = "no batch begins at byte 9100"
        return ReplicaLogsPicture(
            partition: partition,
            replicas: [
                .init(broker: 2, reason: "broker 2 is down: nobody can look"),
                .init(
                    broker: 3, directory: "/var/lib/klamm/broker-3/orders-1", size: 2_110_000,
                    segments: [
                        segment(0, 1_048_500, batches: nil, last: 8_191),
                        segment(8_192, 1_048_400, batches: 4_096, last: 12_287, index: nil),
                        segment(12_288, 13_100, batches: 61, last: 13_410, isActive: true, index: 0),
                    ], reason: "batches are counted in the newest 32 MiB only"),
                .init(broker: 1, directory: "/var/lib/klamm/broker-1/orders-1", size: 9_100, segments: [torn]),
            ])
    }()

    static func open(_ session: inout Session) {
        session.press("topics.move-down", "topics.open", "topic.move-down", "topic.segments")
        session.send(.answer(.segments(.segments(partition, broker: nil), picture)))
        session.press("segments.move-down", "segments.move-down")
    }

    @Test func `the files of every replica are asked for and shown`() {
        // Replicas whose logs differ explain what a follower lacks.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down", "topics.open", "topic.move-down")
        #expect(session.press("topic.segments") == [.inquire(.segments(Self.partition, broker: nil))])
        #expect(session.shows("Asking…"))
        session.send(.answer(.segments(.segments(Self.partition, broker: nil), Self.picture)))
        #expect(session.shows("Log files(orders-1)[5]"))
        #expect(session.selectedRow.contains("broker 2 is down: nobody can look"))
        session.press("segments.move-down")
        #expect(session.selectedRow.contains("00000000000000000000.log") && session.selectedRow.contains("?"))
        #expect(session.shows("batches are counted in the newest 32 MiB only"))
        session.press("segments.move-down")
        #expect(session.selectedRow.contains("4,096") && session.selectedRow.contains("to build"))
        #expect(session.selectedRow.contains("8,192") && session.selectedRow.contains("12,287"))
        session.press("segments.bottom")
        #expect(session.selectedRow.contains("✗") && session.shows("no batch begins at byte 9100"))
    }

    @Test func `of a broker's replica its own log is asked for, and enter reads a segment's records`() {
        // The way from the file to what is in it.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.brokers", "brokers.bottom", "brokers.move-up", "brokers.open", "broker.filter")
        session.type("orders-1")
        session.key(.enter)
        #expect(session.press("broker.segments") == [.inquire(.segments(Self.partition, broker: 3))])
        var own = Self.picture
        own.replicas.removeAll { $0.broker != 3 }
        session.send(.answer(.segments(.segments(Self.partition, broker: 3), own)))
        #expect(session.shows("Log files(orders-1 on 3)[3]"))
        session.press("segments.bottom", "segments.open")
        guard case .fetchRecords(let query)? = session.commands.last else {
            Issue.record("\(session.commands)")
            return
        }
        #expect(query.partition == 1 && query.start == .offset(12_288))
    }

    @Test func `from outside there are sizes, and the reason why there is no more`() {
        // Kafka's protocol does not tell of files.
        var session = Session(columns: 120, rows: 40)
        session.attach(Console.Attachment(name: "staging"))
        Self.open(&session)
        let outside = ReplicaLogsPicture(
            partition: Self.partition,
            replicas: [
                .init(
                    broker: 3, directory: "/data/orders-1", size: 2_110_000,
                    reason: "only its size is told from outside")
            ])
        session.send(.answer(.segments(.segments(Self.partition, broker: nil), outside)))
        #expect(session.shows("only its size is told from outside") && session.shows("2.0 MiB"))
        #expect(session.press("segments.open") == [])
    }
}
