/// Milliseconds since 1970 as a date and a time, and back, by arithmetic alone.
package enum WallClock {
    package struct Parts: Hashable, Sendable {
        package var year: Int64
        package var month: Int64
        package var day: Int64
        package var hour: Int64
        package var minute: Int64
        package var second: Int64
        package var millisecond: Int64
    }

    /// Years that four digits hold; timestamps outside are someone's mistake and shown as a number.
    private static let sane: Range<Int64> = -62_135_596_800_000..<253_402_300_800_000

    /// The parts of a time that lies within four-digit years, moved by an offset from UTC.
    package static func parts(of milliseconds: Int64, offsetSeconds: Int = 0) -> Parts? {
        guard sane.contains(milliseconds), abs(offsetSeconds) <= 86_400 else { return nil }
        let shifted = milliseconds + Int64(offsetSeconds) * 1000
        let days = (shifted - floorRemainder(shifted, 86_400_000)) / 86_400_000
        let rest = floorRemainder(shifted, 86_400_000)
        let (year, month, day) = civil(daysSince1970: days)
        return Parts(
            year: year, month: month, day: day, hour: rest / 3_600_000, minute: rest / 60_000 % 60,
            second: rest / 1000 % 60, millisecond: rest % 1000)
    }

    /// `14:02:33.120`.
    package static func time(_ milliseconds: Int64, offsetSeconds: Int = 0) -> String {
        guard let parts = parts(of: milliseconds, offsetSeconds: offsetSeconds) else { return "\(milliseconds)" }
        return "\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)).\(three(parts.millisecond))"
    }

    /// `14:02:33`, or `11-20 14:02` for what is half a day away.
    package static func short(_ milliseconds: Int64, now: Int64, offsetSeconds: Int = 0) -> String {
        guard let parts = parts(of: milliseconds, offsetSeconds: offsetSeconds) else { return "\(milliseconds)" }
        let minute = "\(two(parts.hour)):\(two(parts.minute))"
        guard now.saturatingSubtract(milliseconds).magnitude >= 43_200_000 else {
            return "\(minute):\(two(parts.second))"
        }
        return "\(two(parts.month))-\(two(parts.day)) \(minute)"
    }

    /// `2026-11-21 14:02:33.120`.
    package static func dateAndTime(_ milliseconds: Int64, offsetSeconds: Int = 0) -> String {
        guard let parts = parts(of: milliseconds, offsetSeconds: offsetSeconds) else { return "\(milliseconds)" }
        let year = String(repeating: "0", count: max(0, 4 - String(parts.year).count)) + String(parts.year)
        return "\(year)-\(two(parts.month))-\(two(parts.day)) \(time(milliseconds, offsetSeconds: offsetSeconds))"
    }

    /// `UTC`, `UTC+02:00`.
    package static func zone(offsetSeconds: Int) -> String {
        guard offsetSeconds != 0 else { return "UTC" }
        let minutes = Int64(offsetSeconds.magnitude / 60)
        return "UTC\(offsetSeconds < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }

    private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    private static func three(_ value: Int64) -> String { value < 100 ? "0" + two(value) : "\(value)" }
    private static func floorRemainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }

    // Howard Hinnant's arithmetic: years begin in March, so that the leap day comes last.
    private static func civil(daysSince1970 days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = (shifted - floorRemainder(shifted, 146_097)) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year - floorRemainder(year, 400)) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
