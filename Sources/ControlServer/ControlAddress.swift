import FoundationEssentials
import Glibc

/// Where the control server listens: `127.0.0.1:8474`, `localhost:0`, `[::1]:8474`. Port 0 takes a free one.
package struct ControlAddress: Hashable, Sendable {
    /// An IPv4 or IPv6 address.
    package var host: String
    package var port: Int

    package init(_ text: String) throws(ControlError) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw .noAddress(text) }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host == "localhost" { host = "127.0.0.1" }
        guard Self.isIPv4(host) || Self.isIPv6(host) else { throw .noAddress(text) }
        self.host = host
        self.port = port
    }

    package var isLoopback: Bool { Self.isLoopback(host) }
    package var url: String { Self.isIPv6(host) ? "http://[\(host)]:\(port)" : "http://\(host):\(port)" }

    static func isLoopback(_ host: String) -> Bool {
        host == "::1" || (isIPv4(host) && host.hasPrefix("127."))
    }

    private static func isIPv4(_ host: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, host, &address) == 1
    }

    private static func isIPv6(_ host: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET6, host, &address) == 1
    }
}

/// Why the control server cannot be there: one sentence for the person at the keyboard.
package enum ControlError: Error, Hashable, Sendable, CustomStringConvertible {
    case noAddress(String)
    case tokenNeeded(String)
    case badToken
    case cannotListen(String, reason: String)
    case cannotReach(String)
    case noAnswer
    /// What the running klamm answered.
    case refused(String)

    package var description: String {
        switch self {
        case .noAddress(let text):
            "\"\(text)\" is no address to listen on; --control takes HOST:PORT, such as 127.0.0.1:8474."
        case .tokenNeeded(let host):
            "Other machines can reach \(host): give them a token with --control-token or KLAMM_CONTROL_TOKEN, or listen on "
                + "127.0.0.1."
        case .badToken:
            "The control token must be one word of visible ASCII characters; choose another with --control-token."
        case .cannotListen(let address, let reason):
            "Cannot listen on \(address): \(reason); choose another with --control, or port 0 for a free one."
        case .cannotReach(let url):
            "Nobody answers at \(url); start klamm or klamm serve with --control, or name the right address by --control."
        case .refused(let answer): Self.sentence(answer)
        case .noAnswer: "The running klamm hung up before it had answered."
        }
    }

    /// The sentence in a refusal's JSON.
    private static func sentence(_ answer: String) -> String {
        let fields = try? JSONDecoder().decode([String: String].self, from: Data(answer.utf8))
        return fields?["error"] ?? "The running klamm answered: \(answer)"
    }
}
