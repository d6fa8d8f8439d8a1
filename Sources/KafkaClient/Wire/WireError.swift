import KafkaCluster
import NIOCore

/// Why a broker was not asked, or did not answer; a sentence for the user.
package enum WireError: Error, Hashable, CustomStringConvertible {
    case badAddress(String)
    case cannotConnect(String, reason: String)
    case closed(String)
    case noAnswer(String, milliseconds: Int64)
    case notKafka(String, reason: String)
    /// It did not let us in.
    case refused(String, reason: String)
    case nobodyAnswers([String])

    package var description: String {
        switch self {
        case .badAddress(let text): "\"\(text)\" is not HOST:PORT"
        case .cannotConnect(let address, let reason): "\(address): \(reason)"
        case .closed(let address): "\(address) closed the connection"
        case .noAnswer(let address, let milliseconds): "\(address) did not answer within \(milliseconds) ms"
        case .notKafka(let address, let reason): "\(address) does not speak Kafka's protocol as expected: \(reason)"
        case .refused(let address, let reason): "\(address) let nobody in: \(reason)"
        case .nobodyAnswers(let reasons): reasons.joined(separator: "; ")
        }
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
