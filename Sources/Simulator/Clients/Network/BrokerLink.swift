import DequeModule
import KafkaBroker
import KafkaProtocol
import NIOCore

/// A request of one client, by its number; the correlation id on the wire is the same.
package struct RequestID: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
}

/// One client's way to one broker: at most one connection at a time, and the requests that wait for it or for answers.
///
/// ```
/// idle --request--> connecting --connected--> askingVersions --answer--> ready
///                       |                           |                      |
///                       +------- refused, reset, too late ----------> backingOff --time--> idle
/// ```
/// Without ApiVersions, `connecting` goes to `ready` at once.
struct BrokerLink: Sendable {
    enum State: Hashable, Sendable {
        case idle
        case backingOff(until: Instant)
        case connecting(ConnectionID, deadline: Instant)
        case askingVersions(ConnectionID, RequestID, deadline: Instant)
        case ready(ConnectionID)

        var connection: ConnectionID? {
            switch self {
            case .idle, .backingOff: nil
            case .connecting(let id, _), .askingVersions(let id, _, _), .ready(let id): id
            }
        }
    }

    struct Request: Sendable {
        let id: RequestID
        let frame: ByteBuffer
        let deadline: Instant
        let isAnswered: Bool
    }

    struct Asked: Sendable {
        let id: RequestID
        let deadline: Instant
    }

    let broker: BrokerID
    var state = State.idle
    /// Failures in a row, for the backoff.
    var failures = 0
    /// Not yet sent.
    var waiting: Deque<Request> = []
    /// Sent and not answered, oldest first: brokers answer in order.
    var asked: Deque<Asked> = []

    var nextDeadline: Instant? {
        var earliest: Instant? =
            switch state {
            case .idle, .ready: nil
            case .backingOff(let until): until
            case .connecting(_, let deadline), .askingVersions(_, _, let deadline): deadline
            }
        // By index: whoever walks over the requests themselves takes hold of each.
        for index in waiting.indices { earliest = .earlier(earliest, waiting[index].deadline) }
        for index in asked.indices { earliest = .earlier(earliest, asked[index].deadline) }
        return earliest
    }
}

extension Instant {
    static let farthest = Self(monotonicNanoseconds: .max, wallClockMilliseconds: .max)
}
