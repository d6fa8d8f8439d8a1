import FoundationEssentials

/// Tokens in JSON (RFC 7519), as far as a client has to do with them: it signs none, and reads of others' only whom they stand
/// for and until when.
enum JSONWebToken {
    struct Claims: Hashable, Sendable, Decodable {
        var sub: String?
        /// Seconds since 1970-01-01 UTC.
        var exp: Double?
    }

    /// Nil for a token of another kind, which is as good.
    static func claims(in token: String) -> Claims? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let padding = String(repeating: "=", count: (4 - parts[1].utf8.count % 4) % 4)
        let base64 = parts[1].replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let bytes = Base64.decode(base64) else { return nil }
        return try? JSONDecoder().decode(Claims.self, from: Data(bytes))
    }

    /// Signed by nobody: for clusters that believe everybody, which Kafka's own are by default.
    static func unsecured(_ claims: [(name: String, json: String)]) -> String {
        let body = claims.map { "\(quoted($0.name)):\($0.json)" }.joined(separator: ",")
        return "\(base64URL(#"{"alg":"none"}"#)).\(base64URL("{\(body)}"))."
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func base64URL(_ text: String) -> String {
        Base64.encode(Array(text.utf8)).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

extension JSONWebToken.Claims {
    private enum CodingKeys: String, CodingKey { case sub, exp }

    /// Each by itself: an odd one must not hide the other.
    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        sub = try? members.decode(String.self, forKey: .sub)
        exp = try? members.decode(Double.self, forKey: .exp)
    }
}
