import Glibc

/// Who may ask.
///
/// With a token: who brings it, as `Authorization: Bearer TOKEN`. Without one klamm listens on loopback alone, and anybody on
/// this machine may ask, but no page that a browser has open: it says where it came from (`Origin`), and a name of its own
/// that was turned to point here stands in `Host`.
package struct ControlAccess: Hashable, Sendable {
    private let token: String?
    /// The host that was given to listen on.
    private let host: String

    package init(token: String? = nil, host: String = "127.0.0.1") {
        self.token = token
        self.host = host
    }

    package func check(_ request: ControlRequest) throws(ControlRefusal) {
        if let token { return try check(request, token: token) }
        guard let named = request.header("host"), isOurs(Self.name(of: named)) else {
            throw ControlRefusal(
                .forbidden,
                "The request is for the host \"\(request.header("host") ?? "")\", which is not this one; ask 127.0.0.1 or "
                    + "localhost.")
        }
        if let origin = request.header("origin"), origin != "http://\(named)" {
            throw ControlRefusal(
                .forbidden,
                "A page of \(origin) may not ask; start klamm with --control-token for programs that live in a browser."
            )
        }
        // A picture or a link on another page comes without an origin.
        if let site = request.header("sec-fetch-site"), site != "same-origin", site != "none" {
            throw ControlRefusal(.forbidden, "A page of another site may not ask (Sec-Fetch-Site is \(site)).")
        }
    }

    private func check(_ request: ControlRequest, token: String) throws(ControlRefusal) {
        let scheme = "Bearer "
        let given = request.header("authorization").flatMap { $0.hasPrefix(scheme) ? $0.dropFirst(scheme.count) : nil }
        guard let given, Self.areEqual(Array(given.utf8), Array(token.utf8)) else {
            throw ControlRefusal(
                .unauthorized, "The token is missing or wrong; send \"Authorization: Bearer TOKEN\".",
                headers: [ControlHeader("WWW-Authenticate", "Bearer")])
        }
    }

    /// Takes as long for a first wrong byte as for a last one.
    static func areEqual(_ given: [UInt8], _ expected: [UInt8]) -> Bool {
        var difference = given.count ^ expected.count
        for (index, byte) in given.enumerated() where !expected.isEmpty {
            difference |= Int(byte ^ expected[index % expected.count])
        }
        return difference == 0
    }

    private func isOurs(_ name: String) -> Bool {
        name == host || name.lowercased() == "localhost" || ControlAddress.isLoopback(name)
    }

    /// Without the port and without the brackets of an IPv6 address.
    private static func name(of host: String) -> String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            return String(host[host.index(after: host.startIndex)..<end])
        }
        return String(host.prefix { $0 != ":" })
    }
}
