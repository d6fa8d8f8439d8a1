import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// A view that is printed as text names no keys: nobody can press them there. Each action has a key here that stands
/// nowhere else.
@Suite struct PrintedKeysTests {
    private static let subjects: [ViewName: String] = [
        .broker: "1", .topic: "orders", .records: "orders-1", .record: "orders-0@12302", .group: "billing",
        .members: "billing", .timeline: "orders", .configs: "orders", .producers: "orders", .segments: "orders-1",
        .journey: "orders-1@12350", .client: "producer:orders", .loss: "1",
    ]

    private static let scalars: ClosedRange<UInt32> = 0x1401...0x167F

    private static func keymap() throws -> Keymap {
        var keymap = Keymap()
        for (scalar, entry) in zip(scalars, ActionTable.all) {
            try keymap.rebind(entry.id, in: nil, to: [KeyChord(Character(#require(UnicodeScalar(scalar))))])
        }
        return keymap
    }

    private static func namesKeys(_ line: Substring) -> Bool {
        line.unicodeScalars.contains { scalars.contains($0.value) }
    }

    /// How much there is to be seen.
    enum Stage: CaseIterable {
        case busy, broken, bare, attached, unanswered
    }

    @Test(arguments: StillPicture.views)
    func `text names no keys, on a screen there are some`(view: ViewName) throws {
        // A screen reader read the menu of another program aloud before each table.
        for stage in Stage.allCases {
            let text = try Self.picture(view, stage, isText: true)
            let named = text?.split(separator: "\n").filter(Self.namesKeys) ?? []
            #expect(named.isEmpty, "\(stage): \(named.joined(separator: "\n"))")
        }
        let screen = try #require(try Self.picture(view, .busy, isText: false))
        #expect(screen.split(separator: "\n").contains(where: Self.namesKeys), "\(screen)")
    }

    @Test func `the stages show what names keys on a screen`() throws {
        // Where nothing is to be seen nothing is proven.
        let words: [(ViewName, Stage, String)] = [
            (.clients, .bare, "starts a producer"), (.topics, .bare, "creates one"),
            (.faults, .bare, "breaks something"), (.price, .bare, "breaks something"),
            (.producers, .bare, "klamm's own are set to it"), (.faults, .broken, "restarts it"),
            (.faults, .broken, "what kill 3 cost"), (.price, .broken, "restarts broker 3"),
            (.price, .broken, "tells what was processed"), (.price, .attached, "judges klamm's own"),
            (.ledger, .attached, "on a topic"), (.records, .busy, "reads on"),
        ]
        for (view, stage, words) in words {
            let screen = try #require(try Self.picture(view, stage, isText: false))
            let line = screen.split(separator: "\n").first { $0.contains(words) }
            #expect(line.map(Self.namesKeys) == true, "\(words): \(screen)")
        }
    }

    /// Nil where the stage has nothing that the view could be about.
    private static func picture(_ view: ViewName, _ stage: Stage, isText: Bool) throws -> String? {
        let attachment = stage == .attached ? Console.Attachment(name: "staging") : nil
        var picture = try StillPicture(
            view: view.rawValue, of: subjects[view], size: Size(columns: 200, rows: 60), attachment: attachment,
            isText: isText)
        _ = picture.take(.settings(try keymap(), problems: [], isFirst: true))
        let snapshots = (0..<3).map { snapshot($0, stage, view) }
        for snapshot in snapshots { _ = picture.take(.snapshot(snapshot)) }
        if stage != .bare { for event in Fixture.events { _ = picture.take(.cluster(event)) } }
        if [.broken, .attached].contains(stage) {
            _ = picture.take(.cluster(.fault(.kill(3), at: snapshots[2].takenAt)))
            _ = picture.take(.snapshot(snapshot(3, stage, view)))
        }
        var commands: ArraySlice<Command>
        do { commands = try picture.open()[...] } catch {
            #expect(stage == .bare, "\(error)")
            return nil
        }
        while let command = commands.popFirst() {
            switch command {
            case .fetchRecords(let query):
                // All that there is for now.
                let marks = Fixture.marks.map { mark in
                    PartitionMark(
                        partition: mark.partition, logStartOffset: 0, highWatermark: mark.nextOffset,
                        nextOffset: mark.nextOffset)
                }
                let page = RecordPage(id: query.id, rows: Fixture.records, marks: marks)
                commands += picture.take(.records(page))
            case .inquire(let inquiry): _ = picture.take(.answer(try answer(inquiry, stage)))
            default: Issue.record("\(command)")
            }
        }
        // The log goes on.
        if stage == .busy { _ = picture.take(.snapshot(snapshot(10, stage, view))) }
        return try picture.grid().text
    }

    private static func snapshot(_ step: Int, _ stage: Stage, _ view: ViewName) -> ClusterSnapshot {
        var snapshot = Fixture.snapshot(step: step)
        switch stage {
        case .busy, .unanswered: break
        case .broken: snapshot.workload?.producers[0].settings.acks = .none
        case .bare:
            snapshot.topics = snapshot.topics.filter { $0.name == subjects[view] }
            snapshot.faults = []
            for index in snapshot.brokers.indices { snapshot.brokers[index].state = .running }
            for index in snapshot.brokers.indices { snapshot.brokers[index].logDirectoryFailure = nil }
            for index in snapshot.controllers.indices { snapshot.controllers[index].isUp = true }
            snapshot.groups = []
            snapshot.workload = WorkloadSnapshot()
        case .attached: snapshot.heardAt = snapshot.takenAt
        }
        return snapshot
    }

    private static func answer(_ inquiry: Inquiry, _ stage: Stage) throws -> Answer {
        guard stage != .unanswered else { return .none(inquiry, reason: "nobody can be asked") }
        switch inquiry {
        case .ledger:
            guard stage == .attached else { return .ledger(Fixture.ledger) }
            return .ledger(LedgerPicture(takenAt: Fixture.start, account: nil, topics: []))
        case .configs: return .configs(TopicConfigTests.picture)
        case .batch: return .batch(inquiry, try Fixture.batch)
        case .segments: return .segments(inquiry, ReplicaLogsTests.picture)
        case .producers:
            guard stage == .bare else { return .producers(ProducersViewTests.picture) }
            return .producers(ProducersPicture(topic: "orders", rows: []))
        case .journey: return .journey(inquiry, Fixture.journey)
        case .offsets: return .none(inquiry, reason: "nobody can be asked")
        }
    }
}
