/// A record's bytes as something to look at: text where they are text, else hexadecimal.
enum Bytes {
    /// The bytes as text; nil where they are not UTF-8, or mostly control characters.
    static func text(_ bytes: some Collection<UInt8>) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let controls = text.unicodeScalars.count { $0.value < 0x20 && !($0 == "\n" || $0 == "\t" || $0 == "\r") }
        return controls * 10 > text.unicodeScalars.count ? nil : text
    }

    /// The beginning, in one line.
    static func preview(_ bytes: [UInt8]) -> String {
        let start = beginning(bytes, most: previewMax)
        if let text = text(start) { return text }
        return "0x" + start.prefix(64).map(hex).joined()
    }

    static func styled(_ bytes: [UInt8]?, absent: String) -> StyledText {
        guard let bytes else { return StyledText(absent, .muted, .italic) }
        if bytes.isEmpty { return StyledText("empty", .muted, .italic) }
        let isText = text(beginning(bytes, most: previewMax)) != nil
        return StyledText(preview(bytes), isText ? .text : .accent)
    }

    /// In one line, as the user wants to see it; as what they are where they are not that.
    static func styled(
        _ bytes: [UInt8]?, absent: String, as format: ByteFormat, _ schema: RecordSchema?
    ) -> StyledText {
        guard let bytes, !bytes.isEmpty else { return styled(bytes, absent: absent) }
        switch format {
        case .automatic:
            if bytes.count <= jsonMax, let value = schema?.read(bytes) {
                return JSONLayout.line(value, characters: lineMax)
            }
        case .text: return StyledText(String(decoding: beginning(bytes, most: previewMax), as: UTF8.self))
        case .json:
            if bytes.count <= jsonMax, let value = RecordSchemas.json(bytes, schema) {
                return JSONLayout.line(value, characters: lineMax)
            }
        case .hex: return StyledText(bytes.prefix(lineMax / 3).map(hex).joined(separator: " "), .accent)
        case .integer: if let number = ByteFormat.integer(bytes) { return StyledText("\(number)", .accent) }
        }
        return styled(bytes, absent: absent)
    }

    /// At most so many bytes, cut between characters. A record may have megabytes, and a screen never shows them all: what
    /// is decoded is cut before.
    static func beginning(_ bytes: [UInt8], most: Int) -> [UInt8] {
        bytes.count > most ? bytes.prefix(most).droppingCutCharacter() : bytes
    }

    private static let previewMax = 1024
    /// No line of a table is longer.
    private static let lineMax = 400
    /// Larger values are not parsed for a line of a table.
    static let jsonMax = 64 << 10

    static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0\(digits)" : digits
    }

    /// Sixteen bytes a line: offset, bytes in two groups of eight, and what of them is printable.
    static func dump(_ bytes: [UInt8]) -> [StyledText] {
        stride(from: 0, to: bytes.count, by: 16).map { start in
            let line = bytes[start..<min(start + 16, bytes.count)]
            var offset = String(start, radix: 16)
            offset = String(repeating: "0", count: max(0, 6 - offset.count)) + offset
            var digits = ""
            for index in 0..<16 {
                digits += start + index < line.endIndex ? hex(bytes[start + index]) + " " : "   "
                if index == 7 { digits += " " }
            }
            let letters = line.map { (0x20..<0x7F).contains($0) ? String(UnicodeScalar($0)) : "·" }.joined()
            return StyledText(offset + "  ", .muted) + StyledText(digits + " ") + StyledText(letters, .accent)
        }
    }
}

extension RangeReplaceableCollection<UInt8> where Self: BidirectionalCollection {
    /// Without the beginning of a UTF-8 character that a cut left at the end.
    fileprivate func droppingCutCharacter() -> [UInt8] {
        var bytes = Array(self)
        var continuation = 0
        while let last = bytes.last, last & 0xC0 == 0x80, continuation < 3 {
            bytes.removeLast()
            continuation += 1
        }
        if let last = bytes.last, last >= 0xC0 {
            bytes.removeLast()
            return bytes
        }
        return Array(self.prefix(bytes.count))
    }
}
