import KafkaProtocol
import Testing

@testable import Console

/// A screen without a terminal: what `klamm snapshot` prints.
@Suite struct StillPictureTests {
    private static let size = Size(columns: 80, rows: 24)

    private func picture(_ view: String, of subject: String? = nil) throws -> StillPicture {
        var picture = try StillPicture(view: view, of: subject, size: Self.size)
        for event in Fixture.events { _ = picture.take(.cluster(event)) }
        _ = picture.take(.scenarios(Fixture.scenarios))
        for step in 0..<60 { _ = picture.take(.snapshot(Fixture.snapshot(step: step))) }
        return picture
    }

    @Test(
        arguments: [
            ("brokers", nil, "Brokers(all)[4]"), ("broker", "1", "Broker(1)"), ("topics", nil, "Topics(all)[5]"),
            ("topic", "orders", "Topic(orders)[3]"), ("groups", nil, "Groups(all)[3]"),
            ("group", "billing", "Group(billing)[3]"), ("events", nil, "Events(all)[12]"),
            ("scenarios", nil, "Scenarios(all)[2]"), ("faults", nil, "Faults(active)[1]"),
            ("clients", nil, "Clients(klamm's own)[2]"), ("client", "producer:orders", "Producer(orders)[23]"),
            ("members", "billing", "Members(billing)[2]"), ("timeline", "orders", "ISR over time(orders)[13]"),
        ] as [(String, String?, String)])
    func `a view is what the console shows of it`(view: String, subject: String?, title: String) throws {
        // Who reads it by ear must get the same as who sees it.
        var picture = try picture(view, of: subject)
        #expect(try picture.open() == [])
        let text = try picture.grid().text
        #expect(
            text.contains("─ \(title)") && text.split(separator: "\n", omittingEmptySubsequences: false).count == 24)
        #expect(text.contains("◆ klamm  5L6g3nShT"))
    }

    @Test func `a group that was hardly looked at is not called well, and the screen says why`() throws {
        // After one second it was OK or ?, by luck.
        for (view, subject) in [("group", "billing"), ("groups", nil)] {
            var picture = try StillPicture(view: view, of: subject, size: Size(columns: 120, rows: 40), isText: true)
            for step in 0...1 { _ = picture.take(.snapshot(Fixture.snapshot(step: step))) }
            _ = try picture.open()
            let text = try picture.grid().text
            #expect(text.contains("Verdict ?:") && text.contains("of 10 commits were seen"), "\(text)")
            #expect(!text.contains("● OK"), "\(text)")
        }
        var picture = try picture("group", of: "billing")
        _ = try picture.open()
        #expect(try !picture.grid().text.contains("Verdict ?:"))
    }

    @Test func `a group that was behind before one looked says so, and no more than is known`() throws {
        // After one second each group was ">1.0 s" behind, and nobody knew why.
        var picture = try StillPicture(view: "groups", of: nil, size: Size(columns: 120, rows: 40), isText: true)
        for step in 0...1 { _ = picture.take(.snapshot(Fixture.snapshot(step: step))) }
        _ = try picture.open()
        let text = try picture.grid().text
        #expect(text.contains("Behind >: what waits was there already"), "\(text)")
        var bare = try StillPicture(view: "groups", of: nil, size: Self.size, isText: true)
        var snapshot = Fixture.snapshot(step: 0)
        snapshot.groups = []
        _ = bare.take(.snapshot(snapshot))
        _ = try bare.open()
        #expect(try !bare.grid().text.contains("Behind >"))
    }

    @Test func `a view is its rows as data: numbers, null for what is unknown, nothing for what there is none of`()
        throws
    {
        // Whoever asked for a view got the whole cluster.
        func json(_ view: String, of subject: String? = nil) throws -> String {
            var picture = try picture(view, of: subject)
            for case .fetchRecords(let query) in try picture.open() {
                let page = RecordPage(id: query.id, rows: Fixture.records, marks: Fixture.marks)
                _ = picture.take(.records(page))
            }
            return try picture.json()
        }
        let groups = try json("groups")
        #expect(groups.hasPrefix(#"{"view":"groups","taken.at.ms":"#), "\(groups)")
        #expect(groups.contains(#"{"Group":"billing","State":"Stable""#) && groups.contains(#""Lag":"#), "\(groups)")
        #expect(!groups.contains("●") && !groups.contains("trend"), "signs and curves are for the eye")
        #expect(!groups.contains(#""Lag":""#) && !groups.contains("–"), "\(groups)")
        #expect(try json("group", of: "billing").hasPrefix(#"{"view":"group","of":"billing","#))
        #expect(try json("records", of: "orders-1").contains(#""records":[{"topic":"orders","partition":"#))
        for view in [groups, try json("events"), try json("price")] {
            #expect(JSONReader.read(Array(view.utf8)) != nil, "\(view)")
        }
    }

    @Test func `the price of a fault is drawn from events alone`() throws {
        // Who looks by klamm snapshot was not there when it began: what was sent meanwhile is unknown.
        var picture = try picture("price")
        #expect(try picture.open() == [.inquire(.ledger)])
        let text = try picture.grid().text
        #expect(text.contains("Price(kill 2)") && text.contains("noticed") && text.contains("1.300 s"))
    }

    @Test func `log files and producer ids are asked for before they are drawn`() throws {
        // They are in no snapshot.
        let orders = TopicPartition(topic: "orders", partition: 1)
        var all = try picture("segments", of: "orders-1")
        #expect(try all.open() == [.inquire(.segments(orders, broker: nil))])
        _ = all.take(.answer(.segments(.segments(orders, broker: nil), ReplicaLogsTests.picture)))
        #expect(try all.grid().text.contains("00000000000000012288.log"))
        var one = try picture("segments", of: "orders-1@3")
        #expect(try one.open() == [.inquire(.segments(orders, broker: 3))])
        var producers = try picture("producers", of: "orders")
        #expect(try producers.open() == [.inquire(.producers(topic: "orders"))])
        _ = producers.take(.answer(.producers(ProducersViewTests.picture)))
        #expect(try producers.grid().text.contains("4001"))
    }

    @Test func `records are read, and a single one is opened`() throws {
        // Two views that need an answer before they can be drawn.
        var records = try picture("records", of: "orders-1")
        guard case .fetchRecords(let query)? = try records.open().first else {
            Issue.record("nothing was asked for")
            return
        }
        #expect(query.topic == "orders" && query.partition == 1 && query.start == .end)
        _ = records.take(.records(RecordPage(id: query.id, rows: Fixture.records, marks: Fixture.marks)))
        #expect(try records.grid().text.contains("plain text, one line"))

        var record = try picture("record", of: "orders-0@12302")
        guard case .fetchRecords(let query)? = try record.open().first else {
            Issue.record("nothing was asked for")
            return
        }
        #expect(query.start == .offset(12_302))
        let page = RecordPage(id: query.id, rows: Fixture.records, marks: Fixture.marks)
        let asked = Inquiry.batch(TopicPartition(topic: "orders", partition: 0), offset: 12_302)
        #expect(record.take(.records(page)) == [.inquire(asked)])
        _ = record.take(.answer(.batch(asked, try Fixture.batch)))
        #expect(try record.grid().text.contains("Record(orders-0 @ 12,302)"))
        #expect(try record.grid().text.contains("leader epoch 7"))
    }

    @Test func `a topic whose name ends like a partition is found by its whole name`() throws {
        // Where there is both, the partition is meant.
        var picture = try picture("records", of: "orders-2")
        var snapshot = Fixture.snapshot(step: 61)
        snapshot.topics[2].name = "orders-2"
        _ = picture.take(.snapshot(snapshot))
        guard case .fetchRecords(let query)? = try picture.open().first else {
            Issue.record("nothing was asked for")
            return
        }
        #expect(query.topic == "orders-2" && query.partition == nil)
    }

    @Test(
        arguments: [
            ("nonsense", nil, "There is no view \"nonsense\""), ("story", nil, "There is no view \"story\""),
            ("topic", nil, "is about one thing"), ("topics", "orders", "leave --of out"),
            ("broker", "one", "a broker's id"), ("record", "orders-0", "topic-partition@offset"),
            ("record", "orders@1", "topic-partition@offset"), ("segments", "orders", "topic-partition@broker"),
            ("segments", "orders-1@x", "topic-partition@broker"), ("producers", nil, "is about one thing"),
            ("record", "orders-0@-1", "topic-partition@offset"),
        ] as [(String, String?, String)])
    func `what cannot be drawn is refused with a sentence`(view: String, subject: String?, words: String) {
        // A typing mistake must not print another screen.
        do throws(NoPicture) {
            _ = try StillPicture(view: view, of: subject, size: Self.size)
            Issue.record("\(view) of \(subject ?? "nothing") is drawn")
        } catch {
            #expect(error.description.contains(words) && error.description.hasSuffix("."), "\(error)")
        }
    }

    @Test(arguments: [
        ("topic", "order", "topic \"order\""), ("broker", "7", "broker 7"), ("group", "x", "group \"x\""),
    ])
    func `what is not there is refused, and what is there is listed`(view: String, subject: String, words: String)
        throws
    {
        // An empty table would look like an answer.
        var picture = try picture(view, of: subject)
        do throws(NoPicture) {
            _ = try picture.open()
            Issue.record("\(subject) is opened")
        } catch {
            #expect(error.description.contains(words) && error.description.contains("there are "), "\(error)")
        }
        var record = try self.picture("record", of: "orders-0@99")
        _ = try record.open()
        #expect(throws: NoPicture("There is no record at offset 99 of orders-0.")) { try record.grid() }
    }

    @Test func `a screen is neither too small to read nor too large to hold`() {
        // A size comes from a command line or over HTTP.
        for size in [Size(columns: 79, rows: 24), Size(columns: 80, rows: 23), Size(columns: 1001, rows: 24)] {
            #expect(throws: NoPicture.self) { try StillPicture(view: "topics", of: nil, size: size) }
        }
    }
}
