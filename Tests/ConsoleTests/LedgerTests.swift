import DeliveryLedger
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct LedgerTests {
    private func ledger(_ session: inout Session) {
        session.press("topics.ledger")
        session.send(.answer(.ledger(Fixture.ledger)))
    }

    @Test func `the ledger is asked for when it is shown, and again two seconds after each answer`() {
        // A verdict walks over a million records: it must not be in every picture.
        var session = Session()
        #expect(session.press("topics.ledger") == [.inquire(.ledger)])
        #expect(session.shows("Judging…"))
        #expect(session.send(.snapshot(Fixture.snapshot(step: 90))) == [], "one question at a time")
        #expect(session.send(.answer(.ledger(Fixture.ledger))) == [])
        #expect(session.model.nextTick.map { $0 <= Fixture.instant(seconds: 92) } == true)
        #expect(session.send(.tick(Fixture.instant(seconds: 91))) == [])
        #expect(session.send(.tick(Fixture.instant(seconds: 92))) == [.inquire(.ledger)])
        session.press("ledger.topics")
        #expect(session.send(.tick(Fixture.instant(seconds: 99))) == [], "nobody looks at it any more")
    }

    @Test func `what brokers said and what clients know bear different names`() {
        // Two rows that are both called lost, with two figures, look like a mistake.
        let rows = Fixture.ledger.accountRows + Fixture.ledger.topicRows
        let names = rows.map { $0.verdict.title }
        #expect(Set(names).count == names.count)
        let shared = Set(Fixture.ledger.accountRows.map(\.verdict.words))
            .intersection(Fixture.ledger.topicRows.map(\.verdict.words))
        #expect(shared.isEmpty, "\(shared)")
    }

    @Test func `where brokers cannot be asked, nothing is claimed about other clients`() {
        // Unknown is not zero: a real cluster keeps no such account.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.ledger")
        session.send(
            .answer(.ledger(LedgerPicture(takenAt: Fixture.start, account: nil, topics: Fixture.ledger.topics))))
        #expect(!session.shows("any client "))
        #expect(session.shows("these brokers tell nobody"))
        #expect(session.shows("orders › billing"))
        session.send(.answer(.none(.ledger, reason: "no broker answers")))
        #expect(session.shows("orders › billing"), "what was known stays")
    }

    @Test func `the ledger says of which moment it speaks`() {
        // Its "acknowledged" is not the "acked" of the line above: the producer goes on.
        for columns in [80, 120] {
            var session = Session(columns: columns, rows: 24)
            ledger(&session)
            #expect(session.shows("as of 14:04:01.620"), "\(session)")
            var foreign = Fixture.ledger
            foreign.account = nil
            session.send(.answer(.ledger(foreign)))
            #expect(session.shows("as of 14:04:01.620") && session.shows("only klamm's own clients"), "\(session)")
        }
    }

    @Test func `what a verdict means is read to its end on any screen`() {
        // It was cut with an ellipsis, and nothing showed the rest.
        for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
            var session = Session(columns: columns, rows: rows)
            ledger(&session)
            session.press("ledger.filter")
            session.type("never read")
            session.key(.enter)
            for word in ["gone, or", "passed", "moved", "ahead"] { #expect(session.shows(word), "\(session)") }
            session.press("ledger.open")
            #expect(session.model.place.view == .finding)
            #expect(session.shows("Never read, though acknowledged") && session.shows("ahead"), "\(session)")
        }
    }

    @Test func `where not all sentences have room, the selected one has`() {
        // The overview stays, and one still reads every sentence.
        var session = Session()
        ledger(&session)
        session.press("ledger.bottom")
        #expect(session.shows("Worked on again by the"), "\(session)")
        let last = session.screen
        session.press("ledger.top")
        #expect(session.screen != last && session.shows("their clients"), "\(session)")
        for _ in 0..<20 {
            session.press("ledger.move-down")
            #expect(!session.selectedRow.isEmpty, "\(session)")
        }
    }

    @Test func `after the selected row's sentence others are whole too, as long as there is room`() {
        // Lines stayed empty below sentences that were cut.
        var table = Table(
            items: (1...4).map { "sentence number \($0) is long" },
            columns: [
                Column(title: "A", minimum: 1) { _ in "-" },
                Column(title: "What it means", minimum: 10, maximum: 400, shrinks: true) { StyledText($0) },
            ], id: { .name($0) }, words: { $0 }, empty: "", gapMost: TableLayout.gapLeast, wraps: .intoRoom)
        func lines(selected: Int, rows: Int) -> [Int] {
            var state = ListState()
            state.index = selected
            return table.listing(state).shown(state, in: Rectangle(row: 0, column: 0, rows: rows + 1, columns: 24))
                .lines.map(\.count)
        }
        #expect(lines(selected: 3, rows: 8) == [2, 2, 2, 2])
        #expect(lines(selected: 3, rows: 6) == [2, 1, 1, 2])
        #expect(lines(selected: 1, rows: 5) == [1, 2, 1, 1])
        // Of what happened one reads the sentences.
        table.wraps = .whole
        #expect(lines(selected: 3, rows: 6) == [2, 2, 2])
        #expect(lines(selected: 1, rows: 5) == [2, 2, 1])
    }

    @Test(arguments: [Size(columns: 120, rows: 40), Size(columns: 120, rows: 30)])
    func `no sentence is cut where there is room to wrap it`(size: Size) {
        // "…" where the verdict's reason was to be read; what has no room is scrolled to.
        var session = Session(columns: size.columns, rows: size.rows)
        ledger(&session)
        for _ in 0..<12 {
            #expect(!session.shows("…"), "\(session)")
            session.press("ledger.move-down")
        }
    }

    @Test func `a sentence of several looks is broken between words, and keeps its looks`() {
        // "it stan" in one line and "ds" in the next reads badly.
        let text =
            StyledText("offset ", .muted) + StyledText("committed:  it", .warning) + StyledText(" stands", .muted)
        let lines = text.inWords(to: 14)
        #expect(lines.map(\.plain) == ["offset", "committed: it", "stands"])
        #expect(lines[1].runs.map(\.style) == [Style(.warning)] && lines[2].runs.map(\.style) == [Style(.muted)])
    }

    @Test func `what became of records stands first on a narrow screen`() {
        // At 80 columns a sentence is cut: "The client has read that t…" said nothing of what was lost.
        var session = Session()
        ledger(&session)
        for words in ["Gone, though the client", "Never read, though", "Written, as the producer"] {
            #expect(session.shows(words), "\(session)")
        }
    }

    @Test func `what is waited for is not among the unknown`() {
        // The strip above counts those whose answer will never come.
        var session = Session(columns: 120, rows: 40)
        var picture = Fixture.ledger
        picture.topics[0].verdict.pending = picture.topics[0].verdict.unknown
        session.press("topics.ledger")
        session.send(.answer(.ledger(picture)))
        #expect(session.shows("in flight") && !session.shows("◐ unknown"), "\(session)")
    }

    @Test func `enter on a loss tells how it came about, step by step, and which records it was`() {
        // The point of klamm: not that something is gone, but why.
        var session = Session(columns: 120, rows: 40)
        ledger(&session)
        session.press("ledger.filter")
        session.type("loss 1")
        session.key(.enter)
        session.press("ledger.open")
        #expect(session.model.place == .loss(1))
        #expect(session.shows("Broker 2 was killed at 14:03:13.120"))
        #expect(session.shows("Broker 3 led from 14:03:14.430 on under epoch 7"))
        #expect(session.shows("12,400  key-0 = {\"order\":0}"))
        session.press("loss.bottom")
        #expect(session.shows("2 more were not seen before they went"))
    }

    @Test func `a loss that is too large to show says how much of it is left out`() {
        // Forty records under a count of 42 would look like all there was to see.
        var session = Session(columns: 120, rows: 40)
        var picture = Fixture.ledger
        picture.account?.losses[0].recordsLeftOut = 1
        session.press("topics.ledger")
        session.send(.answer(.ledger(picture)))
        session.press("ledger.filter")
        session.type("loss 1")
        session.key(.enter)
        session.press("ledger.open", "loss.bottom")
        #expect(session.shows("Left out here: 1 more record"))
        #expect(session.shows("1 more were not seen before they went"))
    }

    @Test func `the event line of a loss opens it, before the ledger has answered`() {
        // Whoever reads that records are lost wants to know which, now.
        var session = Session(columns: 120, rows: 40)
        session.send(.cluster(.notice(.recordsLost(Fixture.loss), at: Fixture.instant(seconds: 61))))
        session.press("topics.events")
        #expect(session.press("events.open") == [.inquire(.ledger)])
        #expect(session.model.place == .loss(1))
        #expect(session.shows("key-0 = "))
        session.press("loss.back")
        #expect(session.model.place == .events)
    }

    @Test func `enter on any other event goes to its group or topic`() {
        // The line names it; one need not look for it again.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.events", "events.move-down", "events.open")
        #expect(session.model.place == .group("billing"))
    }

    @Test func `a verdict opens the records that it is about, and they the log`() {
        // A number accuses; a record proves.
        var session = Session(columns: 120, rows: 40)
        ledger(&session)
        session.press("ledger.filter")
        session.type("duplicate")
        session.key(.enter)
        session.press("ledger.open")
        #expect(session.model.place == .finding(LedgerVerdict(.topic("orders"), .duplicate)))
        #expect(session.shows("orders-k3x-1 number 7,000"))
        #expect(session.shows("Twice in the log: one record at two places"))
        let commands = session.press("finding.open")
        guard case .fetchRecords(let query)? = commands.first else {
            Issue.record("no records were asked for: \(commands)")
            return
        }
        #expect(query.start == .offset(900) && query.topic == "orders" && query.partition == 1)
    }

    @Test func `a verdict of which only the number is known says what it means`() {
        // There is nothing to open, and nothing happening at all would look broken.
        var session = Session()
        ledger(&session)
        session.press("ledger.top", "ledger.open")
        #expect(session.model.place == .ledger)
        #expect(session.toast == "Written, as brokers told their clients")
    }

    @Test func `none lost and none doubled is said, other sorts only where there are any`() {
        // That nothing was lost is what one came to hear; twenty zeros are not.
        let verdict = DeliveryVerdict()
        let picture = LedgerPicture(
            takenAt: Fixture.start,
            account: LedgerAccount(acknowledged: 0, forgotten: 0, losses: []),
            topics: [LedgerPicture.Topic(name: "orders", verdict: verdict)])
        #expect(picture.accountRows.map(\.verdict.name) == [.acknowledged, .lost])
        #expect(picture.topicRows.map(\.verdict.name) == [.acknowledged, .lost, .duplicate])
    }
}
