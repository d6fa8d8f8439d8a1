/// What a key, a value or a header must be like: contain some text, or match a pattern between slashes.
enum TextMatch: Hashable, Sendable {
    /// ASCII letters large or small; the bytes are in small letters.
    case contains([UInt8])
    case pattern(Pattern)

    /// `/^A-\d+$/` is a pattern, anything else text.
    init(_ typed: some StringProtocol) throws(Pattern.Failure) {
        if typed.count >= 2, typed.first == "/", typed.last == "/" {
            self = .pattern(try Pattern(typed.dropFirst().dropLast()))
        } else {
            self = .contains(typed.utf8.map(Self.small))
        }
    }

    func matches(_ bytes: [UInt8]?) -> Bool {
        guard let bytes else { return false }
        switch self {
        case .contains(let text): return Self.occurs(text, in: bytes)
        case .pattern(let pattern): return pattern.matches(bytes)
        }
    }

    private static func small(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    private static func occurs(_ text: [UInt8], in bytes: [UInt8]) -> Bool {
        guard let first = text.first else { return true }
        guard text.count <= bytes.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            text.withUnsafeBufferPointer { text in
                for start in 0...(bytes.count - text.count) where small(bytes[start]) == first {
                    var index = 1
                    while index < text.count, small(bytes[start + index]) == text[index] { index += 1 }
                    if index == text.count { return true }
                }
                return false
            }
        }
    }
}
