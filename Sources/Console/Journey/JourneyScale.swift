import KafkaCluster
import KafkaProtocol

/// An axis of time on which milliseconds and minutes both have room: each power of ten after the first step takes the same
/// width, and within one it goes on evenly.
struct JourneyScale {
    private let begin: Instant
    /// Powers of ten of nanoseconds.
    private let first: Int
    private let last: Int
    let width: Int

    /// Nil where fewer than two steps have a time, or where there is no room.
    init?(_ steps: [JourneyStep], width: Int) {
        let times = steps.compactMap(\.moment?.from)
        guard width >= 20, times.count > 1, let begin = times.min(), let end = times.max(), end > begin else {
            return nil
        }
        self.width = width
        self.begin = begin
        let shortest: Int64 = times.map { ($0 - begin).wholeNanoseconds }.filter { $0 > 0 }.min() ?? 1
        first = max(3, Self.power(of: shortest))
        last = max(first, Self.power(of: (end - begin).wholeNanoseconds)) + 1
    }

    private static func power(of value: Int64) -> Int {
        var (power, rest) = (0, value)
        while rest >= 10 { (power, rest) = (power + 1, rest / 10) }
        return power
    }

    private static func ten(to power: Int) -> Int64 { (0..<power).reduce(1) { product, _ in product * 10 } }

    func column(of instant: Instant) -> Int {
        let nanoseconds = (instant - begin).wholeNanoseconds
        let least = Self.ten(to: first)
        // Before the first power all is one step from the beginning.
        guard nanoseconds >= least else { return nanoseconds > 0 ? 1 : 0 }
        let power = min(Self.power(of: nanoseconds), last - 1)
        let part = Double(nanoseconds) / Double(Self.ten(to: power))
        let place = (Double(power - first) + (part - 1) / 9) / Double(last - first)
        return min(width - 1, 2 + Int(place * Double(width - 2)))
    }

    /// `0 ╷10µs     ╷1ms      ╷`.
    var title: String {
        var text = "0"
        for power in first..<last {
            let column = 2 + (power - first) * (width - 2) / (last - first)
            let word = "╷" + Self.word(power)
            guard Glyphs.width(of: text) < column, column + Glyphs.width(of: word) <= width else { continue }
            text += String(repeating: " ", count: column - Glyphs.width(of: text)) + word
        }
        return text + String(repeating: " ", count: max(0, width - Glyphs.width(of: text)))
    }

    private static func word(_ power: Int) -> String {
        let (unit, below) = power < 6 ? ("µs", 3) : power < 9 ? ("ms", 6) : ("s", 9)
        return "\(ten(to: power - below))\(unit)"
    }

    /// A line from the step before to this one.
    func bar(from former: Instant?, to moment: Moment) -> StyledText {
        let end = column(of: moment.from)
        let start = min(end, former.map { column(of: $0) } ?? end)
        return StyledText(String(repeating: " ", count: start))
            + StyledText(String(repeating: "━", count: end - start), .accent) + StyledText("●", .ok, .bold)
    }
}
