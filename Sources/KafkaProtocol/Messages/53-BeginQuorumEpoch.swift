/// A leader of the metadata quorum tells a voter that its epoch has begun.
///
/// Version 1 brings tagged fields, the voter that is told, directories, and the leader's addresses.
package struct BeginQuorumEpochRequest: KafkaRequest {
    package typealias Response = BeginQuorumEpochResponse

    package static let apiKey = APIKey.beginQuorumEpoch
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 1...

    package var clusterId: String?
    package var voterId = BrokerID.none
    package var topics: [TopicData] = []
    package var leaderEndpoints: [QuorumListener] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("clusterId", &clusterId)
        if version >= 1 { try coder.field("voterId", &voterId) }
        try coder.field("topics", &topics)
        if version >= 1 { try coder.field("leaderEndpoints", &leaderEndpoints) }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension BeginQuorumEpochRequest {
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
        package var voterDirectoryId = Uuid.zero
        package var leaderId: BrokerID = 0
        package var leaderEpoch: Int32 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            if version >= 1 { try coder.field("voterDirectoryId", &voterDirectoryId) }
            try coder.field("leaderId", &leaderId)
            try coder.field("leaderEpoch", &leaderEpoch)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The leader and epoch that the voter knows now.
package struct BeginQuorumEpochResponse: KafkaResponse {
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

extension BeginQuorumEpochResponse {
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
