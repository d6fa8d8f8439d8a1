/// An address of http or https, as far as one request needs it.
struct HTTPAddress: Hashable, Sendable, CustomStringConvertible {
    var isSecured: Bool
    var host: String
    var port: Int
    /// The path with what follows it.
    var target: String

    /// Nil for anything else, and for an address with a user in it.
    init?(_ text: String) {
        let parts = text.firstRange(of: "://").map { (text[..<$0.lowerBound].lowercased(), text[$0.upperBound...]) }
        guard let (scheme, rest) = parts, scheme == "http" || scheme == "https" else { return nil }
        isSecured = scheme == "https"
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let path = rest[authority.endIndex...].prefix { $0 != "#" }
        target = path.hasPrefix("/") ? String(path) : "/\(path)"
        guard !authority.isEmpty, !authority.contains("@"),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        var name = authority
        port = isSecured ? 443 : 80
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
            (name, port) = (authority[..<colon], Int(number))
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        guard !name.isEmpty else { return nil }
        host = String(name)
    }

    /// As a request's Host names it.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecured ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// Without the query, in which secrets may stand.
    var description: String {
        "\(isSecured ? "https" : "http")://\(authority)\(target.prefix { $0 != "?" })"
    }

    /// As a form's value.
    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            let isPlain = scalar.properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte)
            if isPlain || "-._~".unicodeScalars.contains(scalar) { return String(scalar) }
            let digits = String(byte, radix: 16).uppercased()
            return "%\(digits.count == 1 ? "0" : "")\(digits)"
        }.joined()
    }
}
