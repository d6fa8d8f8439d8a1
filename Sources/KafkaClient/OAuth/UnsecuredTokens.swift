/// Tokens that klamm makes itself and nobody signs, as `sasl.oauthbearer.config` wants them:
/// `principal=alice scope=read,write lifeSeconds=600 extension_tenant=acme`.
struct UnsecuredTokens: Sendable {
    private static let property = "sasl.oauthbearer.config"

    private var principalClaim = "sub"
    private var principal = ""
    private var scopeClaim = "scope"
    private var scope: [String] = []
    private var lifeSeconds: Int64 = 3600
    private var extensions: [OAuthToken.Extension] = []

    init(_ text: String) throws(WireSecurity.Failure) {
        for word in text.split(separator: " ") {
            guard let sign = word.firstIndex(of: "=") else {
                throw WireSecurity.Failure(description: "\(Self.property): \"\(word)\" is not name=value")
            }
            let (name, value) = (String(word[..<sign]), String(word[word.index(after: sign)...]))
            switch name {
            case "principalClaimName": principalClaim = value
            case "principal": principal = value
            case "scopeClaimName": scopeClaim = value
            case "scope": scope = value.split(separator: ",").map(String.init)
            case "lifeSeconds":
                guard let seconds = Int64(value), (1...1_000_000_000).contains(seconds) else {
                    throw WireSecurity.Failure(
                        description: "\(Self.property): lifeSeconds=\(value) is no number of seconds")
                }
                lifeSeconds = seconds
            case _ where name.hasPrefix("extension_"):
                extensions.append(
                    try OAuthToken.Extension(
                        checking: String(name.dropFirst("extension_".count)), value, in: Self.property))
            default:
                throw WireSecurity.Failure(
                    description:
                        "\(Self.property): there is no \(name); there are principal, principalClaimName, scope, "
                        + "scopeClaimName, lifeSeconds and extension_NAME")
            }
        }
        guard !principal.isEmpty else {
            throw WireSecurity.Failure(description: "\(Self.property) names no principal: give principal=alice")
        }
    }

    func token(now: Int64) -> OAuthToken {
        let end = now + lifeSeconds * 1000
        var claims = [
            (principalClaim, JSONWebToken.quoted(principal)), ("iat", Self.seconds(now)), ("exp", Self.seconds(end)),
        ]
        if !scope.isEmpty {
            claims.append((scopeClaim, "[\(scope.map(JSONWebToken.quoted).joined(separator: ","))]"))
        }
        return OAuthToken(
            text: JSONWebToken.unsecured(claims), principal: principal, expiresAt: end, extensions: extensions)
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
