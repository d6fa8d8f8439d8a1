import KafkaBroker
import KafkaCluster
import Testing

@testable import Console

@Suite struct TopicConfigTests {
    static let picture = TopicConfigPicture(
        topic: "orders",
        entries: [
            TopicConfigPicture.Entry(
                name: "cleanup.policy", value: "delete", source: .standard, isReadOnly: false,
                documentation: "What is done with old segments."),
            TopicConfigPicture.Entry(
                name: "min.insync.replicas", value: "2", source: .topic, isReadOnly: false,
                documentation: "How many replicas must have a record before acks=all is answered."),
            TopicConfigPicture.Entry(
                name: "retention.ms", value: "604800000", source: .file, isReadOnly: false, documentation: nil),
        ])

    static func open(_ session: inout Session) {
        session.press("topics.move-down", "topics.configs")
        session.send(.answer(.configs(picture)))
    }

    @Test func `settings are asked for when they are shown, and what somebody set stands first`() {
        // Among thirty settings one looks for the two that are not as usual.
        var session = Session(columns: 120, rows: 40)
        #expect(session.press("topics.move-down", "topics.configs") == [.inquire(.configs(topic: "orders"))])
        #expect(session.shows("Asking…"))
        session.send(.answer(.configs(Self.picture)))
        #expect(session.selectedRow.contains("min.insync.replicas       2 "))
        #expect(session.shows("What is done with old segments."))
    }

    @Test func `a value goes to the brokers, and what they have against it is said at the field`() {
        // Only they know which values they take.
        var session = Session(columns: 120, rows: 40)
        Self.open(&session)
        session.press("configs.open")
        session.key(.backspace)
        session.type("9")
        #expect(
            session.key(.enter) == [.setConfig(topic: "orders", name: "min.insync.replicas", value: "9")])
        #expect(session.shows("asking the brokers…"))
        session.type("y")
        session.send(
            .configSet(
                topic: "orders", name: "min.insync.replicas", value: "9", problem: "More than there are replicas"))
        #expect(session.shows("! More than there are replicas"))
        session.key(.backspace)
        session.type("1")
        session.key(.enter)
        let commands = session.send(
            .configSet(topic: "orders", name: "min.insync.replicas", value: "1", problem: nil))
        #expect(session.model.overlay == nil)
        #expect(session.toast == "min.insync.replicas of orders is 1 now")
        #expect(commands == [.inquire(.configs(topic: "orders"))])
        #expect(session.shows("min.insync.replicas       1 "), "they have taken it: \(session)")
    }

    @Test func `a broker that has not heard of one's own change does not undo it, nor make it another's`() {
        // The next broker was asked within milliseconds, told the former value, and ten seconds later the new one: as news.
        var session = Session(columns: 120, rows: 40)
        session.attach(Console.Attachment(name: "staging", mayWrite: true))
        Self.open(&session)
        func told() -> [String] {
            session.model.live.events.entries.map(\.text).filter { $0.contains("topic orders:") }.map {
                String($0.dropFirst("topic orders: ".count))
            }
        }
        session.send(.configSet(topic: "orders", name: "retention.ms", value: "1000", problem: nil))
        session.send(.configSet(topic: "orders", name: "min.insync.replicas", value: nil, problem: nil))
        let own = ["retention.ms is 1000 now", "min.insync.replicas is back at its default"]
        for picture in [nil, Self.picture, Self.picture] {
            if let picture { session.send(.answer(.configs(picture))) }
            #expect(session.shows("retention.ms              1000 "), "\(session)")
            #expect(session.shows("min.insync.replicas       ? "), "what holds instead is not known: \(session)")
            #expect(told() == own)
        }
        var heard = Self.picture
        (heard.entries[1].value, heard.entries[1].source) = ("1", .standard)
        (heard.entries[2].value, heard.entries[2].source) = ("1000", .topic)
        session.send(.answer(.configs(heard)))
        #expect(session.shows("min.insync.replicas       1 ") && told() == own, "\(session)")
        // From now on whoever tells something else tells of somebody else.
        heard.entries[2].value = "5000"
        session.send(.answer(.configs(heard)))
        #expect(told() == own + ["retention.ms is 5000 now"])
        // A broker that tells the former for ever is right: it was set back.
        session.send(.configSet(topic: "orders", name: "retention.ms", value: "7000", problem: nil))
        session.send(.tick(Fixture.instant(seconds: 100)))
        session.send(.answer(.configs(heard)))
        #expect(told().suffix(2) == ["retention.ms is 7000 now", "retention.ms is 5000 now"])
        #expect(session.model.live.ownConfigs.isEmpty)
    }

    @Test func `what others set is told when the settings are looked at again`() {
        // A cluster that klamm did not start tells nobody.
        var session = Session(columns: 120, rows: 40)
        session.attach(Console.Attachment(name: "staging", mayWrite: true))
        Self.open(&session)
        session.press("configs.back", "topics.configs")
        var picture = Self.picture
        picture.entries[1].value = "1"
        (picture.entries[2].value, picture.entries[2].source) = ("1000", .topic)
        session.send(.answer(.configs(picture)))
        session.send(.answer(.configs(picture)))
        // Its own change is told once.
        session.send(.configSet(topic: "orders", name: "retention.ms", value: "2000", problem: nil))
        (picture.entries[1].value, picture.entries[1].source) = ("2", .standard)
        picture.entries[2].value = "2000"
        session.send(.answer(.configs(picture)))
        session.press("configs.back", "topics.open")
        let told = session.model.live.events.entries.map(\.text).filter { $0.contains("topic orders:") }
        #expect(
            told == [
                "topic orders: min.insync.replicas is 1 now", "topic orders: retention.ms is 1000 now",
                "topic orders: retention.ms is 2000 now", "topic orders: min.insync.replicas is back at its default",
            ])
        // One that is made anew is another.
        session.send(
            .cluster(.node(BrokerEvent(at: Fixture.instant(seconds: 70), node: 101, kind: .topicDeleted("orders")))))
        session.press("topic.configs")
        session.send(.answer(.configs(Self.picture)))
        #expect(session.model.live.events.entries.filter { $0.text.contains("topic orders:") }.count == 4)
    }

    @Test func `what was set stands among the topic's events`() {
        // A week later somebody asks since when records are deleted. Of a cluster that klamm did not start nobody else tells.
        var session = Session(columns: 120, rows: 40)
        session.attach(Console.Attachment(name: "staging", mayWrite: true))
        Self.open(&session)
        session.send(.configSet(topic: "orders", name: "retention.ms", value: "1000", problem: nil))
        session.send(.configSet(topic: "orders", name: "segment.bytes", value: nil, problem: nil))
        session.send(.configSet(topic: "orders", name: "cleanup.policy", value: "x", problem: "Not a valid policy"))
        session.press("configs.back", "topics.open")
        #expect(session.shows("□ topic     topic orders: retention.ms is 1000 now"), "\(session)")
        #expect(session.shows("□ topic     topic orders: segment.bytes is back at its default"), "\(session)")
        #expect(!session.shows("cleanup.policy"), "\(session)")
        // Klamm's own controller tells by itself.
        session = Session(columns: 120, rows: 40)
        Self.open(&session)
        session.send(.configSet(topic: "orders", name: "retention.ms", value: "1000", problem: nil))
        session.press("configs.back", "topics.open")
        #expect(!session.shows("retention.ms is"), "\(session)")
        let event = BrokerEvent(
            at: Fixture.instant(seconds: 60), node: 101,
            kind: .configChanged(resource: .topic("orders"), name: "retention.ms", value: "1000"))
        session.send(.cluster(.node(event)))
        #expect(session.shows("topic orders: retention.ms is 1000 now"), "\(session)")
    }

    @Test func `a value that no broker takes is refused before one is asked`() {
        // Under attach it went through the typed confirmation first.
        for (moves, value, reason) in [
            (0, "x", "Not a valid int"), (0, "0", "Value must be at least 1"),
            (1, "shred", "String must be one of: compact, delete"), (2, "-2", "Value must be at least -1"),
        ] {
            var session = Session(columns: 120, rows: 40)
            session.attach(Console.Attachment(name: "staging", mayWrite: true))
            Self.open(&session)
            for _ in 0..<moves { session.press("configs.move-down") }
            session.press("configs.open")
            session.send(.key(.control("u")))
            session.type(value)
            #expect(session.key(.enter).isEmpty)
            #expect(session.shows("! \(reason)") && !session.shows("To do it"), "\(session)")
        }
    }

    @Test func `nothing typed takes the value away`() {
        // The way back to the default.
        var session = Session(columns: 120, rows: 40)
        Self.open(&session)
        session.press("configs.open")
        session.key(.backspace)
        #expect(
            session.key(.enter) == [.setConfig(topic: "orders", name: "min.insync.replicas", value: nil)])
    }
}
