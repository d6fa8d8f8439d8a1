/// A login module and its options, as Java's `sasl.jaas.config` has them:
/// `org.apache.kafka...PlainLoginModule required username="alice" password="secret";`
struct JaasOptions {
    struct Failure: Error {
        var reason: String
    }

    private let module: Substring
    private var options: [(name: String, value: String)] = []

    init(_ text: String) throws(Failure) {
        var rest = text[...]
        let words = rest.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
        guard words.count >= 2 else { throw Failure(reason: "is not a login module, required, and its options") }
        module = words[0].split(separator: ".").last ?? words[0]
        rest = words.count == 3 ? words[2] : words[1]
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == ";" }
            guard !rest.isEmpty else { break }
            guard let sign = rest.firstIndex(of: "=") else {
                // `required;` has no options.
                if options.isEmpty && words.count == 2 { break }
                throw Failure(reason: "has an option without a value")
            }
            let name = String(rest[..<sign])
            rest = rest[rest.index(after: sign)...]
            options.append((name, try Self.value(from: &rest)))
        }
    }

    /// `"with \" blanks"`, or a word.
    private static func value(from rest: inout Substring) throws(Failure) -> String {
        guard rest.first == "\"" else {
            let word = rest.prefix { $0 != " " && $0 != ";" && $0 != "\t" }
            rest = rest[word.endIndex...]
            return String(word)
        }
        rest.removeFirst()
        var value = ""
        while let character = rest.popFirst() {
            if character == "\"" { return value }
            if character == "\\", let next = rest.popFirst() { value.append(next) } else { value.append(character) }
        }
        throw Failure(reason: "has a quotation mark too few")
    }

    private func option(_ name: String) -> String? { options.last { $0.name == name }?.value }

    /// The same by librdkafka's names.
    var properties: [(name: String, value: String)] {
        get throws(Failure) {
            if module == "OAuthBearerLoginModule" { return option("clientId") == nil ? try unsecured : try client }
            guard module == "PlainLoginModule" || module == "ScramLoginModule" else {
                throw Failure(reason: "names \(module), which klamm does not know")
            }
            var properties: [(name: String, value: String)] = []
            for (option, property) in [("username", "sasl.username"), ("password", "sasl.password")] {
                guard let value = self.option(option) else { throw Failure(reason: "has no \(option)=\"...\"") }
                properties.append((property, value))
            }
            return properties
        }
    }

    /// A client that asks a token endpoint.
    private var client: [(name: String, value: String)] {
        get throws(Failure) {
            guard let id = option("clientId"), let secret = option("clientSecret") else {
                throw Failure(reason: "has no clientSecret=\"...\"")
            }
            var properties = [
                ("sasl.oauthbearer.method", "oidc"), ("sasl.oauthbearer.client.id", id),
                ("sasl.oauthbearer.client.secret", secret),
            ]
            if let scope = option("scope") { properties.append(("sasl.oauthbearer.scope", scope)) }
            let extensions = options.filter { $0.name.hasPrefix("extension_") }
                .map { "\($0.name.dropFirst("extension_".count))=\($0.value)" }
            if !extensions.isEmpty {
                properties.append(("sasl.oauthbearer.extensions", extensions.joined(separator: ",")))
            }
            return properties
        }
    }

    /// A client that makes its token itself, unsigned.
    private var unsecured: [(name: String, value: String)] {
        get throws(Failure) {
            let claim = option("unsecuredLoginPrincipalClaimName") ?? "sub"
            guard let principal = option("unsecuredLoginStringClaim_\(claim)") else {
                throw Failure(reason: "has neither clientId=\"...\" nor unsecuredLoginStringClaim_\(claim)=\"...\"")
            }
            var words = ["principalClaimName=\(claim)", "principal=\(principal)"]
            let scopeClaim = option("unsecuredLoginScopeClaimName") ?? "scope"
            let scope =
                option("unsecuredLoginListClaim_\(scopeClaim)") ?? option("unsecuredLoginStringClaim_\(scopeClaim)")
            if let scope {
                // The first character of a list is what separates its members.
                let members = scope.first.map { first in
                    first.isLetter ? [scope[...]] : scope.split(separator: first)
                }
                words += ["scopeClaimName=\(scopeClaim)", "scope=\((members ?? []).joined(separator: ","))"]
            }
            if let seconds = option("unsecuredLoginLifetimeSeconds") { words.append("lifeSeconds=\(seconds)") }
            for option in options where option.name.hasPrefix("unsecuredLoginExtension_") {
                words.append("extension_\(option.name.dropFirst("unsecuredLoginExtension_".count))=\(option.value)")
            }
            return [
                ("sasl.oauthbearer.config", words.joined(separator: " ")),
                ("enable.sasl.oauthbearer.unsecure.jwt", "true"),
            ]
        }
    }
}
