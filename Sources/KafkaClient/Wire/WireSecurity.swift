import KafkaCluster
import KafkaProtocol
import NIOCore

/// How a connection says who we are, before anything is asked; by the same properties that librdkafka takes.
package struct WireSecurity: Sendable {
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package var description: String
    }

    package static let plaintext = WireSecurity(mechanism: nil)

    private let mechanism: SaslLogin.Mechanism?

    private init(mechanism: SaslLogin.Mechanism?) { self.mechanism = mechanism }

    package init(_ configuration: ClientConfiguration) throws(Failure) {
        let name = configuration["security.protocol"]?.uppercased() ?? "PLAINTEXT"
        switch name {
        case "PLAINTEXT": mechanism = nil
        case "SASL_PLAINTEXT": mechanism = try Self.mechanism(configuration)
        default:
            throw Failure(
                description: "security.protocol=\(name): klamm attach speaks PLAINTEXT and SASL_PLAINTEXT")
        }
    }

    private static func mechanism(_ configuration: ClientConfiguration) throws(Failure) -> SaslLogin.Mechanism {
        let name = (configuration["sasl.mechanisms"] ?? configuration["sasl.mechanism"] ?? "").uppercased()
        if name == "OAUTHBEARER" {
            throw Failure(description: "sasl.mechanisms=OAUTHBEARER: klamm attach cannot fetch tokens")
        }
        let hash: SHA2?
        switch name {
        case "PLAIN": hash = nil
        case "SCRAM-SHA-256": hash = .sha256
        case "SCRAM-SHA-512": hash = .sha512
        default:
            throw Failure(
                description: "sasl.mechanisms=\(name): klamm attach knows PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512")
        }
        guard let user = configuration["sasl.username"], let password = configuration["sasl.password"] else {
            throw Failure(description: "\(name) needs sasl.username and sasl.password")
        }
        return hash.map { .scram($0, user: user, password: password) } ?? .plain(user: user, password: password)
    }

    func prepare(_ channel: any Channel, for address: ClusterSurvey.Address) throws {}

    func authenticate(_ connection: BrokerConnection, patience: Duration) async throws {
        guard let mechanism else { return }
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
