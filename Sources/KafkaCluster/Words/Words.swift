import KafkaBroker
import KafkaProtocol

extension BrokerID {
    /// `Broker 2`, `Controller 101`.
    package var title: String { isController ? "Controller \(rawValue)" : "Broker \(rawValue)" }
}

extension SeekTarget {
    package var words: String {
        switch self {
        case .beginning: "the beginning"
        case .end: "the end"
        case .offset(let offset): "offset \(Figures.count(offset))"
        case .time(let milliseconds): "the time \(milliseconds) ms"
        }
    }
}

extension [BrokerID] {
    /// `1,3`, or `none`.
    package var words: String { isEmpty ? "none" : map(\.description).joined(separator: ",") }
}

extension BrokerLifecycleState {
    package var words: String {
        switch self {
        case .recovering: "recovering its logs"
        case .registering: "registering"
        case .catchingUp: "catching up on metadata"
        case .running: "running"
        case .shuttingDown: "shutting down"
        }
    }
}

extension String {
    /// Its words in lines of at most `width` characters; a longer word has a line of its own.
    package func wrapped(to width: Int) -> [String] {
        var lines: [String] = []
        for word in split(separator: " ") {
            if let last = lines.last, last.count + word.count < width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

extension MinISR {
    /// `min.insync.replicas 2`, as a user has set it; and what it comes to where there are not so many.
    package var words: String {
        "min.insync.replicas \(setting)" + (isCapped ? ", capped at \(Figures.plural(Int64(replicas), "replica"))" : "")
    }
}
