import KafkaCluster
import KafkaProtocol

/// The way of a record from place to place, a lane for each, downwards in time.
///
/// ```
/// sent     b1     b2     b3    billing
///  ●                                    send
///  └───────▶●                           appended
///           ├─────▶●                    copied
///           ●      │                    the high watermark is past it
///  ●◀───────┤      │                    reported
/// ```
struct JourneyPath {
    private struct Lane {
        var lane: JourneyStep.Lane
        var title: String
        /// Of its mark.
        var column: Int
    }

    private static let gap = 2
    /// Brokers are called by their number alone where the screen has no room for more.
    static let roomForNames = 60

    private let lanes: [Lane]
    let width: Int
    private let rows: [StyledText]

    /// Groups that find no place share the last lane.
    init(_ journey: RecordJourney, width room: Int) {
        let isWide = room >= Self.roomForNames
        var lanes: [Lane] = []
        var column = 0
        for (index, lane) in journey.lanes.enumerated() {
            let isLast = index == journey.lanes.count - 1
            var title = Self.title(lane, isWide: isWide)
            // Room for the sign of what is left out.
            guard column + Glyphs.width(of: title) + (isLast ? 0 : 4) <= room || lanes.isEmpty else {
                title = "…"
                lanes.append(Lane(lane: lane, title: title, column: column))
                column += 1 + Self.gap
                break
            }
            // A group's name may be empty.
            let breadth = max(1, Glyphs.width(of: title))
            lanes.append(Lane(lane: lane, title: title, column: column + breadth / 2))
            column += breadth + Self.gap
        }
        width = max(1, column - Self.gap)
        self.lanes = lanes
        rows = Self.rows(journey, lanes, width: width)
    }

    private static func title(_ lane: JourneyStep.Lane, isWide: Bool) -> String {
        switch lane {
        case .producer: return isWide ? "producer" : "prod"
        case .broker(let id): return isWide ? "broker \(id)" : "b\(id)"
        case .group(let name):
            let most = isWide ? 16 : 7
            return Glyphs.width(of: name) > most ? Glyphs.joined(Glyphs.clipped(name, to: most)) : name
        }
    }

    /// The lanes' names, as a table's heading.
    var title: String {
        var text = ""
        for lane in lanes {
            let start = lane.column - Glyphs.width(of: lane.title) / 2
            text += String(repeating: " ", count: max(0, start - Glyphs.width(of: text))) + lane.title
        }
        return text
    }

    func row(_ index: Int) -> StyledText { rows.indices.contains(index) ? rows[index] : StyledText() }

    // MARK: Drawing

    private static func rows(_ journey: RecordJourney, _ lanes: [Lane], width: Int) -> [StyledText] {
        /// Where the record is at the moment.
        var holders: Set<Int> = []
        /// From where consumers and copies come.
        var leader: Int?
        return journey.steps.map { step in
            let place = index(of: step.lane, in: lanes)
            var cells = [StyledText](repeating: " ", count: width)
            for holder in holders { cells[lanes[holder].column] = StyledText("│", .muted) }
            guard let place else { return cells.reduce(StyledText(), +) }
            if step.hasHappened, let source = source(of: step, leader, lanes), source != place {
                connect(lanes[source].column, lanes[place].column, on: &cells)
            }
            cells[lanes[place].column] = Self.mark(of: step)
            guard step.hasHappened else { return cells.reduce(StyledText(), +) }
            switch step.kind {
            case .sent, .stamped, .buffered, .copied, .polled, .returned: holders.insert(place)
            case .appended:
                holders.insert(place)
                leader = place
            case .dropped, .retired: holders.remove(place)
            case .reported, .committed:
                // It has no more to do there.
                holders.remove(place)
            case .passed, .answered, .befell, .led, .worked: break
            }
            if case .retired = step.kind { holders = [] }
            return cells.reduce(StyledText(), +)
        }
    }

    private static func index(of lane: JourneyStep.Lane, in lanes: [Lane]) -> Int? {
        if let index = lanes.firstIndex(where: { $0.lane == lane }) { return index }
        if case .group = lane { return lanes.indices.last }
        return nil
    }

    private static func source(of step: JourneyStep, _ leader: Int?, _ lanes: [Lane]) -> Int? {
        switch step.kind {
        case .appended: lanes.firstIndex { $0.lane == .producer }
        case .copied, .reported, .polled: leader
        default: nil
        }
    }

    private static func connect(_ from: Int, _ to: Int, on cells: inout [StyledText]) {
        let isRight = from < to
        for column in (min(from, to) + 1)..<max(from, to) {
            let isCrossing = cells[column].plain == "│"
            cells[column] = StyledText(isCrossing ? "┼" : "─", .accent)
        }
        cells[isRight ? to - 1 : to + 1] = StyledText(isRight ? "▶" : "◀", .accent)
        let isHeld = cells[from].plain == "│"
        cells[from] = StyledText(isRight ? (isHeld ? "├" : "└") : (isHeld ? "┤" : "┘"), .accent)
    }

    static func mark(of step: JourneyStep) -> StyledText {
        switch step.when {
        case .notYet: return StyledText("○", .warning)
        case .never: return StyledText("✗", .muted)
        case .unknown: return StyledText("?", .muted)
        case .at, .before: break
        }
        switch step.kind {
        case .appended: return StyledText("◆", .leader, .bold)
        case .copied: return StyledText("●", .inSync)
        case .passed, .answered: return StyledText("●", .leader)
        case .befell: return StyledText("✗", .fault, .bold)
        case .led: return StyledText("◆", .warning, .bold)
        case .dropped: return StyledText("✗", .error, .bold)
        case .retired: return StyledText("✗", .muted)
        case .returned: return StyledText("✓", .ok, .bold)
        case .reported(.acknowledged): return StyledText("●", .ok, .bold)
        case .reported: return StyledText("●", .warning, .bold)
        case .sent, .stamped, .buffered, .polled, .worked, .committed: return StyledText("●", .ok)
        }
    }
}
