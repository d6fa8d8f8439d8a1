import KafkaProtocol
import NIOCore

/// One record of `__consumer_offsets`; without a value it is a tombstone.
enum OffsetsRecord: Sendable {
    case offset(group: String, TopicPartition, OffsetCommitValue?)
    case group(String, GroupMetadataValue?)

    var group: String {
        switch self {
        case .offset(let group, _, _), .group(let group, _): group
        }
    }

    func key() throws(ProtocolError) -> ByteBuffer {
        switch self {
        case .offset(let group, let partition, _):
            var key = OffsetCommitKey()
            key.group = group
            key.topic = partition.topic
            key.partition = partition.partition
            return try key.encodeVersioned()
        case .group(let group, _):
            var key = GroupMetadataKey()
            key.group = group
            return try key.encodeVersioned()
        }
    }

    func value() throws(ProtocolError) -> ByteBuffer? {
        switch self {
        case .offset(_, _, let value):
            // Version 1 alone can carry a retention of its own, which old clients ask for.
            guard let value else { return nil }
            return try value.encodeVersioned(version: value.expireTimestamp >= 0 ? 1 : OffsetCommitValue.writtenVersion)
        case .group(_, let value): return try value?.encodeVersioned()
        }
    }

    /// Nil for records of other kinds (of consumer groups after KIP-848, or of a later Kafka), which are passed over.
    static func decode(_ record: Record) throws(ProtocolError) -> Self? {
        guard let keyBytes = record.key else { return nil }
        let key: ConsumerOffsetsKey
        do {
            key = try ConsumerOffsetsKey(decoding: keyBytes)
        } catch {
            if case .unknownRecordType = error.reason { return nil }
            throw error
        }
        switch key {
        case .offsetCommit(let key):
            let partition = TopicPartition(topic: key.topic, partition: key.partition)
            let value: OffsetCommitValue? =
                if let bytes = record.value { try OffsetCommitValue(decodingVersioned: bytes) } else { nil }
            return .offset(group: key.group, partition, value)
        case .groupMetadata(let key):
            let value: GroupMetadataValue? =
                if let bytes = record.value { try GroupMetadataValue(decodingVersioned: bytes) } else { nil }
            return .group(key.group, value)
        }
    }
}
