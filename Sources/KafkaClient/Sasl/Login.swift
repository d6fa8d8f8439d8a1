import KafkaProtocol
import NIOCore

/// The login of a connection by one of SASL's mechanisms, as `sasl.` properties want it.
struct Login: Sendable {
    private enum Credentials: Sendable {
        case fixed(SaslLogin.Mechanism)
        case tokens(TokenSource)
    }

    /// Those that klamm knows, by the names that Kafka has for them.
    enum Mechanism: String {
        case plain = "PLAIN"
        case scramSHA256 = "SCRAM-SHA-256"
        case scramSHA512 = "SCRAM-SHA-512"
        case oauthBearer = "OAUTHBEARER"
    }

    private let credentials: Credentials

    init(_ configuration: ClientConfiguration) throws(WireSecurity.Failure) {
        let mechanism = try Self.mechanism(configuration["sasl.mechanisms"] ?? "")
        let hash: SHA2?
        switch mechanism {
        case .oauthBearer:
            credentials = .tokens(try TokenSource(configuration))
            return
        case .plain: hash = nil
        case .scramSHA256: hash = .sha256
        case .scramSHA512: hash = .sha512
        }
        guard let user = configuration["sasl.username"], let password = configuration["sasl.password"] else {
            throw WireSecurity.Failure(description: "\(mechanism.rawValue) needs sasl.username and sasl.password")
        }
        credentials = .fixed(
            hash.map { .scram($0, user: user, password: password) } ?? .plain(user: user, password: password))
    }

    /// In whatever case it is written; what nobody here knows is refused.
    static func mechanism(_ word: String) throws(WireSecurity.Failure) -> Mechanism {
        let name = word.uppercased()
        guard let mechanism = Mechanism(rawValue: name) else {
            throw WireSecurity.Failure(
                description:
                    "sasl.mechanisms=\(name): klamm attach knows PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER")
        }
        return mechanism
    }

    /// Whom librdkafka asks, too.
    var tokens: TokenSource? { if case .tokens(let source) = credentials { source } else { nil } }

    private var mechanism: SaslLogin.Mechanism {
        get async throws {
            switch credentials {
            case .fixed(let mechanism): mechanism
            case .tokens(let source): .bearer(try await source.token())
            }
        }
    }

    /// Asks for everything that it takes to be let in. Returns for how long that holds; nil where it has no end (KIP-368).
    func perform(on connection: BrokerConnection, patience: Duration) async throws -> Duration? {
        let address = connection.address.description
        let mechanism = try await mechanism
        var handshake = SaslHandshakeRequest()
        handshake.mechanism = mechanism.name
        let offered = try await connection.ask(handshake, patience: patience)
        guard offered.errorCode == .none else {
            let known = offered.mechanisms.joined(separator: ", ")
            throw WireError.refused(address, reason: "it knows \(known), not \(mechanism.name)")
        }
        var login = SaslLogin(mechanism, nonce: Base64.encode((0..<24).map { _ in .random(in: .min ... .max) }))
        var lifetime: Int64 = 0
        var next: [UInt8]? = login.start()
        while let message = next {
            var request = SaslAuthenticateRequest()
            request.authBytes = ByteBuffer(bytes: message)
            let answer = try await connection.ask(request, patience: patience)
            guard answer.errorCode == .none else {
                let reason = answer.errorMessage ?? "\(answer.errorCode)"
                throw WireError.refused(address, reason: tokens == nil ? reason : "of this token it says \(reason)")
            }
            lifetime = answer.sessionLifetimeMs
            do {
                next = try login.heard(Array(answer.authBytes.readableBytesView))
            } catch {
                throw WireError.refused(address, reason: "\(error)")
            }
        }
        return lifetime > 0 ? .milliseconds(lifetime) : nil
    }
}
