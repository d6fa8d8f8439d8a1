/// The client's side of one login: what to say next, until the server has said enough.
///
/// | mechanism      | says                          | hears            | says          | hears             |
/// |----------------|-------------------------------|------------------|---------------|-------------------|
/// | PLAIN          | user and password             | nothing          |               |                   |
/// | SCRAM-SHA-256, | user and a nonce              | salt, iterations | its proof     | the server's own, |
/// | SCRAM-SHA-512  |                               |                  |               | which is checked  |
/// | OAUTHBEARER    | a token and extensions        | nothing, or      | that it has   | the error         |
/// |                |                               | why not          | heard         |                   |
package struct SaslLogin: Sendable {
    enum Mechanism: Hashable, Sendable {
        case plain(user: String, password: String)
        case scram(SHA2, user: String, password: String)
        case bearer(OAuthToken)

        /// As SaslHandshake names it.
        var name: String {
            switch self {
            case .plain: "PLAIN"
            case .scram(let hash, _, _): "SCRAM-\(hash.rawValue)"
            case .bearer: "OAUTHBEARER"
            }
        }
    }

    package struct Failure: Error, Hashable, CustomStringConvertible {
        package var description: String
    }

    private enum State: Sendable {
        case begun
        case sentNonce(ScramProof)
        case sentProof(serverSignature: [UInt8])
        case sentToken
        case heardRefusal(String)
        case sentAll
        case over
    }

    private let mechanism: Mechanism
    private let nonce: String
    private var state = State.begun

    /// `nonce` is drawn anew for each login.
    init(_ mechanism: Mechanism, nonce: String) {
        self.mechanism = mechanism
        self.nonce = nonce
    }

    package var isOver: Bool { if case .over = state { true } else { false } }

    package mutating func start() -> [UInt8] {
        switch mechanism {
        case .plain(let user, let password):
            state = .sentAll
            return [0] + Array(user.utf8) + [0] + Array(password.utf8)
        case .scram(let hash, let user, let password):
            let proof = ScramProof(hash: hash, user: user, password: password, clientNonce: nonce)
            state = .sentNonce(proof)
            return Array("n,,\(proof.clientFirst)".utf8)
        case .bearer(let token):
            // RFC 7628: pairs between bytes of 1.
            state = .sentToken
            let pairs = [("auth", "Bearer \(token.text)")] + token.extensions.map { ($0.name, $0.value) }
            return Array("n,,\u{1}\(pairs.map { "\($0)=\($1)\u{1}" }.joined())\u{1}".utf8)
        }
    }

    /// What to answer; nil when there is nothing more to say.
    package mutating func heard(_ bytes: [UInt8]) throws(Failure) -> [UInt8]? {
        switch state {
        case .begun, .over: throw Failure(description: "the server speaks when nothing was asked")
        case .sentAll:
            // An error would have come as the answer's error code.
            state = .over
            return nil
        case .sentToken:
            guard !bytes.isEmpty else {
                state = .over
                return nil
            }
            // The error itself comes as the answer to this.
            state = .heardRefusal(String(decoding: bytes, as: UTF8.self))
            return [1]
        case .heardRefusal(let reason): throw Failure(description: "the token is not accepted: \(reason)")
        case .sentNonce(let proof):
            let (message, signature) = try proof.answer(to: String(decoding: bytes, as: UTF8.self))
            state = .sentProof(serverSignature: signature)
            return Array(message.utf8)
        case .sentProof(let signature):
            let text = String(decoding: bytes, as: UTF8.self)
            guard !signature.isEmpty, ScramProof.attribute("v", of: text).flatMap({ Base64.decode($0) }) == signature
            else {
                let reason = ScramProof.attribute("e", of: text).map(String.init)
                throw Failure(description: reason ?? "the server does not know the password either: it is another's")
            }
            state = .over
            return nil
        }
    }
}

/// SCRAM's exchange of proofs (RFC 5802): neither side sends the password, and each shows that it knows it.
struct ScramProof: Sendable {
    /// RFC 7677 asks for 4096 at least; far more is meant to keep us busy.
    private static let iterations = 4096...1_000_000

    let hash: SHA2
    let password: String
    let clientNonce: String
    let clientFirst: String

    init(hash: SHA2, user: String, password: String, clientNonce: String) {
        self.hash = hash
        self.password = password
        self.clientNonce = clientNonce
        // A comma and an equals sign mean something there.
        let name = user.map { $0 == "=" ? "=3D" : $0 == "," ? "=2C" : String($0) }.joined()
        clientFirst = "n=\(name),r=\(clientNonce)"
    }

    func answer(to serverFirst: String) throws(SaslLogin.Failure) -> (message: String, serverSignature: [UInt8]) {
        if let reason = Self.attribute("e", of: serverFirst) { throw SaslLogin.Failure(description: String(reason)) }
        guard let nonce = Self.attribute("r", of: serverFirst), nonce.hasPrefix(clientNonce),
            nonce.count > clientNonce.count,
            let salt = Self.attribute("s", of: serverFirst).flatMap({ Base64.decode($0) }), !salt.isEmpty,
            let iterations = Self.attribute("i", of: serverFirst).flatMap({ Int($0) })
        else { throw SaslLogin.Failure(description: "the server's challenge cannot be read") }
        guard Self.iterations.contains(iterations) else {
            throw SaslLogin.Failure(description: "the server wants \(iterations) iterations")
        }
        let salted = hash.stretched(Array(password.utf8), salt: salt, iterations: iterations)
        let clientKey = hash.hmac(key: salted, Array("Client Key".utf8))
        let withoutProof = "c=biws,r=\(nonce)"
        let exchange = Array("\(clientFirst),\(serverFirst),\(withoutProof)".utf8)
        let signature = hash.hmac(key: hash.hash(clientKey), exchange)
        let proof = zip(clientKey, signature).map { $0 ^ $1 }
        let serverKey = hash.hmac(key: salted, Array("Server Key".utf8))
        return ("\(withoutProof),p=\(Base64.encode(proof))", hash.hmac(key: serverKey, exchange))
    }

    static func attribute(_ name: Character, of message: String) -> Substring? {
        message.split(separator: ",").first { $0.first == name && $0.dropFirst().first == "=" }?.dropFirst(2)
    }
}
