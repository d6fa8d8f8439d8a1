import KafkaProtocol

/// Copies from one leader broker: one Fetch at a time for all partitions that this broker follows there.
///
/// Partitions are known by their slot. The session (KIP-227) is rebuilt with a full request whenever the leader does not
/// know it, and whenever partitions come or go: then a fetch that waits at the leader is given up, so that a new
/// partition need not wait for it. With thousands of partitions that is not done at once for each that comes, since
/// every full request names all of them.
///
/// ```
/// state       event                      next
/// idle        something to fetch         fetching(full)
/// fetching    answer                     fetching(incremental)
/// fetching    partitions come or go      fetching(full)
/// fetching    error, reset, time-out     waiting
/// waiting     the backoff has passed     fetching(full)
/// ```
package struct ReplicaFetcher: Sendable {
    package enum State: Hashable, Sendable {
        case idle
        case fetching(correlationId: Int32)
        case waiting(until: Instant)
    }

    package let leader: BrokerID
    package var state = State.idle
    /// The partitions that are fetched, in the order of the session.
    package private(set) var partitions = SlotSet()
    /// What the next incremental request must mention.
    package private(set) var changed = SlotSet()
    package private(set) var sessionId: Int32 = 0
    /// 0 opens a new session.
    package private(set) var sessionEpoch: Int32 = 0
    /// Partitions have come or gone since the last request was made: one that is under way does not know of it.
    package private(set) var isOutdated = false

    /// Before that a waiting fetch is not given up.
    package private(set) var givesUpFrom: Instant?

    package init(leader: BrokerID) { self.leader = leader }

    package var isFull: Bool { sessionEpoch == 0 }

    package mutating func add(_ slot: Int) {
        guard partitions.append(slot) else { return }
        sessionEpoch = 0
        isOutdated = true
    }

    package mutating func remove(_ slot: Int) {
        guard partitions.remove(slot) else { return }
        changed.remove(slot)
        sessionEpoch = 0
        isOutdated = true
    }

    package mutating func removeAll() {
        partitions.removeAll()
        changed.removeAll()
        sessionEpoch = 0
        isOutdated = true
    }

    /// The partition's position has changed, so the leader must be told.
    package mutating func markChanged(_ slot: Int) {
        if partitions.contains(slot) { changed.append(slot) }
    }

    /// The partitions that the next request names.
    package mutating func takeRequested(now: Instant) -> [Int] {
        defer { changed.removeAll() }
        isOutdated = false
        // A small part of the time goes into full requests, however many partitions there are and come.
        givesUpFrom = isFull && partitions.count > 100 ? now + .microseconds(100) * partitions.count : nil
        return isFull ? partitions.slots : changed.slots
    }

    /// The leader has answered in this session.
    package mutating func answered(sessionId id: Int32) {
        if isOutdated {
            // The session is not what the next request must ask for: that one closes it and opens another.
            sessionId = id
            sessionEpoch = 0
        } else if isFull {
            sessionId = id
            // Without a session every request is a full one.
            sessionEpoch = id == 0 ? 0 : 1
        } else {
            sessionEpoch = sessionEpoch == .max ? 1 : sessionEpoch + 1
        }
    }

    /// The session is lost, or no longer what it was: the next request opens a new one, and closes the old.
    package mutating func restartSession() { sessionEpoch = 0 }

    /// The leader forgot all, or may have: there is no session to close.
    package mutating func forgetSession() {
        sessionEpoch = 0
        sessionId = 0
    }
}
