import KafkaCluster
import KafkaProtocol

/// Why there is no such picture: a sentence for the user.
package struct NoPicture: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

/// One screen of the console without a terminal: fed with what a console is told, and drawn once.
package struct StillPicture {
    /// Views that are about one thing, and what it is.
    private static let subjects: [ViewName: String] = [
        .broker: "a broker's id", .topic: "a topic", .records: "a topic or topic-partition",
        .record: "topic-partition@offset", .group: "a group", .members: "a group", .timeline: "a topic",
        .configs: "a topic", .producers: "a topic", .segments: "topic-partition, or topic-partition@broker",
        .journey: "topic-partition@offset, or topic-partition@offset@epoch",
        .client: "producer:topic or group:name", .loss: "a loss's number",
    ]

    private(set) var place: Place
    /// What the view is about, as it was asked for.
    let subject: String?
    private var model = Model()

    /// `subject` is a broker's id, a topic, a partition or a group, where the view is about one. Text names no keys; a picture
    /// shows the console as it is.
    package init(
        view: String, of subject: String?, size: Size, utcOffsetSeconds: Int = 0, attachment: Attachment? = nil,
        isText: Bool = false
    ) throws(NoPicture) {
        guard size.columns >= Size.smallest.columns, size.rows >= Size.smallest.rows else {
            throw NoPicture("A screen has at least \(Size.smallest.columns) columns and \(Size.smallest.rows) rows.")
        }
        guard size.columns <= 1000, size.rows <= 1000 else {
            throw NoPicture("A screen has at most 1000 columns and 1000 rows.")
        }
        place = try Self.place(view, subject)
        self.subject = subject
        model.utcOffsetSeconds = utcOffsetSeconds
        model.attachment = attachment
        model.isPrinted = isText
        model.live.history.judgesCertain = true
        _ = update(&model, .resized(size))
    }

    /// Views that somebody must have asked for before, and that are gone with the question.
    private static let unprintable: [ViewName] = [.story, .finding, .reset]
    /// Those that can be printed.
    package static var views: [ViewName] { ViewName.allCases.filter { !unprintable.contains($0) } }

    /// Returns what is to be done for the picture; of it only `fetchRecords` and `inquire` ever come.
    package mutating func take(_ event: Event) -> [Command] {
        let commands = update(&model, event)
        // A record can be opened once it has been read.
        guard case .record(let partition, let offset) = place, model.place != place,
            RecordView.row(model, partition, offset: offset) != nil
        else { return commands }
        model.go(to: place)
        return commands + model.inquire()
    }

    /// Goes to the screen. Says what is not there, once a snapshot has been taken in.
    package mutating func open() throws(NoPicture) -> [Command] {
        readWholeName()
        try check()
        switch place {
        case .brokers, .topics, .groups, .events, .scenarios, .story, .ledger, .faults, .clients: model.goToRoot(place)
        case .broker: goTo(.brokers)
        case .topic, .timeline, .configs, .producers: goTo(.topics)
        case .journey(.next): goTo(.clients)
        case .journey(.record(let partition, _, _)): goTo(.topics, then: .topic(partition.topic), place)
        case .segments(let partition, _): goTo(.topics, then: .topic(partition.topic), place)
        case .group, .members, .reset: goTo(.groups)
        case .client: goTo(.clients)
        case .loss, .finding: goTo(.ledger)
        case .price: goTo(.faults)
        case .records(let topic, let partition):
            goTo(.topics, then: .topic(topic))
            return model.browse(topic, partition: partition)
        case .record(let partition, let offset):
            goTo(.topics, then: .topic(partition.topic))
            _ = model.browse(partition.topic, partition: partition.partition)
            return model.seek(.offset(offset), "from offset \(Figures.count(offset))")
        }
        return model.inquire()
    }

    private mutating func goTo(_ root: Place, then next: Place? = nil, _ last: Place? = nil) {
        model.goToRoot(root)
        model.go(to: next ?? place)
        if let last { model.go(to: last) }
    }

    /// To be called when all has been taken in.
    package func grid() throws(NoPicture) -> Grid {
        let model = try drawable()
        return view(model, model.size)
    }

    /// What is to be shown once all has been taken in.
    func drawable() throws(NoPicture) -> Model {
        if case .record(let partition, let offset) = place, model.place != place {
            throw NoPicture("There is no record at offset \(offset) of \(partition).")
        }
        var model = model
        // It answers keys, or tells what has just happened, to somebody who looks on.
        model.toast = nil
        if let doubt = doubt { model.show(.note, doubt) }
        return model
    }

    /// What only a longer look tells of the groups that are shown; nil where all is known.
    private var doubt: String? {
        let shown: [ClusterSnapshot.Group]
        let history = model.live.history
        switch place {
        case .groups: shown = model.snapshot?.groups ?? []
        case .group(let id): shown = model.snapshot?.groups.filter { $0.id == id } ?? []
        default: return nil
        }
        var doubts: [String] = []
        if let seen = shown.compactMap({ history.commitsOfDoubt(about: $0, now: model.now) }).min() {
            doubts.append(
                "Verdict \(Figures.unknown): \(seen) of \(CommitWindow.size) commits were seen that tell how a group fares"
            )
        }
        let isBehindForLonger = shown.contains { group in
            group.partitions.contains { partition in
                if case .atLeast? = history.lagTime(partition, of: group.id, now: model.now) { true } else { false }
            }
        }
        if isBehindForLonger {
            doubts.append(
                "Behind >: what waits was there already when klamm began to look, and nobody tells since when")
        }
        return doubts.isEmpty ? nil : doubts.joined(separator: " · ") + "; --seconds looks longer"
    }

    /// `orders-1` may be a partition, and it may be a topic of that name.
    private mutating func readWholeName() {
        guard case .records(let topic, let partition?) = place, let topics = model.snapshot?.topics.map(\.name),
            !topics.contains(topic), topics.contains("\(topic)-\(partition)")
        else { return }
        place = .records(topic: "\(topic)-\(partition)", partition: nil)
    }

    private func check() throws(NoPicture) {
        guard let snapshot = model.snapshot else { return }
        switch place {
        case .broker(let id) where !snapshot.brokers.contains { $0.id == id }:
            throw missing("broker \(id)", snapshot.brokers.map { "\($0.id)" })
        case .topic(let name) where !snapshot.topics.contains { $0.name == name },
            .timeline(let name) where !snapshot.topics.contains { $0.name == name },
            .configs(let name) where !snapshot.topics.contains { $0.name == name },
            .producers(let name) where !snapshot.topics.contains { $0.name == name },
            .records(let name, _) where !snapshot.topics.contains { $0.name == name }:
            throw missing("topic \"\(name)\"", snapshot.topics.map(\.name))
        case .journey(.record(let partition, _, _)) where !snapshot.topics.contains { $0.name == partition.topic },
            .segments(let partition, _) where !snapshot.topics.contains { $0.name == partition.topic },
            .record(let partition, _) where !snapshot.topics.contains { $0.name == partition.topic }:
            throw missing("topic \"\(partition.topic)\"", snapshot.topics.map(\.name))
        case .group(let id) where !snapshot.groups.contains { $0.id == id },
            .members(let id) where !snapshot.groups.contains { $0.id == id }:
            throw missing("group \"\(id)\"", snapshot.groups.map(\.id))
        default: break
        }
    }

    private func missing(_ what: String, _ known: [String]) -> NoPicture {
        let some = known.prefix(10).joined(separator: ", ") + (known.count > 10 ? " and others" : "")
        return NoPicture("There is no \(what); there \(known.isEmpty ? "is none" : "are \(some)").")
    }

    // MARK: Words into a place

    private static func place(_ word: String, _ subject: String?) throws(NoPicture) -> Place {
        guard let view = ViewName(rawValue: word), !unprintable.contains(view) else {
            let known = views.map(\.rawValue).joined(separator: ", ")
            throw NoPicture("There is no view \"\(word)\" to print; there are \(known).")
        }
        guard let subject else {
            guard let needed = subjects[view] else { return root(view) }
            throw NoPicture("The view \(view.rawValue) is about one thing: name it, by --of and \(needed).")
        }
        let failure = NoPicture(
            "\"\(subject)\" is nothing that the view \(view.rawValue) is about; "
                + (subjects[view].map { "that is \($0)." } ?? "it is about all of them: leave --of out."))
        switch view {
        case .broker:
            guard let id = Int32(subject), id > 0 else { throw failure }
            return .broker(BrokerID(id))
        case .topic: return .topic(subject)
        case .group: return .group(subject)
        case .members: return .members(group: subject)
        case .timeline: return .timeline(topic: subject)
        case .configs: return .configs(topic: subject)
        case .producers: return .producers(topic: subject)
        case .journey:
            let parts = subject.split(separator: "@")
            guard parts.count == 2 || parts.count == 3, let partition = partition(String(parts[0])),
                let offset = Int64(parts[1]), offset >= 0
            else { throw failure }
            guard parts.count == 3 else {
                return .journey(.record(partition, offset: offset, leaderEpoch: nil))
            }
            guard let epoch = Int32(parts[2]), epoch >= 0 else { throw failure }
            return .journey(.record(partition, offset: offset, leaderEpoch: epoch))
        case .segments:
            let halves = subject.split(separator: "@", maxSplits: 1)
            guard let partition = partition(String(halves[0])) else { throw failure }
            guard halves.count == 2 else { return .segments(partition, broker: nil) }
            guard let broker = Int32(halves[1]), broker > 0 else { throw failure }
            return .segments(partition, broker: BrokerID(broker))
        case .loss:
            guard let number = Int(subject) else { throw failure }
            return .loss(number)
        case .client:
            let halves = subject.split(separator: ":", maxSplits: 1).map(String.init)
            switch (halves.first, halves.last) {
            case ("producer", let topic?) where halves.count == 2: return .client(.producer(topic: topic))
            case ("group", let group?) where halves.count == 2: return .client(.group(group))
            default: throw failure
            }
        case .records:
            let partition = partition(subject)
            return .records(topic: partition?.topic ?? subject, partition: partition?.partition)
        case .record:
            let halves = subject.split(separator: "@", maxSplits: 1)
            guard halves.count == 2, let partition = partition(String(halves[0])), let offset = Int64(halves[1]),
                offset >= 0
            else { throw failure }
            return .record(partition, offset: offset)
        case .brokers, .topics, .groups, .events, .scenarios, .story, .ledger, .faults, .clients, .finding, .reset,
            .price:
            throw failure
        }
    }

    private static func root(_ view: ViewName) -> Place {
        switch view {
        case .brokers: .brokers
        case .groups: .groups
        case .events: .events
        case .scenarios: .scenarios
        case .story: .story
        case .ledger: .ledger
        case .faults: .faults
        case .clients: .clients
        case .price: .price(nil)
        case .topics, .topic, .segments, .producers, .journey, .broker, .records, .record, .group, .members, .timeline,
            .configs,
            .client, .loss,
            .finding,
            .reset:
            .topics
        }
    }

    private static func partition(_ text: String) -> TopicPartition? {
        guard let dash = text.lastIndex(of: "-"), let index = Int32(text[text.index(after: dash)...]), index >= 0,
            dash > text.startIndex
        else { return nil }
        return TopicPartition(topic: String(text[..<dash]), partition: index)
    }
}
