import FoundationEssentials
import NIOSSL

/// Asks an authorization server for tokens in klamm's own name (RFC 6749, client credentials), as KIP-768 and librdkafka's
/// `oidc` do.
struct TokenEndpoint: Sendable {
    private let address: HTTPAddress
    private let credentials: String
    private let secret: String
    private let form: String
    private let extensions: [OAuthToken.Extension]
    private let tls: NIOSSLContext?
    private let trusted: String

    init(_ configuration: ClientConfiguration) throws(WireSecurity.Failure) {
        func needed(_ name: String) throws(WireSecurity.Failure) -> String {
            guard let value = configuration[name], !value.isEmpty else {
                throw WireSecurity.Failure(description: "sasl.oauthbearer.method=oidc needs \(name)")
            }
            return value
        }
        let url = try needed("sasl.oauthbearer.token.endpoint.url")
        guard let address = HTTPAddress(url) else {
            throw WireSecurity.Failure(
                description: "sasl.oauthbearer.token.endpoint.url is no http:// or https:// address without a user")
        }
        self.address = address
        secret = try needed("sasl.oauthbearer.client.secret")
        credentials = Base64.encode(Array("\(try needed("sasl.oauthbearer.client.id")):\(secret)".utf8))
        let scope = configuration["sasl.oauthbearer.scope"].map { "&scope=\(HTTPAddress.escaped($0))" } ?? ""
        form = "grant_type=client_credentials\(scope)"
        extensions = try Self.extensions(configuration["sasl.oauthbearer.extensions"] ?? "")
        (tls, trusted) = address.isSecured ? try TLSSettings.strangers(configuration) : (nil, "")
    }

    /// `name=value,name=value`.
    private static func extensions(_ text: String) throws(WireSecurity.Failure) -> [OAuthToken.Extension] {
        var extensions: [OAuthToken.Extension] = []
        let property = "sasl.oauthbearer.extensions"
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw WireSecurity.Failure(description: "\(property): \"\(pair)\" is not name=value")
            }
            extensions.append(try OAuthToken.Extension(checking: String(parts[0]), String(parts[1]), in: property))
        }
        return extensions
    }

    private struct Answer: Decodable {
        var access_token: String?
        var expires_in: Double?
        var error: String?
        var error_description: String?

        private enum CodingKeys: String, CodingKey { case access_token, expires_in, error, error_description }

        /// Each by itself: an odd one must not hide the others. Some servers write numbers as text.
        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            func text(_ key: CodingKeys) -> String? { try? members.decode(String.self, forKey: key) }
            access_token = text(.access_token)
            expires_in =
                (try? members.decode(Double.self, forKey: .expires_in)) ?? text(.expires_in).flatMap { Double($0) }
            error = text(.error)
            error_description = text(.error_description)
        }
    }

    func token(now: @Sendable () -> Int64) async throws -> OAuthToken {
        let asked = now()
        let (status, body) = try await answer()
        let answer = try? JSONDecoder().decode(Answer.self, from: Data(body))
        guard status == 200 else { throw refusal(status, answer) }
        guard let text = answer?.access_token, !text.isEmpty else {
            throw WireError.noToken("\(place) answered without an access_token: is it a token endpoint?")
        }
        let claims = JSONWebToken.claims(in: text)
        let seconds = claims?.exp ?? answer?.expires_in.map { Double(asked) / 1000 + $0 }
        guard let seconds, seconds.isFinite, seconds > 0, seconds < 1e12 else {
            throw WireError.noToken("\(place) gave a token and does not say until when it is good")
        }
        let end = Int64(seconds * 1000)
        guard end > now() else {
            throw WireError.noToken("\(place) gave a token that has expired: are both machines' clocks right?")
        }
        return OAuthToken(text: text, principal: claims?.sub ?? "klamm", expiresAt: end, extensions: extensions)
    }

    private func answer() async throws(WireError) -> (status: Int, body: [UInt8]) {
        do {
            return try await HTTPExchange.post(
                form, to: address, authorization: "Basic \(credentials)", tls: tls, within: .seconds(10))
        } catch {
            throw .noToken("\(place) cannot be asked: \(words(error))")
        }
    }

    /// Servers are free in what they tell; what they repeat of us is not shown.
    private func refusal(_ status: Int, _ answer: Answer?) -> WireError {
        let told = [answer?.error, answer?.error_description].compactMap { $0 }.joined(separator: ", ")
        // Before it is clipped: else a part of what must not be shown could remain.
        let secretless = told.replacing(secret, with: "***").replacing(credentials, with: "***")
        let printable = String(secretless.filter { !$0.isNewline && $0 != "\u{1B}" }.prefix(200))
        let reason = printable.isEmpty ? "\(status)" : "\(status), \(printable)"
        switch status {
        case 400, 401, 403:
            return .noToken("\(place) refused (\(reason)): check sasl.oauthbearer.client.id, client.secret and scope")
        case 404, 405: return .noToken("\(place) answered \(reason): check sasl.oauthbearer.token.endpoint.url")
        default: return .noToken("\(place) answered \(reason)")
        }
    }

    private func words(_ error: any Error) -> String {
        switch TLSFailure.kind(of: error) {
        case nil: ConnectFailure.words(error)
        case .notTrusted: "its certificate is not trusted by \(trusted)"
        case .otherName: "its certificate was made for other names than \(address.host)"
        case .notTLS, .endedEarly: "it speaks no TLS there: give its port for https, or http://"
        case .wantsCertificate, .refusesCertificate:
            "it demands a client's certificate, which klamm shows to brokers alone"
        case .tooOld: "it speaks no TLS 1.2 or 1.3"
        case .other(let code): "TLS failed (\(code))"
        }
    }

    private var place: String { "the token endpoint \(address)" }
}
