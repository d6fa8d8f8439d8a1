import KafkaProtocol
import NIOCore

/// The login of a connection by one of SASL's mechanisms, as `sasl.` properties want it.
struct Login: Sendable {
    private let mechanism: SaslLogin.Mechanism

    init(_ configuration: ClientConfiguration) throws(WireSecurity.Failure) {
        let name = (configuration["sasl.mechanisms"] ?? "").uppercased()
        let hash: SHA2?
        switch name {
        case "PLAIN": hash = nil
        case "SCRAM-SHA-256": hash = .sha256
        case "SCRAM-SHA-512": hash = .sha512
        default:
            throw WireSecurity.Failure(
                description: "sasl.mechanisms=\(name): klamm attach knows PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512")
        }
        guard let user = configuration["sasl.username"], let password = configuration["sasl.password"] else {
            throw WireSecurity.Failure(description: "\(name) needs sasl.username and sasl.password")
        }
        mechanism = hash.map { .scram($0, user: user, password: password) } ?? .plain(user: user, password: password)
    }

    /// Asks for everything that it takes to be let in.
    func perform(on connection: BrokerConnection, patience: Duration) async throws {
        let address = connection.address.description
        var handshake = SaslHandshakeRequest()
        handshake.mechanism = mechanism.name
        let offered = try await connection.ask(handshake, patience: patience)
        guard offered.errorCode == .none else {
            let known = offered.mechanisms.joined(separator: ", ")
            throw WireError.refused(address, reason: "it knows \(known), not \(mechanism.name)")
        }
        var login = SaslLogin(mechanism, nonce: Base64.encode((0..<24).map { _ in .random(in: .min ... .max) }))
        var next: [UInt8]? = login.start()
        while let message = next {
            var request = SaslAuthenticateRequest()
            request.authBytes = ByteBuffer(bytes: message)
            let answer = try await connection.ask(request, patience: patience)
            guard answer.errorCode == .none else {
                throw WireError.refused(address, reason: answer.errorMessage ?? "\(answer.errorCode)")
            }
            do {
                next = try login.heard(Array(answer.authBytes.readableBytesView))
            } catch {
                throw WireError.refused(address, reason: "\(error)")
            }
        }
    }
}
