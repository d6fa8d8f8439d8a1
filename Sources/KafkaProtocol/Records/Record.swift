import NIOCore

/// One record, with its batch's offset and time added. Key, value and header values are views on the batch's bytes.
package struct Record: Hashable, Sendable {
    package var offset: Int64
    /// Milliseconds since 1970; -1 for none. What it means, the batch's timestamp type says.
    package var timestamp: Int64
    package var key: ByteBuffer?
    /// Null is a tombstone in a compacted topic.
    package var value: ByteBuffer?
    package var headers: [RecordHeader]

    package init(
        offset: Int64 = 0, timestamp: Int64 = -1, key: ByteBuffer? = nil, value: ByteBuffer? = nil,
        headers: [RecordHeader] = []
    ) {
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// A name and bytes that travel with a record. Names may repeat; bytes of a name that are not UTF-8 read as U+FFFD.
package struct RecordHeader: Hashable, Sendable {
    package var key: String
    package var value: ByteBuffer?

    package init(key: String, value: ByteBuffer?) {
        self.key = key
        self.value = value
    }
}
