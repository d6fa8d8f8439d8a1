/// The words of a `.proto` file, each with its line, without comments.
struct ProtobufTokens {
    enum Word: Hashable, Sendable {
        /// A name, with its dots.
        case name(String)
        /// As it is written.
        case number(String)
        /// Without quotes; escapes are left as they are.
        case text(String)
        case symbol(Character)
        case end
    }

    struct Token: Hashable, Sendable {
        var word: Word
        var line: Int
    }

    /// A longer file is nobody's schema.
    static let bytesMax = 1 << 20

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    static func read(_ text: String) throws(ProtobufSchema.Failure) -> [Token] {
        guard text.utf8.count <= bytesMax else { throw ProtobufSchema.Failure(1, "is longer than a megabyte") }
        var tokens = ProtobufTokens(bytes: Array(text.utf8))
        var words: [Token] = []
        while true {
            words.append(try tokens.next())
            if words.last?.word == .end { return words }
        }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func byte(_ ahead: Int = 0) -> UInt8? { index + ahead < bytes.count ? bytes[index + ahead] : nil }

    private func isNext(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
        byte() == UInt8(ascii: first) && byte(1) == UInt8(ascii: second)
    }

    private mutating func next() throws(ProtobufSchema.Failure) -> Token {
        try skipSpace()
        let first = line
        guard let byte = byte() else { return Token(word: .end, line: first) }
        let start = index
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return Token(word: .text(try text(until: byte)), line: first)
        case _ where Self.isDigit(byte) || byte == UInt8(ascii: ".") && self.byte(1).map(Self.isDigit) == true:
            while let byte = self.byte(), isOfNumber(byte) { index += 1 }
            return Token(word: .number(String(decoding: bytes[start..<index], as: UTF8.self)), line: first)
        case _ where Self.isLetter(byte) || byte == UInt8(ascii: ".") && self.byte(1).map(Self.isLetter) == true:
            while let byte = self.byte(), Self.isLetter(byte) || Self.isDigit(byte) || byte == UInt8(ascii: ".") {
                index += 1
            }
            return Token(word: .name(String(decoding: bytes[start..<index], as: UTF8.self)), line: first)
        case 0x21..<0x7F:
            index += 1
            return Token(word: .symbol(Character(UnicodeScalar(byte))), line: first)
        default: throw ProtobufSchema.Failure(line, "has a byte that no .proto file has: 0x\(Bytes.hex(byte))")
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) && byte >= 0x41
    }

    /// Also `1e+9` and `0x1F`.
    private func isOfNumber(_ byte: UInt8) -> Bool {
        if Self.isDigit(byte) || Self.isLetter(byte) || byte == UInt8(ascii: ".") { return true }
        guard byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"), index > 0 else { return false }
        return bytes[index - 1] | 0x20 == UInt8(ascii: "e")
    }

    private mutating func skipSpace() throws(ProtobufSchema.Failure) {
        // Some editors begin a file so.
        if index == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        while let byte = byte() {
            if isNext("/", "/") {
                while let byte = self.byte(), byte != UInt8(ascii: "\n") { index += 1 }
            } else if isNext("/", "*") {
                let first = line
                index += 2
                while !isNext("*", "/") {
                    guard let byte = self.byte() else {
                        throw ProtobufSchema.Failure(first, "has a comment without an end")
                    }
                    pass(byte)
                }
                index += 2
            } else if byte == 0x20 || (0x09...0x0D).contains(byte) {
                pass(byte)
            } else {
                return
            }
        }
    }

    private mutating func pass(_ byte: UInt8) {
        if byte == UInt8(ascii: "\n") { line += 1 }
        index += 1
    }

    private mutating func text(until quote: UInt8) throws(ProtobufSchema.Failure) -> String {
        index += 1
        let start = index
        while let byte = byte(), byte != UInt8(ascii: "\n") {
            index += 1
            if byte == quote { return String(decoding: bytes[start..<index - 1], as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), let escaped = self.byte(), escaped != UInt8(ascii: "\n") { index += 1 }
        }
        throw ProtobufSchema.Failure(line, "has a text without its closing quote")
    }
}
