import KafkaProtocol
import NIOCore

/// A client's connection to one broker, numbered by the broker's driver and never reused in a process.
package struct ConnectionID: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    // Written out, and for other modules to take in: those that RawRepresentable and Equatable lend are generic, and cost ten
    // times as much.
    @inlinable package static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }
    @inlinable package static func != (left: Self, right: Self) -> Bool { left.rawValue != right.rawValue }
    package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
    @inlinable package func _rawHashValue(seed: Int) -> Int { seed.mixed(with: rawValue) }
}

/// A request for durability that is under way.
package struct FlushID: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// Everything that can happen to a broker or controller. Inputs of one node are handed in one at a time.
package enum BrokerInput: Sendable {
    /// A client connected; `client` is its address, for log lines ("127.0.0.1:50312").
    case connectionOpened(ConnectionID, client: String)
    /// The client or the driver closed it. Requests of it that still wait are dropped; their effects stay.
    case connectionClosed(ConnectionID)
    /// One whole request: header and body, without the size before it.
    case request(ConnectionID, ByteBuffer)
    /// A request from another node, in the same form. Answered by `BrokerAction.send(to:.response)`.
    case peerRequest(from: BrokerID, ByteBuffer)
    /// A peer's answer: response header (correlation id) and body.
    case peerResponse(from: BrokerID, ByteBuffer)
    /// The link to a peer was lost, and with it everything in flight both ways. It can be used again at once.
    case peerReset(BrokerID)
    /// A flush asked for earlier has ended.
    case flushed(FlushID, Result<Void, FlushError>)
    /// Leave in an orderly way (controlled shutdown). `BrokerAction.stopped` says when that is done.
    case stopRequested
    /// `nextDeadline` has passed.
    case deadlineReached
}

/// Why bytes could not be made durable.
package struct FlushError: Error, Hashable, Sendable {
    package var reason: String
    package init(reason: String) { self.reason = reason }
}
