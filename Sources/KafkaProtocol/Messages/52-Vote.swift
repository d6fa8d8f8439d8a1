/// A candidate asks a voter of the metadata quorum for its vote.
///
/// Version 1 names the voter that is asked, and directories.
package struct VoteRequest: KafkaRequest {
    package typealias Response = VoteResponse

    package static let apiKey = APIKey.vote
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var clusterId: String?
    package var voterId = BrokerID.none
    package var topics: [TopicData] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("clusterId", &clusterId)
        if version >= 1 { try coder.field("voterId", &voterId) }
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension VoteRequest {
    package struct TopicData: KafkaStruct {
        package var topicName = ""
        package var partitions: [PartitionData] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("topicName", &topicName)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct PartitionData: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var candidateEpoch: Int32 = 0
        package var candidateId: BrokerID = 0
        package var candidateDirectoryId = Uuid.zero
        package var voterDirectoryId = Uuid.zero
        /// The epoch of the candidate's last record, and the end of its log.
        package var lastOffsetEpoch: Int32 = 0
        package var lastOffset: Int64 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("candidateEpoch", &candidateEpoch)
            try coder.field("candidateId", &candidateId)
            if version >= 1 {
                try coder.field("candidateDirectoryId", &candidateDirectoryId)
                try coder.field("voterDirectoryId", &voterDirectoryId)
            }
            try coder.field("lastOffsetEpoch", &lastOffsetEpoch)
            try coder.field("lastOffset", &lastOffset)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// Whether the vote was given, and the leader and epoch that the voter knows.
package struct VoteResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var errorCode = ErrorCode.none
    package var topics: [TopicData] = []
    package var nodeEndpoints: [QuorumNodeEndpoint] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("errorCode", &errorCode)
        try coder.field("topics", &topics)
        var tags = try coder.beginTags(unknownTaggedFields)
        if version >= 1 {
            try coder.tagged(0, "nodeEndpoints", &nodeEndpoints, default: [], in: &tags)
        } else {
            try coder.absent("nodeEndpoints", isDefault: nodeEndpoints.isEmpty)
        }
        try coder.endTags(tags, &unknownTaggedFields)
    }
}

extension VoteResponse {
    package struct TopicData: KafkaStruct {
        package var topicName = ""
        package var partitions: [PartitionData] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("topicName", &topicName)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct PartitionData: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var errorCode = ErrorCode.none
        /// -1 for none that is known.
        package var leaderId: BrokerID = 0
        package var leaderEpoch: Int32 = 0
        package var voteGranted = false
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("errorCode", &errorCode)
            try coder.field("leaderId", &leaderId)
            try coder.field("leaderEpoch", &leaderEpoch)
            try coder.field("voteGranted", &voteGranted)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
