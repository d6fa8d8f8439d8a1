import KafkaCluster
import KafkaProtocol

/// A record's journey: a step a row, downwards in time; its places are lanes between which the record moves, and where
/// there is room each step stands on an axis of time.
enum JourneyView {
    private struct Item {
        var index: Int
        var step: JourneyStep
        /// Of the last step before it that has a time.
        var former: Moment?
    }

    private static let timeWidth = 12
    /// The last column where there is no room for a scale of times.
    private static let steps = "Step"

    static func listing(_ model: Model, _ subject: JourneySubject) -> Listing {
        guard let journey = model.journey(subject) else {
            return Table(
                items: [Item](), columns: columns(model, nil), id: { .number(Int64($0.index)) }, words: { _ in "" },
                empty: model.asked?.reason.map(\.uppercasedFirst) ?? waiting(subject)
            ).listing(model.screen.list)
        }
        let columns = columns(model, journey)
        return Table(
            items: items(journey), columns: columns, id: { .number(Int64($0.index)) },
            words: { $0.step.words(isWide: true, offsetSeconds: model.utcOffsetSeconds).plain },
            empty: "Nobody knows anything of it.", gapMost: TableLayout.gapLeast,
            wraps: columns.last?.title == steps ? .intoRoom : .never
        ).listing(model.screen.list)
    }

    private static func waiting(_ subject: JourneySubject) -> String {
        switch subject {
        case .record: "Asking…"
        case .next(let topic, _): "Waiting for the next record of the producer of \(topic)…"
        }
    }

    private static func items(_ journey: RecordJourney) -> [Item] {
        var former: Moment?
        return journey.steps.enumerated().map { index, step in
            defer { former = step.moment ?? former }
            return Item(index: index, step: step, former: former)
        }
    }

    private static func isWide(_ model: Model) -> Bool { model.size.columns >= 160 }

    private static func columns(_ model: Model, _ journey: RecordJourney?) -> [Column<Item>] {
        let inner = model.size.columns - 6
        let isWide = isWide(model)
        let wordsWidth = isWide ? 64 : min(32, inner - 54)
        // What the times, the words and the gaps leave.
        let room = inner - timeWidth - 9 - wordsWidth - 3 * TableLayout.gapLeast
        let path = journey.map { JourneyPath($0, width: isWide ? 76 : min(room, JourneyPath.roomForNames - 1)) }
        let scale = journey.flatMap {
            JourneyScale($0.steps, width: min(64, room - (path?.width ?? 0) - TableLayout.gapLeast))
        }
        var columns: [Column<Item>] = [
            Column(title: "At", minimum: timeWidth, maximum: timeWidth) { time($0.step, model) },
            Column(title: "After", alignment: .right, minimum: 8, maximum: 9) { after($0) },
        ]
        if let path {
            columns.append(
                Column(title: path.title, minimum: path.width, maximum: path.width) { path.row($0.index) })
        }
        columns.append(
            Column(title: steps, minimum: min(wordsWidth, 20), maximum: max(wordsWidth, 64), shrinks: true) {
                $0.step.words(isWide: isWide, offsetSeconds: model.utcOffsetSeconds)
            })
        if let scale {
            columns.append(
                Column(title: scale.title, minimum: scale.width, maximum: scale.width, priority: 1) { item in
                    item.step.moment.map { scale.bar(from: item.former?.from, to: $0) } ?? StyledText()
                })
        }
        return columns
    }

    private static func time(_ step: JourneyStep, _ model: Model) -> StyledText {
        switch step.when {
        case .at(let moment):
            StyledText(
                WallClock.time(moment.from.wallClockMilliseconds, offsetSeconds: model.utcOffsetSeconds), .text)
        case .before: StyledText("done", .muted)
        case .notYet: StyledText("not yet", .warning)
        case .never: StyledText("never", .error)
        case .unknown: StyledText("unknown", .muted)
        }
    }

    /// The time since the step before; about, where one of the two is not known exactly.
    private static func after(_ item: Item) -> StyledText {
        guard let moment = item.step.moment, let former = item.former else { return StyledText() }
        let nanoseconds = max(0, (moment.from - former.from).wholeNanoseconds)
        let isExact = moment.isExact && former.isExact
        let text = Figures.latency(microseconds: (nanoseconds + 500) / 1000)
        return StyledText((isExact ? "+" : "~") + text, isExact ? .accent : .muted)
    }

    // MARK: The frame

    static func title(_ model: Model, _ subject: JourneySubject) -> String {
        let journey = model.journey(subject)
        let name = journey?.name.flatMap { model.size.columns < 100 ? nil : " · \($0)" } ?? ""
        switch subject {
        case .record(let partition, let offset, _): return "\(partition) @ \(Figures.count(offset))\(name)"
        case .next(let topic, _):
            guard let partition = journey?.partition, let offset = journey?.offset else {
                return journey?.name ?? "next of \(topic)"
            }
            return "\(partition) @ \(Figures.count(offset))\(name)"
        }
    }

    /// How it stands with the record, in a word.
    static func remark(_ model: Model, _ subject: JourneySubject) -> StyledText {
        guard let journey = model.journey(subject) else { return StyledText() }
        let epoch = journey.leaderEpoch.map { StyledText("leader epoch \($0) · ", .muted) } ?? StyledText()
        return epoch + journey.ending.sign
    }

    /// What the selected step lacks, in full; where it lacks nothing, what has become of the record.
    static func foot(_ model: Model, _ subject: JourneySubject) -> StyledText {
        if let reason = model.asked?.reason { return StyledText(reason, .error) }
        guard let journey = model.journey(subject) else { return StyledText() }
        if case .number(let index)? = model.listing?.selectedID(model.screen.list), index > 0,
            journey.steps.indices.contains(Int(index)), journey.steps[Int(index)].moment?.isExact != true
        {
            return journey.steps[Int(index)].words(isWide: true, offsetSeconds: model.utcOffsetSeconds)
        }
        return journey.ending.words
    }
}

extension Model {
    /// Nil before somebody has answered.
    func journey(_ subject: JourneySubject) -> RecordJourney? {
        guard case .journey(.journey(subject), let journey)? = asked?.answer else { return nil }
        return journey
    }

    /// The journey of the record that is selected, or, among producers, of the next that is sent.
    mutating func openJourney() {
        guard let subject = journeyHere else {
            return show(.warning, place == .clients ? "Select a producer first" : "Select a record first")
        }
        if case .next(_, let wish) = subject { lastWish = wish }
        go(to: .journey(subject))
    }

    /// The partition whose record is followed, once it is known.
    func partition(of subject: JourneySubject) -> TopicPartition? {
        switch subject {
        case .record(let partition, _, _): partition
        case .next: journey(subject)?.partition
        }
    }

    private var journeyHere: JourneySubject? {
        switch place {
        case .records, .record:
            guard let row = recordHere, let topic = browser?.topic else { return nil }
            return .record(
                TopicPartition(topic: topic, partition: row.partition), offset: row.offset, leaderEpoch: nil)
        case .ledger: return ledgerJourney
        case .loss(let number): return lossJourney(number)
        case .finding(let verdict):
            guard case .number(let index)? = listing?.selectedID(screen.list),
                let examples = ledger?.row(verdict)?.examples, examples.indices.contains(Int(truncatingIfNeeded: index))
            else { return nil }
            let example = examples[Int(truncatingIfNeeded: index)]
            guard let partition = example.partition, let offset = example.offset else { return nil }
            // What stands there now may be another record.
            let loss = ledger?.account?.losses.last { $0.partition == partition && $0.batch(of: offset) != nil }
            return .record(partition, offset: offset, leaderEpoch: loss?.leaderEpoch)
        case .clients:
            guard case .client(.producer(let topic))? = listing?.selectedID(screen.list) else { return nil }
            return nextJourney(of: topic)
        case .client(.producer(let topic)): return nextJourney(of: topic)
        default: return nil
        }
    }

    private func nextJourney(of topic: String) -> JourneySubject { .next(topic: topic, wish: lastWish + 1) }

    /// That of the first record that was lost.
    private var ledgerJourney: JourneySubject? {
        guard case .number(let number)? = listing?.selectedID(screen.list),
            let loss = loss(Int(truncatingIfNeeded: number))
        else { return nil }
        return .record(loss.partition, offset: loss.offsets.lowerBound, leaderEpoch: loss.leaderEpoch)
    }

    /// Of the selected record, else of the first.
    private func lossJourney(_ number: Int) -> JourneySubject? {
        guard let loss = loss(number) else { return nil }
        var offset = loss.offsets.lowerBound
        if case .number(let selected)? = listing?.selectedID(screen.list), loss.batch(of: selected) != nil {
            offset = selected
        }
        return .record(loss.partition, offset: offset, leaderEpoch: loss.leaderEpoch)
    }
}
