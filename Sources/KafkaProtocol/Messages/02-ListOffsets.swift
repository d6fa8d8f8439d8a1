/// Finds offsets by timestamp, or the first and last one.
///
/// Version 1 answers one offset per partition, 2 brings read_committed, 4 the leader epoch as a fence, 7 the offset
/// of the largest timestamp, 8 and 9 the bounds of tiered logs.
package struct ListOffsetsRequest: KafkaRequest {
    package typealias Response = ListOffsetsResponse

    package static let apiKey = APIKey.listOffsets
    package static let versions: ClosedRange<Int16> = 0...9
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 6...

    /// -1 for a consumer; -2 to be answered by any replica, from its own log.
    package var replicaId: BrokerID = 0
    package var isolationLevel: Int8 = 0
    package var topics: [ListOffsetsTopic] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("replicaId", &replicaId)
        if version >= 2 {
            try coder.field("isolationLevel", &isolationLevel)
        } else {
            try coder.absent("isolationLevel", isDefault: isolationLevel == 0)
        }
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension ListOffsetsRequest {
    package struct ListOffsetsTopic: KafkaStruct {
        package var name = ""
        package var partitions: [ListOffsetsPartition] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct ListOffsetsPartition: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var currentLeaderEpoch: Int32 = -1
        /// Milliseconds since 1970, or -1 latest, -2 earliest, -3 largest timestamp, -4 earliest local, -5 latest
        /// tiered.
        package var timestamp: Int64 = 0
        package var maxNumOffsets: Int32 = 1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            if version >= 4 { try coder.field("currentLeaderEpoch", &currentLeaderEpoch) }
            try coder.field("timestamp", &timestamp)
            if version == 0 {
                try coder.field("maxNumOffsets", &maxNumOffsets)
            } else {
                try coder.absent("maxNumOffsets", isDefault: maxNumOffsets == 1)
            }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The offset found for each partition; -1 if there is none.
package struct ListOffsetsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...9
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 6...

    package var throttleTimeMs: Int32 = 0
    package var topics: [ListOffsetsTopicResponse] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 2 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension ListOffsetsResponse {
    package struct ListOffsetsTopicResponse: KafkaStruct {
        package var name = ""
        package var partitions: [ListOffsetsPartitionResponse] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct ListOffsetsPartitionResponse: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var errorCode = ErrorCode.none
        package var oldStyleOffsets: [Int64] = []
        package var timestamp: Int64 = -1
        package var offset: Int64 = -1
        package var leaderEpoch: Int32 = -1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("errorCode", &errorCode)
            if version == 0 {
                try coder.field("oldStyleOffsets", &oldStyleOffsets)
                try coder.absent("timestamp", isDefault: timestamp == -1)
                try coder.absent("offset", isDefault: offset == -1)
            } else {
                try coder.absent("oldStyleOffsets", isDefault: oldStyleOffsets.isEmpty)
                try coder.field("timestamp", &timestamp)
                try coder.field("offset", &offset)
            }
            if version >= 4 {
                try coder.field("leaderEpoch", &leaderEpoch)
            } else {
                try coder.absent("leaderEpoch", isDefault: leaderEpoch == -1)
            }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
