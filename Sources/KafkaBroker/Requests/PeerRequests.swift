import KafkaProtocol

/// Requests to other nodes that have no answer yet, by correlation id.
///
/// An entry ends by its answer, by the loss of the link, or by its own deadline, whichever comes first; an answer that
/// comes after the end is dropped, since its id is no longer known.
package struct PeerRequests<Purpose: Sendable>: Sendable {
    package struct Pending: Sendable {
        package var peer: BrokerID
        package var purpose: Purpose
    }

    private var pending: [Int32: Pending] = [:]
    private var deadlines = Deadlines<Int32>()
    private var nextCorrelationId: Int32 = 1

    package init() {}

    package var nearestDeadline: Int64? { deadlines.nearest }

    /// Notes a request that is about to be sent; the answer will bear the id that this returns.
    package mutating func add(to peer: BrokerID, _ purpose: Purpose, deadline: Instant) -> Int32 {
        let id = nextCorrelationId
        nextCorrelationId = id == .max ? 1 : id + 1
        pending[id] = Pending(peer: peer, purpose: purpose)
        deadlines.set(id, at: deadline)
        return id
    }

    package mutating func answered(_ id: Int32, by peer: BrokerID) -> Purpose? {
        guard pending[id]?.peer == peer, let found = pending.removeValue(forKey: id) else { return nil }
        deadlines.remove(id)
        return found.purpose
    }

    /// Everything that was under way to this peer, in the order in which it was sent.
    package mutating func reset(_ peer: BrokerID) -> [Purpose] {
        let lost = pending.filter { $0.value.peer == peer }.sorted { $0.key < $1.key }
        for (id, _) in lost {
            pending[id] = nil
            deadlines.remove(id)
        }
        return lost.map(\.value.purpose)
    }

    package mutating func popExpired(now: Instant) -> Pending? {
        guard let id = deadlines.popExpired(now: now) else { return nil }
        return pending.removeValue(forKey: id)
    }
}
