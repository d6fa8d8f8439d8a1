import KafkaProtocol

/// What the records view wants to read. Answered by one `RecordPage` of the same `id`; answers to older ids are
/// ignored.
package struct RecordQuery: Hashable, Sendable {
    package enum Start: Hashable, Sendable {
        /// Forward from each partition's log start offset.
        case begin
        /// The last `limit` records in all, as they are now.
        case end
        /// Forward from this offset in each partition; past its end, nothing.
        case offset(Int64)
        /// Forward from so many records before each partition's end, as it is now.
        case beforeEnd(Int64)
        /// Forward from the first record whose timestamp is not older than these milliseconds since 1970.
        case time(Int64)
        /// Forward from these offsets, and nothing of other partitions.
        case from([PartitionOffset])
        /// The last `limit` records in all that lie before these offsets.
        case before([PartitionOffset])
    }

    package var id: UInt64
    package var topic: String
    /// Nil for all partitions.
    package var partition: Int32?
    package var start: Start
    /// At most so many rows in all.
    package var limit: Int
    /// How long to wait for records where there are none yet; zero answers at once. Used to tail.
    package var maxWait: Duration
    /// Only these records come, and marks tell how far was looked; nil for all. The answer may come before `limit` is
    /// reached, so that one hears of a search how it gets on.
    package var filter: RecordFilter?

    package init(
        id: UInt64, topic: String, partition: Int32?, start: Start, limit: Int, maxWait: Duration = .zero,
        filter: RecordFilter? = nil
    ) {
        self.id = id
        self.topic = topic
        self.partition = partition
        self.start = start
        self.limit = limit
        self.maxWait = maxWait
        self.filter = filter
    }
}

/// A place in one partition of the topic being browsed.
package struct PartitionOffset: Hashable, Sendable {
    package var partition: Int32
    package var offset: Int64

    package init(partition: Int32, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }
}

/// Some records of a topic, read without joining a group.
package struct RecordPage: Hashable, Sendable {
    /// That of the query.
    package var id: UInt64
    /// Oldest first: by timestamp, then partition, then offset; within a partition always by offset.
    package var rows: [RecordRow]
    /// One per partition that was read, sorted by partition.
    package var marks: [PartitionMark]
    /// Why the page is missing something, as a sentence: a partition without a leader, a batch that cannot be read.
    package var error: String?

    package init(id: UInt64, rows: [RecordRow], marks: [PartitionMark], error: String? = nil) {
        self.id = id
        self.rows = rows
        self.marks = marks
        self.error = error
    }
}

/// How much of a partition there is, and how far this page got. Where a search is for certain offsets only, there is no
/// more of it than these.
package struct PartitionMark: Hashable, Sendable {
    package var partition: Int32
    package var logStartOffset: Int64
    /// As far as a consumer can read.
    package var highWatermark: Int64
    /// The offset at which this page begins; nil where that is its first record's.
    package var firstOffset: Int64?
    /// The offset from which the next page goes on. At the high watermark the end is reached.
    package var nextOffset: Int64

    package init(
        partition: Int32, logStartOffset: Int64, highWatermark: Int64, firstOffset: Int64? = nil, nextOffset: Int64
    ) {
        self.partition = partition
        self.logStartOffset = logStartOffset
        self.highWatermark = highWatermark
        self.firstOffset = firstOffset
        self.nextOffset = nextOffset
    }
}

/// One record, decompressed, as bytes: whether they are text is the view's business.
package struct RecordRow: Hashable, Sendable {
    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: [UInt8]?

        package init(name: String, value: [UInt8]?) {
            self.name = name
            self.value = value
        }
    }

    package var partition: Int32
    package var offset: Int64
    /// Milliseconds since 1970; nil where the record has none (-1).
    package var timestamp: Int64?
    package var key: [UInt8]?
    /// Nil for a tombstone.
    package var value: [UInt8]?
    package var headers: [Header]

    /// Of its key, value and headers.
    var byteCount: Int {
        headers.reduce((key?.count ?? 0) + (value?.count ?? 0)) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
    }

    package init(
        partition: Int32, offset: Int64, timestamp: Int64?, key: [UInt8]?, value: [UInt8]?, headers: [Header] = []
    ) {
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// A record that the user wants to write.
package struct RecordDraft: Hashable, Sendable {
    package var topic: String
    /// Nil lets the client choose, by key.
    package var partition: Int32?
    package var key: [UInt8]?
    /// Nil writes a tombstone.
    package var value: [UInt8]?
    package var headers: [RecordRow.Header]

    package init(
        topic: String, partition: Int32?, key: [UInt8]?, value: [UInt8]?, headers: [RecordRow.Header] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// A topic that the user wants to create. What is nil is left to the broker's settings.
package struct TopicDraft: Hashable, Sendable {
    package var name: String
    package var partitions: Int32?
    package var replicationFactor: Int16?

    package init(name: String, partitions: Int32?, replicationFactor: Int16?) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
    }
}
