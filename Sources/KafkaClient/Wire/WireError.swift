import KafkaCluster
import NIOCore

/// Why a broker was not asked, or did not answer; a sentence for the user.
package enum WireError: Error, Hashable, CustomStringConvertible {
    case badAddress(String)
    case cannotConnect(String, reason: String)
    case cannotSecure(String, TLSFailure.Kind, reason: String)
    case closed(String)
    case noAnswer(String, milliseconds: Int64)
    case notKafka(String, reason: String)
    /// What came is a record of TLS, not a frame.
    case spokeTLS(String)
    /// It did not let us in.
    case refused(String, reason: String)
    /// Nobody gave us what we would have shown it.
    case noToken(String)
    case nobodyAnswers([String])

    package var description: String {
        switch self {
        case .badAddress(let text): "\"\(text)\" is not HOST:PORT"
        case .cannotConnect(let address, let reason): "\(address): \(reason)"
        case .cannotSecure(let address, _, let reason): "\(address): \(reason)"
        case .closed(let address): "\(address) closed the connection"
        case .noAnswer(let address, let milliseconds): "\(address) did not answer within \(milliseconds) ms"
        case .notKafka(let address, let reason): "\(address) does not speak Kafka's protocol as expected: \(reason)"
        case .spokeTLS(let address): "\(address) speaks TLS"
        case .refused(let address, let reason): "\(address): the login is refused: \(reason)"
        case .noToken(let reason): reason
        case .nobodyAnswers(let reasons): reasons.joined(separator: "; ")
        }
    }
}

extension WireError {
    /// That none of those asked answered: who failed alike is named together.
    static func nobody(_ failures: [(address: String, error: any Error)]) -> WireError {
        var groups: [(addresses: [String], reason: String)] = []
        for (address, error) in failures {
            let reason =
                switch error as? WireError {
                case .cannotConnect(_, let reason), .cannotSecure(_, _, let reason): reason
                case .refused(_, let reason): "the login is refused: \(reason)"
                default: nil as String?
                }
            if let index = groups.firstIndex(where: { $0.reason == reason ?? "\(error)" }) {
                if reason != nil { groups[index].addresses.append(address) }
            } else {
                groups.append(reason.map { ([address], $0) } ?? ([], "\(error)"))
            }
        }
        return .nobodyAnswers(
            groups.map { $0.addresses.isEmpty ? $0.reason : "\($0.addresses.joined(separator: ", ")): \($0.reason)" })
    }
}

extension ClusterSurvey.Address {
    /// `host:9092`, `[::1]:9092`, or a host alone with Kafka's usual port. A listener's name before `://` is passed over.
    package init(parsing text: String) throws(WireError) {
        let parts = text.split(separator: "/").last.map(String.init) ?? text
        guard let colon = parts.lastIndex(of: ":"), !parts.hasSuffix("]") else {
            guard !parts.isEmpty else { throw .badAddress(text) }
            self.init(host: parts.trimmingBrackets, port: 9092)
            return
        }
        let host = String(parts[..<colon])
        guard !host.isEmpty, let port = UInt16(parts[parts.index(after: colon)...]), port > 0,
            !host.contains(":") || host.hasPrefix("[") && host.hasSuffix("]")
        else { throw .badAddress(text) }
        self.init(host: host.trimmingBrackets, port: Int(port))
    }
}

extension String {
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}
