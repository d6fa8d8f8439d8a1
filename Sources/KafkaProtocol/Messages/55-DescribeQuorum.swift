/// Asks who leads the metadata quorum, and how far its voters and observers have come.
package struct DescribeQuorumRequest: KafkaRequest {
    package typealias Response = DescribeQuorumResponse

    package static let apiKey = APIKey.describeQuorum
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var topics: [TopicData] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DescribeQuorumRequest {
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
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The quorum as its leader sees it.
///
/// Version 1 brings the times of the last fetches, 2 error messages, directories, and the controllers' addresses.
package struct DescribeQuorumResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var errorCode = ErrorCode.none
    package var errorMessage: String? = ""
    package var topics: [TopicData] = []
    package var nodes: [Node] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("errorCode", &errorCode)
        if version >= 2 { try coder.field("errorMessage", &errorMessage) }
        try coder.field("topics", &topics)
        if version >= 2 {
            try coder.field("nodes", &nodes)
        } else {
            try coder.absent("nodes", isDefault: nodes.isEmpty)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DescribeQuorumResponse {
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
        package var errorMessage: String? = ""
        package var leaderId: BrokerID = 0
        package var leaderEpoch: Int32 = 0
        package var highWatermark: Int64 = 0
        package var currentVoters: [ReplicaState] = []
        package var observers: [ReplicaState] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("errorCode", &errorCode)
            if version >= 2 { try coder.field("errorMessage", &errorMessage) }
            try coder.field("leaderId", &leaderId)
            try coder.field("leaderEpoch", &leaderEpoch)
            try coder.field("highWatermark", &highWatermark)
            try coder.field("currentVoters", &currentVoters)
            try coder.field("observers", &observers)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct ReplicaState: KafkaStruct {
        package var replicaId: BrokerID = 0
        package var replicaDirectoryId = Uuid.zero
        /// -1 if it is not known.
        package var logEndOffset: Int64 = 0
        /// The leader's wall clock at the last fetch; -1 for the leader itself, or if it is not known.
        package var lastFetchTimestamp: Int64 = -1
        package var lastCaughtUpTimestamp: Int64 = -1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("replicaId", &replicaId)
            if version >= 2 {
                try coder.field("replicaDirectoryId", &replicaDirectoryId)
            } else {
                try coder.absent("replicaDirectoryId", isDefault: replicaDirectoryId == .zero)
            }
            try coder.field("logEndOffset", &logEndOffset)
            if version >= 1 {
                try coder.field("lastFetchTimestamp", &lastFetchTimestamp)
                try coder.field("lastCaughtUpTimestamp", &lastCaughtUpTimestamp)
            }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct Node: KafkaStruct {
        package var nodeId: BrokerID = 0
        package var listeners: [QuorumListener] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("nodeId", &nodeId)
            try coder.field("listeners", &listeners)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
