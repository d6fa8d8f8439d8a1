/// Kafka's 128-bit identifier of a topic, a log directory or a broker's incarnation. All zero means "not given".
///
/// Written as 22 characters of URL-safe base64 without padding (`org.apache.kafka.common.Uuid`).
package struct Uuid: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var high: UInt64
    package var low: UInt64

    @inlinable
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    @inlinable package static var zero: Self { Self(high: 0, low: 0) }

    @inlinable package static func == (left: Self, right: Self) -> Bool {
        left.high == right.high && left.low == right.low
    }
    @inlinable package static func != (left: Self, right: Self) -> Bool { !(left == right) }
    @inlinable package func _rawHashValue(seed: Int) -> Int { seed.mixed(with: high).mixed(with: low) }

    /// A fresh identifier from the caller's generator. Like Kafka's, it never starts with a dash when printed, since
    /// command-line tools would read that as an option.
    package static func random(using generator: inout some RandomNumberGenerator) -> Self {
        while true {
            let uuid = Self(high: generator.next(), low: generator.next())
            if uuid != .zero, uuid.description.first != "-" { return uuid }
        }
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    package var description: String {
        // 22 digits of six bits hold 132 bits: the last digit carries the two lowest bits, shifted up by four.
        let value = UInt128(high) << 64 | UInt128(low)
        let leading = (0..<21).map { Self.alphabet[Int(truncatingIfNeeded: value >> (122 - 6 * $0)) & 63] }
        let last = Self.alphabet[(Int(truncatingIfNeeded: value) & 3) << 4]
        return String(decoding: leading + [last], as: UTF8.self)
    }

    /// Reads the printed form; nil unless it is exactly 22 characters of the alphabet.
    package init?(_ text: String) {
        let digits = text.utf8.map { Self.alphabet.firstIndex(of: $0) }
        guard digits.count == 22, let last = digits[21] else { return nil }
        var value: UInt128 = 0
        for digit in digits.dropLast() {
            guard let digit else { return nil }
            value = value << 6 | UInt128(digit)
        }
        value = value << 2 | UInt128(last >> 4)
        self.init(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
    }
}
