/// Asks where a leader epoch ended, to find the offset from which two logs differ.
///
/// Version 2 brings the leader epoch as a fence, 3 the replica id.
package struct OffsetForLeaderEpochRequest: KafkaRequest {
    package typealias Response = OffsetForLeaderEpochResponse

    package static let apiKey = APIKey.offsetForLeaderEpoch
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    /// -1 for a consumer; -2 for one that debugs and may see past the high watermark.
    package var replicaId: BrokerID = -2
    package var topics: [OffsetForLeaderTopic] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 3 { try coder.field("replicaId", &replicaId) }
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension OffsetForLeaderEpochRequest {
    package struct OffsetForLeaderTopic: KafkaStruct {
        package var topic = ""
        package var partitions: [OffsetForLeaderPartition] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("topic", &topic)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct OffsetForLeaderPartition: KafkaStruct {
        package var partition: Int32 = 0
        package var currentLeaderEpoch: Int32 = -1
        package var leaderEpoch: Int32 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partition", &partition)
            if version >= 2 { try coder.field("currentLeaderEpoch", &currentLeaderEpoch) }
            try coder.field("leaderEpoch", &leaderEpoch)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The largest epoch not above the one asked for, and the offset after its last record.
package struct OffsetForLeaderEpochResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var throttleTimeMs: Int32 = 0
    package var topics: [OffsetForLeaderTopicResult] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 2 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension OffsetForLeaderEpochResponse {
    package struct OffsetForLeaderTopicResult: KafkaStruct {
        package var topic = ""
        package var partitions: [EpochEndOffset] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("topic", &topic)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct EpochEndOffset: KafkaStruct {
        package var errorCode = ErrorCode.none
        package var partition: Int32 = 0
        package var leaderEpoch: Int32 = -1
        package var endOffset: Int64 = -1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("errorCode", &errorCode)
            try coder.field("partition", &partition)
            if version >= 1 { try coder.field("leaderEpoch", &leaderEpoch) }
            try coder.field("endOffset", &endOffset)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
