import KafkaBroker
import KafkaCluster
import KafkaProtocol
import NIOCore

/// An answer in memory, and what it promises once it leaves.
struct HeldAnswer {
    var bytes: ByteBuffer
    var acknowledged: [Acknowledgement] = []
}

/// What faults do to one client's connection: both directions of its link, and the fates of its requests.
///
/// Made when the first fault hits the connection, and there until it closes, so that order is kept when the fault ends.
final class ConnectionFaults {
    /// From the client, whole requests; to the client, whole answers in memory.
    let inbound: FaultyLine<ByteBuffer>
    let outbound: FaultyLine<HeldAnswer>
    /// By the number of the request on its connection.
    var outcomes: [UInt64: (outcome: RequestFault.Outcome, request: ByteBuffer)] = [:]
    /// An answer is withheld, and so, on an ordered connection, is all that follows.
    var isMute = false

    init(inbound: FaultyLine<ByteBuffer>, outbound: FaultyLine<HeldAnswer>) {
        self.inbound = inbound
        self.outbound = outbound
    }

    func fateChanged(_ faults: FaultState, client: Party, broker: BrokerID) {
        inbound.fateChanged(faults.fate(from: client, to: .node(broker)))
        outbound.fateChanged(faults.fate(from: .node(broker), to: client))
    }

    func clear() {
        inbound.clear()
        outbound.clear()
        outcomes.removeAll()
    }
}
