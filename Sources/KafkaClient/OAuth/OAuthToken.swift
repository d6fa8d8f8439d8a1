/// A bearer token, and until when a broker takes it. Its text is a secret: no description shows it.
struct OAuthToken: Hashable, Sendable, CustomStringConvertible {
    struct Extension: Hashable, Sendable {
        var name: String
        var value: String
    }

    var text: String
    /// Whom it stands for.
    var principal: String
    /// Milliseconds since 1970-01-01 UTC.
    var expiresAt: Int64
    /// What else brokers are told at the login (KIP-342).
    var extensions: [Extension] = []

    var description: String { "a token of \(principal)" }
}

extension OAuthToken.Extension {
    /// RFC 7628: letters, and what can be printed.
    init(checking name: String, _ value: String, in property: String) throws(WireSecurity.Failure) {
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && $0.isLetter }), name != "auth" else {
            throw WireSecurity.Failure(
                description: "\(property): \"\(name)\" is no name of an extension: those are letters")
        }
        guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 9 || $0 == 10 || $0 == 13 }) else {
            throw WireSecurity.Failure(description: "\(property): the value of \(name) cannot be sent: it is not ASCII")
        }
        self.init(name: name, value: value)
    }
}
