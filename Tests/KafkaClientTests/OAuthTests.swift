import Synchronization
import Testing

@testable import KafkaClient

/// Bearer tokens: what klamm makes itself, what it reads of others', and when it wants another.
@Suite struct OAuthTests {
    @Test func `an unsigned token says who, until when and what for`() throws {
        // What Kafka's own callback handler makes of the same options, and librdkafka's.
        let tokens = try UnsecuredTokens(
            "principalClaimName=azp principal=al\"ice scopeClaimName=roles scope=read,write lifeSeconds=600 "
                + "extension_tenant=acme"
        )
        let token = tokens.token(now: 1_546_300_800_007)
        #expect(token.expiresAt == 1_546_301_400_007 && token.principal == "al\"ice")
        #expect(token.extensions == [.init(name: "tenant", value: "acme")])
        let parts = token.text.split(separator: ".", omittingEmptySubsequences: false)
        #expect(parts.count == 3 && parts[2].isEmpty)
        func decoded(_ part: Substring) -> String? {
            let text = part.replacing("-", with: "+").replacing("_", with: "/")
            let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
            return Base64.decode(text + padding).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(decoded(parts[0]) == #"{"alg":"none"}"#)
        #expect(
            decoded(parts[1])
                == #"{"azp":"al\"ice","iat":1546300800.007,"exp":1546301400.007,"roles":["read","write"]}"#)
        #expect(JSONWebToken.claims(in: token.text) == .init(sub: nil, exp: 1_546_301_400.007))
        // {"sub":7,"exp":12}: the one that is no text does not hide the other.
        #expect(JSONWebToken.claims(in: "e30.eyJzdWIiOjcsImV4cCI6MTJ9.") == .init(sub: nil, exp: 12))
        #expect(JSONWebToken.claims(in: "opaque") == nil && JSONWebToken.claims(in: "a.b.c") == nil)
    }

    @Test(arguments: [
        ("", "names no principal: give principal=alice"), ("principal", "\"principal\" is not name=value"),
        ("principal=a lifeSeconds=0", "lifeSeconds=0 is no number of seconds"),
        ("principal=a color=red", "there is no color; there are principal"),
        ("principal=a extension_a1=b", "\"a1\" is no name of an extension"),
        ("principal=a extension_auth=b", "\"auth\" is no name of an extension"),
    ])
    func `options that cannot be are named`(options: String, words: String) throws {
        // A wrong one would give a token that no broker takes.
        let failure = try #require(#expect(throws: WireSecurity.Failure.self) { _ = try UnsecuredTokens(options) })
        #expect(failure.description.contains(words), "\(failure)")
    }

    private func security(_ text: String) throws -> WireSecurity {
        try WireSecurity(
            ClientProperties.parse("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=OAUTHBEARER\n\(text)"))
    }

    @Test(arguments: [
        ("", "OAUTHBEARER needs tokens: give sasl.oauthbearer.method=oidc"),
        ("sasl.oauthbearer.config=principal=a", "with enable.sasl.oauthbearer.unsecure.jwt=true"),
        ("sasl.oauthbearer.method=magic", "it is default or oidc"),
        ("sasl.oauthbearer.method=oidc", "needs sasl.oauthbearer.token.endpoint.url"),
        ("sasl.oauthbearer.token.endpoint.url=http://a/t", "needs sasl.oauthbearer.client.secret"),
        ("sasl.oauthbearer.token.endpoint.url=http://u:quiet@a/t", "is no http:// or https:// address without a user"),
        (
            "sasl.oauthbearer.token.endpoint.url=http://a/t\nsasl.oauthbearer.client.id=a\n"
                + "sasl.oauthbearer.client.secret=quiet\nsasl.oauthbearer.extensions=a", "\"a\" is not name=value"
        ),
    ])
    func `what is missing for tokens is said`(properties: String, words: String) throws {
        // Before anybody is asked anything.
        let failure = try #require(#expect(throws: WireSecurity.Failure.self) { _ = try security(properties) })
        #expect(failure.description.contains(words), "\(failure)")
        #expect(!failure.description.contains("quiet"))
    }

    @Test func `librdkafka asks us for tokens, and is told nothing else of them`() throws {
        // Debian's is built without its own way to token endpoints, and one source is enough.
        for text in [
            "sasl.oauthbearer.config=principal=a\nenable.sasl.oauthbearer.unsecure.jwt=true",
            "sasl.oauthbearer.method=oidc\nsasl.oauthbearer.token.endpoint.url=http://a/t\n"
                + "sasl.oauthbearer.client.id=a\nsasl.oauthbearer.client.secret=quiet",
            "sasl.oauthbearer.token.endpoint.url=https://a/t\nsasl.jaas.config=x.OAuthBearerLoginModule required "
                + "clientId=a clientSecret=\"quiet\" extension_tenant=acme;",
            "sasl.jaas.config=x.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"alice\";",
        ] {
            let clients = try security(text).clients
            #expect(clients.tokens != nil)
            #expect(!clients.settings.contains { $0.name.contains("oauthbearer") || $0.value.contains("quiet") })
            try clients.check()
        }
    }

    @Test func `a token is fetched again when a fifth of its life is left`() async throws {
        // All connections share it; nobody shows one that ends under way.
        let clock = Clock()
        let source = TokenSource(.unsecured(try UnsecuredTokens("principal=a lifeSeconds=100"))) {
            clock.milliseconds.load(ordering: .relaxed)
        }
        #expect(try await source.token().expiresAt == 100_000)
        clock.milliseconds.store(79_999, ordering: .relaxed)
        #expect(try await source.token().expiresAt == 100_000)
        clock.milliseconds.store(80_000, ordering: .relaxed)
        #expect(try await source.token().expiresAt == 180_000)
    }

    private final class Clock: Sendable {
        let milliseconds = Atomic<Int64>(0)
    }

    @Test func `an address of http is taken apart`() throws {
        // As far as one request needs it.
        let plain = try #require(HTTPAddress("http://id.example/realms/a/token?x=secret#y"))
        #expect(plain.host == "id.example" && plain.port == 80 && plain.target == "/realms/a/token?x=secret")
        #expect("\(plain)" == "http://id.example/realms/a/token", "a query may hold secrets")
        let secured = try #require(HTTPAddress("HTTPS://[::1]:8443"))
        #expect(secured.isSecured && secured.host == "::1" && secured.port == 8443 && secured.target == "/")
        #expect(secured.authority == "[::1]:8443")
        for bad in [
            "", "id.example", "ftp://a/b", "http://", "http://:80", "http://a:0", "http://a b", "http://u:p@a/",
        ] {
            #expect(HTTPAddress(bad) == nil, "\(bad)")
        }
        #expect(HTTPAddress.escaped("a b+ü~1") == "a%20b%2B%C3%BC~1")
    }
}
