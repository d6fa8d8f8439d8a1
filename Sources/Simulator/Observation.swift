import KafkaBroker
import KafkaCluster
import KafkaProtocol
import NIOCore

/// One thing that happened in a simulation, as the oracle sees it: from outside, before anybody's opinion of it.
package enum Observation: Sendable {
    /// A new life of a node, on the disk as its last life left it. The oracle reads what the disk holds.
    case started(BrokerID)
    /// The life is over; `powerLost` when the disk lost what was not durable, `wiped` when it lost everything.
    case ended(BrokerID, powerLost: Bool, wiped: Bool)
    /// After a loss of power: the segments that the node's disk still holds, sorted by path.
    case holds(BrokerID, [DiskFile])
    case fault(Fault)
    /// The bytes or names of a node's files changed.
    case disk(BrokerID, DiskChange)
    /// A bit of a file is not what was written.
    case flipped(BrokerID, path: String, at: Int64)
    /// What was in flight when its link was reset arrives after all.
    case late(from: BrokerID, to: BrokerID)
    /// A request reached a node, and is about to be handed in.
    case request(from: Endpoint, to: BrokerID, ByteBuffer)
    /// An answer left a node, and may still be lost. `to` has asked by `request`, with the same correlation id.
    case response(from: BrokerID, to: Endpoint, ByteBuffer)
    /// A fault answers a request with this error, in place of its node's own answer.
    case refused(ErrorCode)
    /// A node's answer has reached the node that asked, and is about to be handed in.
    case answered(BrokerID, by: BrokerID, ByteBuffer)
    case event(BrokerEvent)
    /// An answer with these promises leaves a node. Only where the ledger is told.
    case promised([Acknowledgement], by: BrokerID, to: ConnectionID)
    /// What a node tells the ledger.
    case told(RecordNews, by: BrokerID)
    case client(ClientNote)
    /// One input of a node, with all its actions, has been worked off: invariants hold now.
    case stepped(BrokerID)

    package enum Endpoint: Hashable, Sendable {
        case node(BrokerID)
        /// A client's connection.
        case client(ConnectionID)
    }
}

/// One whole file; `path` is relative to the node's root.
package struct DiskFile: Hashable, Sendable {
    package var path: String
    package var bytes: ByteBuffer

    package init(path: String, bytes: ByteBuffer) {
        self.path = path
        self.bytes = bytes
    }
}

/// A promise that did not hold: which, where, and what was seen.
package struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
    /// The promise, in a few words: "high watermark went back".
    package var promise: String
    package var details: String

    package init(_ promise: String, _ details: String) {
        self.promise = promise
        self.details = details
    }

    package var description: String { "\(promise): \(details)" }
}
