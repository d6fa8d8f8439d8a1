import CCrypto

/// Base64 with padding (RFC 4648), as SCRAM writes bytes.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        // With a zero at the end.
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&text, bytes, Int32(clamping: bytes.count))
        return String(decoding: text.prefix(max(0, Int(count))), as: UTF8.self)
    }

    /// Nil for what is not base64.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard characters.count % 4 == 0, padding <= 2 else { return nil }
        var bytes = [UInt8](repeating: 0, count: characters.count / 4 * 3)
        // It strips blanks, which have no business here.
        guard !characters.contains(where: { $0 <= UInt8(ascii: " ") }),
            EVP_DecodeBlock(&bytes, characters, Int32(clamping: characters.count)) == bytes.count
        else { return nil }
        return bytes.dropLast(padding)
    }
}
