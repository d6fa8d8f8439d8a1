import Foundation
import KafkaProtocol
import Testing

@testable import Console

/// Every screen as text, looked at by a person and kept: a change that nobody meant is seen as a difference.
/// `KLAMM_RECORD_GOLDEN=1 swift test --filter Golden` records them anew.
@Suite struct GoldenTests {
    static let sizes = [Size(columns: 80, rows: 24), Size(columns: 120, rows: 40), Size(columns: 200, rows: 60)]
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    static let scenes: [(name: String, play: @Sendable (inout Session) -> Void)] = [
        ("brokers", { $0.press("topics.brokers") }),
        ("brokers-cut", { ClusterCardsTests.cut(&$0) }),
        ("broker", { $0.press("topics.brokers", "brokers.open", "broker.bottom") }),
        ("topics", { $0.press("topics.move-down") }),
        ("topics-out-of-reach", { AttachmentTests.loseSight(&$0) }),
        ("group-deserted", { CommitMovesTests.reset(&$0) }),
        (
            "topics-filter",
            {
                $0.press("topics.filter"); $0.type("o")
            }
        ),
        ("topic", { openOrders(&$0) }),
        ("topic-held", { HeldPartitionTests.hold(&$0) }),
        ("topic-many-partitions", { $0.press("topics.bottom", "topics.open", "topic.bottom") }),
        (
            "topic-killed",
            {
                openOrders(&$0); $0.press("topic.move-down", "topic.kill")
            }
        ),
        ("records", { openRecords(&$0) }),
        (
            "record-json",
            {
                openRecords(&$0); $0.press("records.top", "records.open"); answerBatch(&$0)
            }
        ),
        (
            "record-folded",
            {
                openRecords(&$0); $0.press("records.top", "records.open", "record.fold"); answerBatch(&$0)
            }
        ),
        (
            "search",
            {
                openRecords(&$0); $0.press("records.search"); $0.key(.tab); $0.type("/(/"); $0.key(.enter)
            }
        ),
        ("searching", { searchOrders(&$0) }),
        (
            "records-columns",
            {
                openRecords(&$0); $0.press("records.top", "records.columns"); $0.key(.enter)
            }
        ),
        (
            "tombstone",
            {
                openRecords(&$0); $0.press("records.top", "records.tombstone")
            }
        ),
        (
            "record-binary",
            {
                openRecords(&$0); $0.press("records.move-up", "records.open")
            }
        ),
        (
            "record-unicode",
            {
                openRecords(&$0); $0.press("records.open")
            }
        ),
        (
            "record-protobuf",
            {
                ProtobufTests.browse(&$0, ProtobufVectors.orderBytes); $0.press("records.open"); answerBatch(&$0)
            }
        ),
        (
            "record-broken",
            {
                ProtobufTests.browse(&$0, Array(ProtobufVectors.orderBytes.prefix(60))); $0.press("records.open")
                answerBatch(&$0)
            }
        ),
        ("groups", { $0.press("topics.groups", "groups.move-down") }),
        ("group", { openBilling(&$0) }),
        ("groups-silent", { GroupVerdictTests.fallSilent(&$0) }),
        ("events", { $0.press("topics.events") }),
        ("scenarios", { $0.press("topics.scenarios", "scenarios.move-down") }),
        (
            "story",
            {
                $0.send(.story(Fixture.story)); $0.send(.snapshot(Fixture.snapshot(step: 0)))
            }
        ),
        (
            "story-topics",
            {
                $0.send(.story(Fixture.story)); $0.send(.snapshot(Fixture.snapshot(step: 0)))
                $0.press("story.topics")
            }
        ),
        (
            "story-leaving",
            {
                $0.send(.story(Fixture.story)); $0.send(.snapshot(Fixture.snapshot(step: 0)))
                $0.press("story.topics"); $0.type("q")
            }
        ),
        ("ledger", { openLedger(&$0) }),
        (
            "loss",
            {
                openLedger(&$0); $0.press("ledger.filter"); $0.type("loss 1"); $0.key(.enter); $0.press("ledger.open")
            }
        ),
        (
            "finding",
            {
                openLedger(&$0); $0.press("ledger.filter"); $0.type("duplicate"); $0.key(.enter)
                $0.press("ledger.open")
            }
        ),
        ("active-faults", { FaultsViewTests.broken(&$0) }),
        ("price", { PriceViewTests.killed(&$0) }),
        ("timeline", { $0.press("topics.move-down", "topics.timeline") }),
        ("configs", { TopicConfigTests.open(&$0) }),
        ("segments", { ReplicaLogsTests.open(&$0) }),
        ("producers", { ProducersViewTests.open(&$0) }),
        ("journey", { JourneyViewTests.openSafe(&$0) }),
        ("journey-lost", { JourneyViewTests.openLost(&$0) }),
        ("clients", { $0.press("topics.clients") }),
        ("client", { $0.press("topics.clients", "clients.open", "client.move-down") }),
        (
            "setting",
            {
                $0.press("topics.clients", "clients.open", "client.bottom", "client.open"); $0.type("x")
                $0.key(.enter)
            }
        ),
        (
            "members",
            {
                openBilling(&$0); $0.press("group.members")
            }
        ),
        ("members-reconciling", { GroupMembersTests.openReconciling(&$0) }),
        ("reset", { openReset(&$0) }),
        ("help", { $0.press("topics.help") }),
        (
            "palette",
            {
                $0.press("topics.palette"); $0.type("or")
            }
        ),
        (
            "produce",
            {
                openOrders(&$0); $0.press("topic.produce"); $0.key(.tab); $0.type("{\"id\": 18}")
            }
        ),
        (
            "faults",
            {
                openOrders(&$0); $0.press("topic.faults")
            }
        ),
        (
            "delete",
            { session in
                session.press("topics.move-down", "topics.delete-topic")
                session.type("wrong")
                session.key(.enter)
            }
        ),
        (
            "ending",
            {
                $0.makeEphemeral(); $0.type("q")
            }
        ),
        (
            "paused",
            {
                openOrders(&$0); $0.press("topic.pause")
            }
        ),
    ]

    private static func openReset(_ session: inout Session) {
        openBilling(&session)
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.groups[1].state = "Empty"
        snapshot.groups[1].members = []
        session.send(.snapshot(snapshot))
        session.press("group.reset-offsets")
        session.type("-1,400")
        session.key(.enter)
    }

    private static func openLedger(_ session: inout Session) {
        session.press("topics.ledger")
        session.send(.answer(.ledger(Fixture.ledger)))
    }

    private static func openOrders(_ session: inout Session) {
        session.press("topics.move-down", "topics.open")
    }

    private static func openRecords(_ session: inout Session) {
        openOrders(&session)
        session.press("topic.records")
        session.answer()
    }

    private static func answerBatch(_ session: inout Session) {
        guard case .record(let partition, let offset) = session.model.place, let batch = try? Fixture.batch else {
            return
        }
        session.send(.answer(.batch(.batch(partition, offset: offset), batch)))
    }

    private static func searchOrders(_ session: inout Session) {
        openRecords(&session)
        session.press("records.search")
        session.type("customer")
        session.key(.enter)
        let found = Fixture.records.filter { $0.partition < 2 && $0.offset < 12_302 }
        session.answer(found)
    }

    private static func openBilling(_ session: inout Session) {
        session.press("topics.groups", "groups.move-down", "groups.open")
    }

    @Test(arguments: scenes.map(\.name))
    func `a screen looks as it did when a person last approved of it`(name: String) throws {
        // Every view at the least size and at a usual one: layout is what breaks without anybody noticing.
        let scene = try #require(Self.scenes.first { $0.name == name })
        for size in Self.sizes {
            var session = Session(columns: size.columns, rows: size.rows)
            scene.play(&session)
            try Self.compare(session.screen, name: "\(name)-\(size.columns)x\(size.rows)")
        }
    }

    @Test(arguments: scenes.map(\.name))
    func `without colours weight and reversal say what colour says elsewhere`(name: String) throws {
        // NO_COLOR, a printer, an old terminal: below each line stands how its cells are drawn.
        let scene = try #require(Self.scenes.first { $0.name == name })
        var session = Session()
        scene.play(&session)
        try Self.compare(Self.mono(session.grid), name: "\(name)-mono")
    }

    /// A letter for each cell that is not plain: bold, dim, underlined, reversed, slanted; a capital where there is
    /// more than one, by the strongest.
    private static func mono(_ grid: Grid) -> String {
        let letters: [(Attributes, Character)] = [
            (.reverse, "r"), (.underline, "u"), (.bold, "b"), (.dim, "d"), (.italic, "i"),
        ]
        var lines: [String] = []
        for (row, text) in grid.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var marks = grid.row(row).reduce(into: "") { marks, cell in
                let attributes = Theme.mono.resolve(cell.style, depth: .mono).attributes
                let own = letters.filter { attributes.contains($0.0) }.map(\.1)
                marks.append(own.count > 1 ? Character(own[0].uppercased()) : own.first ?? " ")
            }
            while marks.last == " " { marks.removeLast() }
            lines += [String(text), marks]
        }
        return lines.joined(separator: "\n")
    }

    @Test func `before the first snapshot nothing is claimed`() throws {
        // Numbers that are not known yet must not look like zeros.
        let session = Session(empty: Size(columns: 80, rows: 24))
        try Self.compare(session.screen, name: "waiting-80x24")
    }

    @Test func `a screen that is too small says so`() throws {
        // Half a table is worse than a sentence; and q must still leave.
        var session = Session()
        session.send(.resized(Size(columns: 60, rows: 12)))
        try Self.compare(session.screen, name: "too-small-60x12")
        #expect(session.type("q") == [.quit])
    }

    private static func compare(_ screen: String, name: String) throws {
        let file = folder.appending(path: "\(name).txt")
        if ProcessInfo.processInfo.environment["KLAMM_RECORD_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data((screen + "\n").utf8).write(to: file)
            return
        }
        let golden = try String(decoding: Data(contentsOf: file), as: UTF8.self)
        guard screen + "\n" != golden else { return }
        let lines = zip(
            screen.split(separator: "\n", omittingEmptySubsequences: false),
            golden.split(separator: "\n", omittingEmptySubsequences: false))
        let difference = lines.enumerated().first { $0.element.0 != $0.element.1 }
        Issue.record(
            """
            \(name) differs from its golden, first in line \((difference?.offset ?? -1) + 1):
            now:    \(difference?.element.0 ?? "")
            golden: \(difference?.element.1 ?? "")
            \(screen)
            """)
    }
}
