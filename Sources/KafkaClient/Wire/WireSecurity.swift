import Glibc
import KafkaCluster
import NIOCore
import NIOSSL

/// How a connection is kept from others' eyes, and says who we are before anything is asked; by the same properties that
/// librdkafka takes.
package struct WireSecurity: Sendable {
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package var description: String
    }

    package static let plaintext = WireSecurity()

    /// The same for librdkafka, without what only Java or we know.
    package let clients: ClientConfiguration
    /// What was asked for and comes to nothing, as a sentence for the user; nil where there is no such thing.
    package let remark: String?
    private let tls: TLSSettings?
    private let login: Login?

    private init() {
        clients = ClientConfiguration()
        remark = nil
        tls = nil
        login = nil
    }

    /// Reads every file that the properties name.
    package init(_ configuration: ClientConfiguration) throws(Failure) {
        let name = configuration["security.protocol"]?.uppercased() ?? "PLAINTEXT"
        guard ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"].contains(name) else {
            throw Failure(
                description: "security.protocol=\(name): it is PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL")
        }
        let usesTLS = name.hasSuffix("SSL")
        let asksSecurely =
            configuration["sasl.oauthbearer.token.endpoint.url"]?.lowercased().hasPrefix("https") ?? false
        var clients = try JavaStores.resolved(configuration, usesTLS: usesTLS || asksSecurely)
        tls = usesTLS ? try TLSSettings(clients) : nil
        if name.hasPrefix("SASL") {
            login = try Login(clients)
            remark = nil
        } else {
            login = nil
            remark = try configuration["sasl.mechanisms"].map { word throws(Failure) in
                "sasl.mechanisms=\(try Login.mechanism(word).rawValue) has no effect: security.protocol is \(name), which has no "
                    + "login; SASL_\(usesTLS ? "SSL" : "PLAINTEXT") has one"
            }
        }
        clients.tokens = login?.tokens
        clients.removeAll { TokenSource.isItsOwn($0) }
        self.clients = clients
    }

    func prepare(_ channel: any Channel, for address: ClusterSurvey.Address) throws {
        if let tls { try channel.pipeline.syncOperations.addHandler(tls.handler(for: address.host)) }
    }

    /// Fetches what a login needs from elsewhere, so that its failure is told once and not for each broker.
    func getReady() async throws { _ = try await login?.tokens?.token() }

    /// Returns for how long the broker lets us stay; nil for ever.
    func authenticate(_ connection: BrokerConnection, patience: Duration) async throws -> Duration? {
        try await login?.perform(on: connection, patience: patience)
    }

    // MARK: What went wrong

    /// Why the connection failed, in words that say what to do.
    func failure(_ error: any Error, at address: String) -> WireError {
        if let error = error as? ResponseFrames.BadSize {
            return error.isTLS ? .spokeTLS(address) : .notKafka(address, reason: "\(error)")
        }
        if let tls, let kind = TLSFailure.kind(of: error) {
            let reason = tls.words(kind, plainProtocol: login == nil ? "PLAINTEXT" : "SASL_PLAINTEXT")
            return .cannotSecure(address, kind, reason: reason)
        }
        if let error = error as? IOError, error.errnoCode == ECONNRESET { return .closed(address) }
        return .cannotConnect(address, reason: ConnectFailure.words(error))
    }

    /// What it means that nothing could be asked at all.
    func firstFailure(
        _ error: WireError, of address: ClusterSurvey.Address, isSecured: Bool, on group: any EventLoopGroup,
        patience: Duration
    ) async -> WireError {
        let place = address.description
        switch (error, tls) {
        case (.cannotSecure(_, let kind, _), let tls?) where kind == .notTrusted || kind == .otherName:
            let shown = await PresentedCertificate.shown(at: address, to: tls, on: group, patience: patience)
            return shown?.words(kind).map { .cannotSecure(place, kind, reason: $0) } ?? error
        case (.closed, let tls?) where isSecured && !tls.hasCertificate:
            // Its alert may get lost with the connection.
            let guess = tls.words(.wantsCertificate, plainProtocol: "")
            return .cannotConnect(
                place, reason: "it closed the connection after the TLS handshake: perhaps \(guess)")
        case (.closed, _?) where !isSecured: return failure(BoringSSLError.zeroReturn, at: place)
        case (.closed, nil):
            let reason =
                "it closed the connection at the first question: if it speaks TLS there, give \(securedProtocol)"
            return .cannotConnect(place, reason: reason)
        case (.spokeTLS, nil):
            return .cannotConnect(place, reason: "it speaks TLS there: give \(securedProtocol)")
        default: return error
        }
    }

    /// A broker that wants a login says what it speaks before, and nothing else.
    func metadataFailure(_ error: any Error) -> any Error {
        guard login == nil, case WireError.closed(let address) = error else { return error }
        return WireError.cannotConnect(
            address,
            reason: "it closed the connection when it was asked for its metadata: if it wants a login there, give "
                + "security.protocol=\(tls == nil ? "SASL_PLAINTEXT" : "SASL_SSL") and sasl.mechanisms")
    }

    private var securedProtocol: String { "security.protocol=\(login == nil ? "SSL" : "SASL_SSL")" }
}
