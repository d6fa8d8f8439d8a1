/// Times as people type them.
extension WallClock {
    /// Milliseconds since 1970 of what was typed; nil where it is no time.
    ///
    /// | typed | meaning |
    /// |---|---|
    /// | `14:02`, `14:02:33`, `14:02:33.120` | of the day of `now` |
    /// | `2026-11-21`, `2026-11-21 14:02`, `2026-11-21T14:02:33` | in the zone of `offsetSeconds` |
    /// | the same with `Z`, `+02:00`, `+0200` or `+02` behind the time | in that zone |
    /// | `now`, `-10m`, `-1h30m`, `-2d` | so long before `now`: ms, s, m, h, d, w |
    /// | `1795269753120` | milliseconds since 1970 |
    package static func parse(_ text: String, now: Int64, offsetSeconds: Int = 0) -> Int64? {
        if text == "now" { return now }
        if text.hasPrefix("-"), let span = span(text.dropFirst()) {
            let (time, overflow) = now.subtractingReportingOverflow(span)
            return overflow ? nil : time
        }
        let words = text.split(whereSeparator: { $0 == " " || $0 == "T" })
        if words.count == 1, let number = Int64(words[0]), words[0].count > 8 { return number }
        guard let last = words.last else { return nil }
        let (time, zone) = zoned(last)
        let offset = Int64(zone ?? offsetSeconds) * 1000
        if words.count == 1, time.contains(":"), let today = parts(of: now, offsetSeconds: zone ?? offsetSeconds) {
            return timeOfDay(time).map {
                daysSince1970(today.year, today.month, today.day) * 86_400_000 + $0 - offset
            }
        }
        guard let date = words.first?.split(separator: "-").map({ Int64($0) }), date.count == 3, words.count <= 2,
            let year = date[0], let month = date[1], let day = date[2], (1...9999).contains(year),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let midnight = daysSince1970(year, month, day) * 86_400_000 - offset
        return words.count == 1 ? midnight : timeOfDay(time).map { midnight + $0 }
    }

    /// `1h30m` in milliseconds.
    private static func span(_ text: Substring) -> Int64? {
        let units: [(name: String, milliseconds: Int64)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000),
        ]
        var rest = text
        var sum: Int64 = 0
        repeat {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(letters.count)
            guard let count = Int64(digits), let unit = units.first(where: { $0.name == letters }) else { return nil }
            let (part, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
            guard !overflow, part <= Int64.max - sum else { return nil }
            sum += part
        } while !rest.isEmpty
        return sum
    }

    /// The time of day without its zone, and the zone's distance from UTC in seconds.
    private static func zoned(_ text: Substring) -> (time: Substring, seconds: Int?) {
        guard text.contains(":") else { return (text, nil) }
        if text.last == "Z" || text.last == "z" { return (text.dropLast(), 0) }
        guard let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return (text, nil) }
        let digits = text[text.index(after: sign)...].filter { $0 != ":" }
        guard [2, 4].contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let hours = Int(digits.prefix(2)), let minutes = digits.count == 4 ? Int(digits.suffix(2)) : 0,
            hours <= 14, minutes < 60
        else { return (text, nil) }
        let seconds = hours * 3600 + minutes * 60
        return (text[..<sign], text[sign] == "-" ? -seconds : seconds)
    }

    private static func timeOfDay(_ text: Substring) -> Int64? {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let first = halves.first else { return nil }
        let fields = first.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard (2...3).contains(fields.count), let hour = fields[0], let minute = fields[1],
            let second = fields.count == 3 ? fields[2] : 0, (0..<24).contains(hour), (0..<60).contains(minute),
            (0..<60).contains(second), halves.count <= 2
        else { return nil }
        var milliseconds: Int64 = 0
        if halves.count == 2 {
            guard let fraction = Int64((halves[1] + "00").prefix(3)), fraction >= 0 else { return nil }
            milliseconds = fraction
        }
        return ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds
    }
}
