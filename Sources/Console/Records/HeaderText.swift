/// Headers as one line of text and back, without losing a byte: `trace=a1b2, note=one\, two, gone=\N, raw=\xff`.
///
/// A backslash goes before a comma or another backslash; `\xHH` is a byte, `\N` alone stands for null.
enum HeaderText {
    /// A sentence for whoever typed it.
    struct Failure: Error, Hashable, Sendable {
        var reason: String
    }

    static func write(_ headers: [RecordRow.Header]) -> String {
        headers.map { header in
            escaped(Array(header.name.utf8), isName: true) + "="
                + (header.value.map { escaped($0, isName: false) } ?? "\\N")
        }.joined(separator: ", ")
    }

    private static func escaped(_ bytes: [UInt8], isName: Bool) -> String {
        // Blanks at the ends would be taken for those around the comma.
        let isText = Bytes.text(bytes) != nil && bytes.first != 32 && bytes.last != 32
        guard isText, let text = String(validating: bytes, as: UTF8.self) else {
            return bytes.map { "\\x\(Bytes.hex($0))" }.joined()
        }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar {
            case "\\", ",": line += "\\\(scalar)"
            case "=" where isName: line += "\\x3d"
            case _ where scalar.value < 0x20: line += "\\x\(Bytes.hex(UInt8(truncatingIfNeeded: scalar.value)))"
            default: line.unicodeScalars.append(scalar)
            }
        }
    }

    static func read(_ text: String) throws(Failure) -> [RecordRow.Header] {
        var headers: [RecordRow.Header] = []
        for part in split(text) {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try halves.first.map { half throws(Failure) in try bytes(half.trimmed) } ?? []
            guard halves.count == 2, !name.isEmpty else {
                throw Failure(reason: "a header is name=value; separate several by commas")
            }
            let value = halves[1].trimmed
            headers.append(
                RecordRow.Header(
                    name: String(decoding: name, as: UTF8.self), value: value == "\\N" ? nil : try bytes(value)))
        }
        return headers
    }

    /// At the commas that no backslash precedes.
    private static func split(_ text: String) -> [String] {
        var parts: [String] = [""]
        var isEscaped = false
        for character in text {
            if character == ",", !isEscaped {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        return parts.filter { !$0.trimmed.isEmpty }
    }

    private static func bytes(_ text: some StringProtocol) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "x"):
                guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                    throw Failure(reason: "in a header \\x is followed by two hexadecimal digits")
                }
                rest = rest.dropFirst(2)
                bytes.append(value)
            case let other? where other == byte || other == UInt8(ascii: ","): bytes.append(other)
            default:
                throw Failure(reason: "in a header write \\\\ for a backslash, \\, for a comma, \\N alone for null")
            }
        }
        return bytes
    }
}
