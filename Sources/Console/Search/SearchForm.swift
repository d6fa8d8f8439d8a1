import KafkaCluster

/// A search as it is filled in; each field but the last narrows it.
struct SearchForm: Hashable, Sendable {
    static let labels = ["Anywhere", "Key", "Value", "Header", "JSON", "Offsets", "From"]
    static let hints = [
        "contains this text, or /a regular expression/", "contains this, or /an expression/",
        "contains this, or /an expression/", "its name; name=contained text, or name=/expression/",
        "$.user.id = 7, $.total > 10, $.sku ~ /^A/", "100-200, 100- or -200", "begin; -10m, 14:02 or another time",
    ]

    /// Where it begins.
    enum Start: Hashable, Sendable {
        case begin
        case time(Int64)
    }

    /// A sentence about the field that cannot be read.
    struct Failure: Error, Hashable, Sendable {
        var field: Int
        var reason: String
    }

    /// Nil for what was left empty throughout.
    static func read(
        _ texts: [String], now: Int64, utcOffsetSeconds: Int
    ) throws(Failure) -> (filter: RecordFilter?, start: Start) {
        var filter = RecordFilter()
        for (field, text) in texts.enumerated() where !text.isEmpty && field < 6 {
            do throws(Pattern.Failure) {
                switch field {
                case 0: filter.anywhere = try TextMatch(text)
                case 1: filter.key = try TextMatch(text)
                case 2: filter.value = try TextMatch(text)
                case 3: filter.header = try header(text)
                case 4:
                    do throws(JSONPath.Failure) {
                        filter.json = try JSONCondition(text)
                    } catch {
                        throw Pattern.Failure(reason: error.reason)
                    }
                default:
                    guard let offsets = offsets(text) else {
                        throw Pattern.Failure(reason: "offsets are 100-200, 100- or -200")
                    }
                    filter.offsets = offsets
                }
            } catch {
                throw Failure(field: field, reason: error.reason)
            }
            filter.words.append("\(labels[field].lowercased()) \(text)")
        }
        return (filter.words.isEmpty ? nil : filter, try start(texts[6], now: now, utcOffsetSeconds: utcOffsetSeconds))
    }

    private static func start(_ text: String, now: Int64, utcOffsetSeconds: Int) throws(Failure) -> Start {
        if text.isEmpty || text == "begin" { return .begin }
        guard let time = WallClock.parse(text, now: now, offsetSeconds: utcOffsetSeconds) else {
            throw Failure(field: 6, reason: "not a time: write -10m, 14:02 or 2026-11-21T14:02:33Z, or begin")
        }
        return .time(time)
    }

    private static func header(_ text: String) throws(Pattern.Failure) -> RecordFilter.Header {
        let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = halves.count == 2 ? try TextMatch(halves[1].trimmed) : nil
        return RecordFilter.Header(name: String((halves.first ?? "").trimmed), value: value)
    }

    /// Both ends are among them.
    private static func offsets(_ text: String) -> Range<Int64>? {
        let halves = text.filter { $0 != "," }.split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.trimmed }
        guard halves.count <= 2, let first = halves.first, let last = halves.last, !(first + last).isEmpty else {
            return nil
        }
        guard let low = first.isEmpty ? 0 : Int64(first), let high = last.isEmpty ? .max - 1 : Int64(last), low >= 0,
            low <= high, high < .max
        else { return nil }
        return low..<high + 1
    }
}
