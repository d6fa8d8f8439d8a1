import Glibc

/// Where bearer tokens come from: one for all connections, ours and librdkafka's, and another before it expires.
package actor TokenSource {
    enum Grant: Sendable {
        case unsecured(UnsecuredTokens)
        case endpoint(TokenEndpoint)
    }

    private let grant: Grant
    private let now: @Sendable () -> Int64
    private var held: (token: OAuthToken, renewAt: Int64)?
    private var fetching: Task<OAuthToken, any Error>?

    /// `now` reads the wall clock, in milliseconds.
    init(_ grant: Grant, now: @escaping @Sendable () -> Int64 = TokenSource.wallClockMilliseconds) {
        self.grant = grant
        self.now = now
    }

    /// Throws why none can be had; one that can be shown for a while yet serves until then.
    func token() async throws -> OAuthToken {
        if let held, now() < held.renewAt { return held.token }
        let task = fetching ?? Task { [grant, now] in try await grant.token(now: now) }
        fetching = task
        do {
            let token = try await task.value
            if fetching == task {
                // As librdkafka does: a fifth of its life is left for another.
                let fetched = now()
                held = (token, fetched + max(0, token.expiresAt - fetched) / 5 * 4)
                fetching = nil
            }
            return token
        } catch {
            if fetching == task { fetching = nil }
            if let held, now() < held.token.expiresAt { return held.token }
            throw error
        }
    }

    static let wallClockMilliseconds: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension TokenSource.Grant {
    fileprivate func token(now: @Sendable () -> Int64) async throws -> OAuthToken {
        switch self {
        case .unsecured(let tokens): tokens.token(now: now())
        case .endpoint(let endpoint): try await endpoint.token(now: now)
        }
    }
}

/// One is like no other: a configuration holds it.
extension TokenSource: Hashable {
    package static func == (one: TokenSource, other: TokenSource) -> Bool { one === other }
    package nonisolated func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension TokenSource {
    /// What only this understands; librdkafka asks it for tokens.
    static func isItsOwn(_ property: String) -> Bool {
        property.hasPrefix("sasl.oauthbearer.") || property == "enable.sasl.oauthbearer.unsecure.jwt"
    }

    init(_ configuration: ClientConfiguration) throws(WireSecurity.Failure) {
        if try Self.asksEndpoint(configuration) {
            self.init(.endpoint(try TokenEndpoint(configuration)))
        } else if configuration["enable.sasl.oauthbearer.unsecure.jwt"]?.lowercased() == "true" {
            self.init(.unsecured(try UnsecuredTokens(configuration["sasl.oauthbearer.config"] ?? "")))
        } else {
            throw WireSecurity.Failure(
                description: "OAUTHBEARER needs tokens: give sasl.oauthbearer.method=oidc with "
                    + "sasl.oauthbearer.token.endpoint.url, client.id and client.secret; or, where unsigned tokens are taken, "
                    + "sasl.oauthbearer.config=principal=NAME with enable.sasl.oauthbearer.unsecure.jwt=true")
        }
    }

    private static func asksEndpoint(_ configuration: ClientConfiguration) throws(WireSecurity.Failure) -> Bool {
        switch configuration["sasl.oauthbearer.method"]?.lowercased() {
        case "oidc": true
        case nil: configuration["sasl.oauthbearer.token.endpoint.url"] != nil
        case "default": false
        case let method?:
            throw WireSecurity.Failure(description: "sasl.oauthbearer.method=\(method): it is default or oidc")
        }
    }
}
