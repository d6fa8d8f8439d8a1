import KafkaProtocol
import OrderedCollections

/// One partition in a fetch, as the client names it: by topic id from version 13 on, by name before.
package struct FetchKey: Hashable, Sendable {
    package var topicId: Uuid
    /// Empty where the client gave an id.
    package var topic: String
    package var partition: Int32

    package init(topicId: Uuid, topic: String, partition: Int32) {
        self.topicId = topicId
        self.topic = topic
        self.partition = partition
    }
}

/// What is wanted of one partition, and what the client was last told about it.
package struct FetchSessionPartition: Hashable, Sendable {
    package var fetchOffset: Int64
    package var currentLeaderEpoch: Int32
    package var lastFetchedEpoch: Int32
    package var logStartOffset: Int64
    package var maxBytes: Int32
    /// As last answered; -1 makes the next answer mention the partition in any case.
    package var toldHighWatermark: Int64 = -1
    package var toldLogStartOffset: Int64 = -1

    package init(
        fetchOffset: Int64, currentLeaderEpoch: Int32, lastFetchedEpoch: Int32, logStartOffset: Int64, maxBytes: Int32
    ) {
        self.fetchOffset = fetchOffset
        self.currentLeaderEpoch = currentLeaderEpoch
        self.lastFetchedEpoch = lastFetchedEpoch
        self.logStartOffset = logStartOffset
        self.maxBytes = maxBytes
    }
}

/// A fetch session (KIP-227): the broker remembers the partitions, so that requests and answers carry only changes.
package struct FetchSession: Sendable {
    package let id: Int32
    /// What the next request must bear.
    package var epoch: Int32 = 1
    /// Replicas' sessions are not evicted for those of consumers.
    package let isReplica: Bool
    /// Whether partitions are named by topic id; it may not change within a session.
    package let usesTopicIds: Bool
    package var partitions: OrderedDictionary<FetchKey, FetchSessionPartition>
    /// Where the next answer begins, so that a partition that fills the answer does not starve those after it.
    package var start = 0
    package var lastUsed: Instant

    /// Notes what the answer says about a partition. Whether it must be said: only what is new, or has records.
    mutating func tell(_ position: Int, _ read: PartitionRead) -> Bool {
        var partition = partitions.values[position]
        var isNew = read.size > 0 || read.divergingEpoch != nil
        if read.size > 0 { start = position + 1 }
        if read.error != .none {
            // An error is said again each time, and what follows it is news.
            partition.toldHighWatermark = -1
            isNew = true
        } else {
            if partition.toldHighWatermark != read.highWatermark { isNew = true }
            if partition.toldLogStartOffset != read.logStartOffset { isNew = true }
            partition.toldHighWatermark = read.highWatermark
            partition.toldLogStartOffset = read.logStartOffset
        }
        partitions.values[position] = partition
        return isNew
    }

    /// Takes the changes of an incremental request.
    package mutating func update(
        _ changed: [(FetchKey, FetchSessionPartition)], forgotten: [FetchKey], now: Instant
    ) {
        for (key, wanted) in changed {
            if let known = partitions[key] {
                var next = wanted
                next.toldHighWatermark = known.toldHighWatermark
                next.toldLogStartOffset = known.toldLogStartOffset
                partitions[key] = next
            } else {
                partitions[key] = wanted
            }
        }
        for key in forgotten { partitions.removeValue(forKey: key) }
        epoch = epoch == .max ? 1 : epoch + 1
        lastUsed = now
    }
}

/// All fetch sessions of a broker, in a bounded number of slots.
///
/// A full cache evicts the session that was unused for longest, if that is longer than the eviction time; a replica may
/// push out any consumer. Otherwise the newcomer gets no session and sends whole requests.
package struct FetchSessionCache: Sendable {
    private let slots: Int
    private let eviction: Duration
    /// In order of creation.
    private var sessions: OrderedDictionary<Int32, FetchSession> = [:]

    package init(slots: Int, eviction: Duration) {
        self.slots = slots
        self.eviction = eviction
    }

    package var count: Int { sessions.count }

    package subscript(id: Int32) -> FetchSession? {
        get { sessions[id] }
        _modify { yield &sessions[id] }
    }

    package mutating func remove(_ id: Int32) { sessions.removeValue(forKey: id) }

    /// Opens a session, or nil when there is no room for it.
    package mutating func open(
        partitions: OrderedDictionary<FetchKey, FetchSessionPartition>, isReplica: Bool, usesTopicIds: Bool,
        now: Instant, using generator: inout some RandomNumberGenerator
    ) -> FetchSession? {
        if sessions.count >= slots, !makeRoom(forReplica: isReplica, now: now) { return nil }
        var id: Int32
        repeat { id = Int32.random(in: 1...(.max), using: &generator) } while sessions[id] != nil
        let session = FetchSession(
            id: id, isReplica: isReplica, usesTopicIds: usesTopicIds, partitions: partitions, lastUsed: now)
        sessions[id] = session
        return session
    }

    private mutating func makeRoom(forReplica isReplica: Bool, now: Instant) -> Bool {
        let candidates = sessions.values.filter { session in
            now - session.lastUsed > eviction || (isReplica && !session.isReplica)
        }
        guard let oldest = candidates.min(by: { $0.lastUsed < $1.lastUsed }) else { return false }
        sessions.removeValue(forKey: oldest.id)
        return true
    }
}
