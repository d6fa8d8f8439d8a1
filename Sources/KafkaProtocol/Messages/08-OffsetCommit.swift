/// Stores how far a group has read.
///
/// Version 1 brings membership, 2 to 4 a retention time, 6 the leader epoch, 7 static members, 9 serves the consumer
/// protocol of KIP-848 as well.
package struct OffsetCommitRequest: KafkaRequest {
    package typealias Response = OffsetCommitResponse

    package static let apiKey = APIKey.offsetCommit
    package static let versions: ClosedRange<Int16> = 0...9
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 8...

    package var groupId = ""
    /// -1 for a consumer that is no member of the group.
    package var generationIdOrMemberEpoch: Int32 = -1
    package var memberId = ""
    package var groupInstanceId: String?
    package var retentionTimeMs: Int64 = -1
    package var topics: [OffsetCommitRequestTopic] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("groupId", &groupId)
        if version >= 1 {
            try coder.field("generationIdOrMemberEpoch", &generationIdOrMemberEpoch)
            try coder.field("memberId", &memberId)
        }
        if version >= 7 {
            try coder.field("groupInstanceId", &groupInstanceId)
        } else {
            try coder.absent("groupInstanceId", isDefault: groupInstanceId == nil)
        }
        if (2...4).contains(version) { try coder.field("retentionTimeMs", &retentionTimeMs) }
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension OffsetCommitRequest {
    package struct OffsetCommitRequestTopic: KafkaStruct {
        package var name = ""
        package var partitions: [OffsetCommitRequestPartition] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct OffsetCommitRequestPartition: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var committedOffset: Int64 = 0
        package var committedLeaderEpoch: Int32 = -1
        package var commitTimestamp: Int64 = -1
        package var committedMetadata: String? = ""
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("committedOffset", &committedOffset)
            if version >= 6 { try coder.field("committedLeaderEpoch", &committedLeaderEpoch) }
            if version == 1 {
                try coder.field("commitTimestamp", &commitTimestamp)
            } else {
                try coder.absent("commitTimestamp", isDefault: commitTimestamp == -1)
            }
            try coder.field("committedMetadata", &committedMetadata)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The outcome of a commit, partition by partition.
package struct OffsetCommitResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...9
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 8...

    package var throttleTimeMs: Int32 = 0
    package var topics: [OffsetCommitResponseTopic] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 3 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension OffsetCommitResponse {
    package struct OffsetCommitResponseTopic: KafkaStruct {
        package var name = ""
        package var partitions: [OffsetCommitResponsePartition] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct OffsetCommitResponsePartition: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var errorCode = ErrorCode.none
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("errorCode", &errorCode)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
