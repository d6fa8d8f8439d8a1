/// A leader of the metadata quorum gives its epoch up, and says who should stand for election first.
///
/// Version 1 brings tagged fields, candidates with their directories in place of successors, and the leader's addresses.
package struct EndQuorumEpochRequest: KafkaRequest {
    package typealias Response = EndQuorumEpochResponse

    package static let apiKey = APIKey.endQuorumEpoch
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 1...

    package var clusterId: String?
    package var topics: [TopicData] = []
    package var leaderEndpoints: [QuorumListener] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("clusterId", &clusterId)
        try coder.field("topics", &topics)
        if version >= 1 { try coder.field("leaderEndpoints", &leaderEndpoints) }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension EndQuorumEpochRequest {
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
        package var leaderId: BrokerID = 0
        package var leaderEpoch: Int32 = 0
        /// Of version 0, the best first.
        package var preferredSuccessors: [Int32] = []
        /// From version 1 on, the best first.
        package var preferredCandidates: [ReplicaInfo] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("leaderId", &leaderId)
            try coder.field("leaderEpoch", &leaderEpoch)
            if version == 0 { try coder.field("preferredSuccessors", &preferredSuccessors) }
            if version >= 1 { try coder.field("preferredCandidates", &preferredCandidates) }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct ReplicaInfo: KafkaStruct {
        package var candidateId: BrokerID = 0
        package var candidateDirectoryId = Uuid.zero
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("candidateId", &candidateId)
            try coder.field("candidateDirectoryId", &candidateDirectoryId)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The leader and epoch that the voter knows.
package struct EndQuorumEpochResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 1...

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

extension EndQuorumEpochResponse {
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
        package var leaderId: BrokerID = 0
        package var leaderEpoch: Int32 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("errorCode", &errorCode)
            try coder.field("leaderId", &leaderId)
            try coder.field("leaderEpoch", &leaderEpoch)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
