/// Base64 with padding (RFC 4648), as SCRAM writes bytes.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let word = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            for place in 0..<4 {
                text.append(place <= part.count ? alphabet[word >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for what is not base64.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count % 4 == 0 else { return nil }
        let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var bytes: [UInt8] = []
        var word = 0
        for (index, character) in characters.dropLast(padding).enumerated() {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            word = (word << 6 | value) & 0xff_ffff
            if index % 4 == 3 { bytes += [UInt8(word >> 16), UInt8(word >> 8 & 255), UInt8(word & 255)] }
        }
        switch padding {
        case 1: bytes += [UInt8(word >> 10 & 255), UInt8(word >> 2 & 255)]
        case 2: bytes.append(UInt8(word >> 4 & 255))
        default: break
        }
        return bytes
    }
}
