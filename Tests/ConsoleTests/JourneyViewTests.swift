import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct JourneyViewTests {
    private static let safe = JourneySubject.record(Fixture.journeyPlace, offset: 12_350, leaderEpoch: nil)
    private static let lost = JourneySubject.record(Fixture.journeyPlace, offset: 12_400, leaderEpoch: 6)

    static func openSafe(_ session: inout Session) {
        session.press("topics.move-down", "topics.open", "topic.records")
        var row = Fixture.records[0]
        row.offset = 12_350
        session.answer([row])
        session.press("records.journey")
        session.send(.answer(.journey(.journey(safe), Fixture.journey)))
    }

    static func openLost(_ session: inout Session) {
        session.press("topics.ledger")
        session.send(.answer(.ledger(Fixture.ledger)))
        session.press("ledger.filter")
        session.type("loss 1")
        session.key(.enter)
        session.press("ledger.open", "loss.open")
        session.send(.answer(.journey(.journey(lost), Fixture.lostJourney)))
    }

    @Test func `a lost record's journey shows where it ended, at a key from the loss`() {
        // The point of the product: not that it is gone, but where.
        var session = Session(columns: 200, rows: 60)
        Self.openLost(&session)
        #expect(session.model.place == .journey(Self.lost))
        for words in [
            "Journey(orders-1 @ 12,400 · orders-k3x-1:7001)", "appended under epoch 6, acks=1", "acknowledged, acks=1",
            "delivery report: written", "broker 2 was killed", "broker 3 leads without it from epoch 7 on",
            "truncated by broker 2", "Lost, though it was acknowledged",
            "copied by broker 1: lost, truncated by broker 2 at 14:03:20.120", "✗ lost",
        ] { #expect(session.shows(words), "\(words) in \(session)") }
        // Asked for anew while it is shown, since what is missing may still come.
        #expect(session.send(.tick(Fixture.instant(seconds: 61))) == [.inquire(.journey(Self.lost))])
    }

    @Test func `the record under the cursor is followed, and what is not known yet is asked`() {
        // From the records, without knowing what stands in the ledger.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down", "topics.open", "topic.records")
        session.answer()
        session.press("records.top")
        let wanted = JourneySubject.record(
            TopicPartition(topic: "orders", partition: 1), offset: 12_300, leaderEpoch: nil)
        #expect(session.press("records.journey") == [.inquire(.journey(wanted))])
        #expect(session.shows("Asking…"))
        session.send(.answer(.none(.journey(wanted), reason: "nobody can be asked")))
        #expect(session.shows("Nobody can be asked"))
    }

    @Test func `each wish for a producer's next record is a wish for another`() {
        // Pressed again, the key follows a new record; going on looking follows the old one.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.clients")
        let first = JourneySubject.next(topic: "orders", wish: 1)
        #expect(session.press("clients.journey") == [.inquire(.journey(first))])
        #expect(session.shows("Waiting for the next record of the producer of orders…"))
        session.send(.answer(.journey(.journey(first), nil)))
        #expect(session.shows("Waiting for the next record"))
        session.send(.answer(.journey(.journey(first), Fixture.journey)))
        session.key(.escape)
        #expect(session.press("clients.journey") == [.inquire(.journey(.next(topic: "orders", wish: 2)))])
    }

    @Test func `a group's row has no record to follow`() {
        // A key that does nothing says why.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.clients", "clients.bottom")
        #expect(session.press("clients.journey") == [])
        #expect(session.toast == "Select a producer first")
    }

    @Test func `the path goes from the producer to the leader, and from it to who copies and reads`() {
        // Lines that start from the wrong place teach the wrong thing.
        let journey = Fixture.journey
        let path = JourneyPath(journey, width: 40)
        #expect(path.title == "prod  b3  b2  b1  billing")
        let rows = journey.steps.indices.map { path.row($0).plain.trimmed }
        let wanted = [
            "  ●", "  ●", "  ├───▶◆", "  │    ├──▶●", "  │    ├───┼──▶●", "  │    ●   │   │",
        ]
        #expect(Array(rows.prefix(6)) == wanted, "\(rows)")
    }

    @Test func `the axis has room for microseconds and minutes`() {
        // On an even axis all steps but the last would fall into one column.
        let steps = [0, 11, 900, 2_000, 47_000_000].map { (microseconds: Int64) in
            JourneyStep(.producer, .sent, .at(Moment(Fixture.start + .microseconds(microseconds))))
        }
        let scale = JourneyScale(steps, width: 60)
        let columns = steps.compactMap { $0.moment.flatMap { scale?.column(of: $0.to) } }
        #expect(columns == columns.sorted() && Set(columns).count == 5 && columns.last ?? 60 < 60, "\(columns)")
        #expect(scale?.title.contains("╷1ms") == true && scale?.title.contains("╷10s") == true)
        #expect(JourneyScale(Array(steps.prefix(1)), width: 60) == nil)
        #expect(JourneyScale(steps, width: 10) == nil)
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
