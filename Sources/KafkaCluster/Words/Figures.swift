/// Numbers as people read them. What is not known is never zero: it is `unknown` where it could not be asked, and
/// `none` where there is no such value.
package enum Figures {
    package static let unknown = "?"
    package static let none = "–"

    /// `1,234,567`.
    package static func count(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    package static func count(_ value: Int) -> String { count(Int64(value)) }

    /// To the millisecond: `0.142`, `12.000`.
    package static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        return "\(milliseconds / 1000).\("\(1000 + milliseconds % 1000)".dropFirst())"
    }

    /// One decimal below ten, none above: `0`, `0.4`, `9.8`, `50`, `12,345`.
    package static func rate(_ value: Double) -> String {
        guard value.isFinite, value < 1e15 else { return unknown }
        let value = max(0, value)
        return value < 9.95 && value > 0 ? decimal(value, places: 1) : count(Int64(value.rounded()))
    }

    /// `512 B`, `1.5 KiB`, `20 MiB`.
    package static func bytes(_ value: Int64) -> String {
        guard value >= 1024 else { return "\(value) B" }
        var scaled = Double(value)
        for unit in ["KiB", "MiB", "GiB", "TiB"] {
            scaled /= 1024
            if scaled < 1023.5 || unit == "TiB" {
                return scaled < 9.95 ? "\(decimal(scaled, places: 1)) \(unit)" : "\(Int64(scaled.rounded())) \(unit)"
            }
        }
        return unknown
    }

    /// Microseconds as `850 µs`, `2.3 ms`, `45 ms`, `1.2 s`.
    package static func latency(microseconds value: Int64) -> String {
        switch value {
        case ..<1000: "\(value) µs"
        case ..<9950: "\(decimal(Double(value) / 1000, places: 1)) ms"
        case ..<999_500: "\((value + 500) / 1000) ms"
        default: "\(decimal(Double(value) / 1_000_000, places: 1)) s"
        }
    }

    /// `1 member`, `3 members`.
    package static func plural(_ value: Int64, _ noun: String) -> String {
        "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    package static func decimal(_ value: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        let rounded = Int64((value * scale).rounded())
        let whole = rounded / Int64(scale)
        let digits = String(rounded % Int64(scale))
        return "\(count(whole)).\(String(repeating: "0", count: places - digits.count))\(digits)"
    }
}
