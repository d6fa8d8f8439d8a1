import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct ProducersViewTests {
    private static func row(
        _ partition: Int32, _ id: Int64, epoch: Int32 = 0, sequence: Int32, offset: Int64?, seconds: Double
    ) -> ProducersPicture.Row {
        var row = ProducersPicture.Row(partition: partition, producerID: id, epoch: epoch, lastSequence: sequence)
        row.lastOffset = offset
        row.lastTimestamp = Fixture.instant(seconds: seconds).wallClockMilliseconds
        return row
    }

    static let picture: ProducersPicture = {
        var open = row(1, 4_001, epoch: 7, sequence: 12, offset: 13_399, seconds: 51)
        open.transactionStart = 13_380
        return ProducersPicture(
            topic: "orders",
            rows: [
                row(0, 4_000, sequence: 4_310, offset: 13_357, seconds: 58.9),
                row(1, 4_000, sequence: 4_298, offset: 13_428, seconds: 58.8), open,
                row(2, 2_000, epoch: 3, sequence: -1, offset: nil, seconds: 1),
            ])
    }()

    static func open(_ session: inout Session) {
        session.press("topics.move-down", "topics.producer-ids")
        session.send(.answer(.producers(picture)))
        session.press("producers.move-down")
    }

    @Test func `ids, epochs, sequences and last offsets are shown per partition`() {
        // What a log goes by when a batch comes twice.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down")
        #expect(session.press("topics.producer-ids") == [.inquire(.producers(topic: "orders"))])
        session.send(.answer(.producers(Self.picture)))
        #expect(session.shows("Producer ids(orders)[4]"))
        #expect(session.selectedRow.contains("4000") && session.selectedRow.contains("4,310"))
        #expect(session.selectedRow.contains("13,357") && session.selectedRow.contains("14:03:32.020"))
        session.press("producers.move-down", "producers.move-down")
        #expect(session.selectedRow.contains("from 13,380"))
        session.press("producers.bottom")
        #expect(session.selectedRow.contains("–") && session.selectedRow.contains("?"))
    }

    @Test func `partitions that nobody answers for are named`() {
        // A list with a gap must not look whole.
        var session = Session(columns: 120, rows: 40)
        Self.open(&session)
        session.send(.answer(.producers(ProducersPicture(topic: "orders", rows: [], gap: "broker 3: timed out"))))
        #expect(session.shows("broker 3: timed out") && session.shows("No producer with enable.idempotence"))
        session.send(.answer(.none(.producers(topic: "orders"), reason: "UNSUPPORTED_VERSION")))
        #expect(session.shows("UNSUPPORTED_VERSION"))
    }

    @Test func `the question is put again while the screen is shown, and not after`() {
        // Sequences move; but nobody asks for what nobody sees.
        var session = Session(columns: 120, rows: 40)
        Self.open(&session)
        let now = session.model.now ?? Fixture.start
        #expect(session.send(.tick(now + .milliseconds(1_900))) == [])
        #expect(session.send(.tick(now + .milliseconds(2_100))) == [.inquire(.producers(topic: "orders"))])
        session.send(.answer(.producers(Self.picture)))
        session.key(.escape)
        #expect(session.send(.tick(now + .seconds(20))) == [])
    }
}
