/// Reads a group's committed offsets.
///
/// From version 2 null topics mean all, 7 may insist on offsets that no open transaction can still change, 8 asks for
/// several groups at once, 9 names the member.
package struct OffsetFetchRequest: KafkaRequest {
    package typealias Response = OffsetFetchResponse

    package static let apiKey = APIKey.offsetFetch
    package static let versions: ClosedRange<Int16> = 0...9
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 6...

    package var groupId = ""
    package var topics: [OffsetFetchRequestTopic]? = []
    package var groups: [OffsetFetchRequestGroup] = []
    /// Answer UNSTABLE_OFFSET_COMMIT where a transaction's offsets are pending.
    package var requireStable = false
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version <= 7 {
            try coder.field("groupId", &groupId)
            try coder.field("topics", &topics, nullable: version >= 2)
            try coder.absent("groups", isDefault: groups.isEmpty)
        } else {
            try coder.absent("groupId", isDefault: groupId.isEmpty)
            try coder.absent("topics", isDefault: topics == [])
            try coder.field("groups", &groups)
        }
        if version >= 7 {
            try coder.field("requireStable", &requireStable)
        } else {
            try coder.absent("requireStable", isDefault: !requireStable)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension OffsetFetchRequest {
    package struct OffsetFetchRequestTopic: KafkaStruct {
        package var name = ""
        package var partitionIndexes: [Int32] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitionIndexes", &partitionIndexes)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct OffsetFetchRequestGroup: KafkaStruct {
        package var groupId = ""
        package var memberId: String?
        package var memberEpoch: Int32 = -1
        package var topics: [OffsetFetchRequestTopics]? = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("groupId", &groupId)
            if version >= 9 {
                try coder.field("memberId", &memberId)
                try coder.field("memberEpoch", &memberEpoch)
            }
            try coder.field("topics", &topics)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct OffsetFetchRequestTopics: KafkaStruct {
        package var name = ""
        package var partitionIndexes: [Int32] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitionIndexes", &partitionIndexes)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// Committed offsets, -1 where the group has none.
///
/// Up to version 7 for one group at the top level, from 8 on per group.
package struct OffsetFetchResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...9
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 6...

    package var throttleTimeMs: Int32 = 0
    package var topics: [OffsetFetchResponseTopic] = []
    package var errorCode = ErrorCode.none
    package var groups: [OffsetFetchResponseGroup] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 3 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        if version <= 7 {
            try coder.field("topics", &topics)
        } else {
            try coder.absent("topics", isDefault: topics.isEmpty)
        }
        if (2...7).contains(version) { try coder.field("errorCode", &errorCode) }
        if version >= 8 {
            try coder.field("groups", &groups)
        } else {
            try coder.absent("groups", isDefault: groups.isEmpty)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension OffsetFetchResponse {
    package struct OffsetFetchResponseTopic: KafkaStruct {
        package var name = ""
        package var partitions: [OffsetFetchResponsePartition] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct OffsetFetchResponsePartition: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var committedOffset: Int64 = 0
        package var committedLeaderEpoch: Int32 = -1
        package var metadata: String? = ""
        package var errorCode = ErrorCode.none
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("committedOffset", &committedOffset)
            if version >= 5 { try coder.field("committedLeaderEpoch", &committedLeaderEpoch) }
            try coder.field("metadata", &metadata)
            try coder.field("errorCode", &errorCode)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct OffsetFetchResponseGroup: KafkaStruct {
        package var groupId = ""
        package var topics: [OffsetFetchResponseTopics] = []
        package var errorCode = ErrorCode.none
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("groupId", &groupId)
            try coder.field("topics", &topics)
            try coder.field("errorCode", &errorCode)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct OffsetFetchResponseTopics: KafkaStruct {
        package var name = ""
        package var partitions: [OffsetFetchResponsePartitions] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct OffsetFetchResponsePartitions: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var committedOffset: Int64 = 0
        package var committedLeaderEpoch: Int32 = -1
        package var metadata: String? = ""
        package var errorCode = ErrorCode.none
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("committedOffset", &committedOffset)
            try coder.field("committedLeaderEpoch", &committedLeaderEpoch)
            try coder.field("metadata", &metadata)
            try coder.field("errorCode", &errorCode)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
