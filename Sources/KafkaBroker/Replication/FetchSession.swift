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

    /// By the name alone where there is no id.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(partition)
        if topic.isEmpty { hasher.combine(topicId.low) } else { hasher.combine(topic) }
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
///
/// It also remembers which partitions may have something new to say, so that a fetch of thousands of partitions costs as
/// much as what has happened in them. Invariant: a partition that is not in `news` has no records for this client and
/// stands as it was last told.
struct FetchSession: Sendable {
    let id: Int32
    /// What the next request must bear.
    var epoch: Int32 = 1
    /// Replicas' sessions are not evicted for those of consumers. `.none` for a consumer.
    let replica: BrokerID
    /// Whether partitions are named by topic id; it may not change within a session.
    let usesTopicIds: Bool
    private(set) var partitions: OrderedDictionary<FetchKey, FetchSessionPartition>
    /// In the order in which they are read: one that has just filled an answer stands last, and starves nobody.
    private(set) var news: OrderedSet<FetchKey>
    /// The session's fetch that waits for records.
    var parked: FetchID?
    var lastUsed: Instant

    init(
        id: Int32, replica: BrokerID, usesTopicIds: Bool,
        partitions: OrderedDictionary<FetchKey, FetchSessionPartition>,
        now: Instant
    ) {
        self.id = id
        self.replica = replica
        self.usesTopicIds = usesTopicIds
        self.partitions = partitions
        news = partitions.keys
        lastUsed = now
    }

    /// What must be read for the next answer.
    func wantedNews() -> [(FetchKey, FetchSessionPartition)] {
        var wanted: [(FetchKey, FetchSessionPartition)] = []
        wanted.reserveCapacity(news.count)
        for key in news { if let partition = partitions[key] { wanted.append((key, partition)) } }
        return wanted
    }

    /// Notes that something has happened in a partition; false if the session does not know it.
    mutating func noteNews(_ key: FetchKey) -> Bool {
        guard partitions[key] != nil else { return false }
        news.append(key)
        return true
    }

    /// Takes the changes of an incremental request.
    mutating func update(_ changed: [(FetchKey, FetchSessionPartition)], forgotten: [FetchKey], now: Instant) {
        for (key, wanted) in changed {
            var next = wanted
            if let known = partitions[key] {
                next.toldHighWatermark = known.toldHighWatermark
                next.toldLogStartOffset = known.toldLogStartOffset
            }
            partitions[key] = next
            news.append(key)
        }
        for key in forgotten {
            partitions.removeValue(forKey: key)
            news.remove(key)
        }
        epoch = epoch == .max ? 1 : epoch + 1
        lastUsed = now
    }

    /// Notes what an answer says about all that was news. Returns which of it must be said: only what is new, or has
    /// records, or an error.
    mutating func tell(_ keys: [FetchKey], _ reads: [PartitionRead]) -> [Bool] {
        var unfinished: OrderedSet<FetchKey> = []
        var filled: OrderedSet<FetchKey> = []
        let mustTell = zip(keys, reads).map { key, read in
            guard var partition = partitions[key] else { return false }
            var isNew = read.size > 0
            if read.error != .none || read.divergingEpoch != nil {
                // Said again each time, and what follows it is news: a follower that must truncate takes no high watermark.
                partition.toldHighWatermark = -1
                isNew = true
                unfinished.append(key)
            } else {
                if partition.toldHighWatermark != read.highWatermark { isNew = true }
                if partition.toldLogStartOffset != read.logStartOffset { isNew = true }
                partition.toldHighWatermark = read.highWatermark
                partition.toldLogStartOffset = read.logStartOffset
                if read.size > 0 { filled.append(key) } else if read.isCutShort { unfinished.append(key) }
            }
            partitions[key] = partition
            return isNew
        }
        news = unfinished.union(filled)
        return mustTell
    }
}

/// All fetch sessions of a broker, in a bounded number of slots.
///
/// A full cache evicts the session that was unused for longest, if that is longer than the eviction time; a replica may
/// push out any consumer. Otherwise the newcomer gets no session and sends whole requests.
struct FetchSessionCache: Sendable {
    private let slots: Int
    private let eviction: Duration
    /// In order of creation.
    private var sessions: OrderedDictionary<Int32, FetchSession> = [:]

    init(slots: Int, eviction: Duration) {
        self.slots = slots
        self.eviction = eviction
    }

    var count: Int { sessions.count }

    subscript(id: Int32) -> FetchSession? { sessions[id] }

    /// Looks at a session without taking a copy of it; nil where there is none.
    func look<Result>(at id: Int32, _ body: (borrowing FetchSession) -> Result) -> Result? {
        guard let index = sessions.index(forKey: id) else { return nil }
        return body(sessions.values[index])
    }

    /// Changes a session where it stands; nil where there is none.
    mutating func change<Result>(_ id: Int32, _ body: (inout FetchSession) -> Result) -> Result? {
        guard let index = sessions.index(forKey: id) else { return nil }
        return body(&sessions.values[index])
    }

    mutating func remove(_ id: Int32) { sessions.removeValue(forKey: id) }

    /// Opens a session, or nil when there is no room for it. A replica has one: it may never have heard of the former,
    /// when it gave up the fetch that opened it.
    mutating func open(
        partitions: OrderedDictionary<FetchKey, FetchSessionPartition>, replica: BrokerID, usesTopicIds: Bool,
        now: Instant, using generator: inout some RandomNumberGenerator
    ) -> FetchSession? {
        if replica != .none { sessions.removeAll { $0.value.replica == replica } }
        if sessions.count >= slots, !makeRoom(forReplica: replica != .none, now: now) { return nil }
        var id: Int32
        repeat { id = Int32.random(in: 1...(.max), using: &generator) } while sessions[id] != nil
        let session = FetchSession(
            id: id, replica: replica, usesTopicIds: usesTopicIds, partitions: partitions, now: now)
        sessions[id] = session
        return session
    }

    private mutating func makeRoom(forReplica isReplica: Bool, now: Instant) -> Bool {
        let candidates = sessions.values.filter { session in
            now - session.lastUsed > eviction || (isReplica && session.replica == .none)
        }
        guard let oldest = candidates.min(by: { $0.lastUsed < $1.lastUsed }) else { return false }
        sessions.removeValue(forKey: oldest.id)
        return true
    }
}
