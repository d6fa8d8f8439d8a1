/// Asks for brokers, topics and who leads their partitions.
///
/// In version 0 an empty list means all topics; from 1 on null does, and an empty list means none. Version 4 lets the
/// asker forbid auto-creation, 8 asks for authorized operations, 10 brings topic ids, of use from 12 on.
package struct MetadataRequest: KafkaRequest {
    package typealias Response = MetadataResponse

    package static let apiKey = APIKey.metadata
    package static let versions: ClosedRange<Int16> = 0...12
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 9...

    /// Null for all topics.
    package var topics: [MetadataRequestTopic]? = []
    package var allowAutoTopicCreation = true
    package var includeClusterAuthorizedOperations = false
    package var includeTopicAuthorizedOperations = false
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("topics", &topics, nullable: version >= 1)
        if version >= 4 {
            try coder.field("allowAutoTopicCreation", &allowAutoTopicCreation)
        } else {
            try coder.absent("allowAutoTopicCreation", isDefault: allowAutoTopicCreation)
        }
        if (8...10).contains(version) {
            try coder.field("includeClusterAuthorizedOperations", &includeClusterAuthorizedOperations)
        } else {
            try coder.absent("includeClusterAuthorizedOperations", isDefault: !includeClusterAuthorizedOperations)
        }
        if version >= 8 {
            try coder.field("includeTopicAuthorizedOperations", &includeTopicAuthorizedOperations)
        } else {
            try coder.absent("includeTopicAuthorizedOperations", isDefault: !includeTopicAuthorizedOperations)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension MetadataRequest {
    package struct MetadataRequestTopic: KafkaStruct {
        package var topicId = Uuid.zero
        package var name: String? = ""
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            if version >= 10 { try coder.field("topicId", &topicId) }
            try coder.field("name", &name, nullable: version >= 10)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The cluster as one broker sees it.
///
/// Version 1 brings racks, the controller and internal topics, 2 the cluster id, 5 offline replicas, 7 leader epochs,
/// 8 authorized operations, 10 topic ids.
package struct MetadataResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...12
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 9...

    package var throttleTimeMs: Int32 = 0
    package var brokers: [MetadataResponseBroker] = []
    package var clusterId: String?
    package var controllerId = BrokerID.none
    package var topics: [MetadataResponseTopic] = []
    package var clusterAuthorizedOperations: Int32 = .min
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 3 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("brokers", &brokers)
        if version >= 2 { try coder.field("clusterId", &clusterId) }
        if version >= 1 { try coder.field("controllerId", &controllerId) }
        try coder.field("topics", &topics)
        if (8...10).contains(version) {
            try coder.field("clusterAuthorizedOperations", &clusterAuthorizedOperations)
        } else {
            try coder.absent("clusterAuthorizedOperations", isDefault: clusterAuthorizedOperations == .min)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension MetadataResponse {
    package struct MetadataResponseBroker: KafkaStruct {
        package var nodeId: BrokerID = 0
        package var host = ""
        package var port: Int32 = 0
        package var rack: String?
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("nodeId", &nodeId)
            try coder.field("host", &host)
            try coder.field("port", &port)
            if version >= 1 { try coder.field("rack", &rack) }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct MetadataResponseTopic: KafkaStruct {
        package var errorCode = ErrorCode.none
        package var name: String? = ""
        package var topicId = Uuid.zero
        package var isInternal = false
        package var partitions: [MetadataResponsePartition] = []
        /// A bit set; the smallest Int32 means not asked for.
        package var topicAuthorizedOperations: Int32 = .min
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("errorCode", &errorCode)
            try coder.field("name", &name, nullable: version >= 12)
            if version >= 10 { try coder.field("topicId", &topicId) }
            if version >= 1 { try coder.field("isInternal", &isInternal) }
            try coder.field("partitions", &partitions)
            if version >= 8 {
                try coder.field("topicAuthorizedOperations", &topicAuthorizedOperations)
            } else {
                try coder.absent("topicAuthorizedOperations", isDefault: topicAuthorizedOperations == .min)
            }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct MetadataResponsePartition: KafkaStruct {
        package var errorCode = ErrorCode.none
        package var partitionIndex: Int32 = 0
        package var leaderId: BrokerID = 0
        package var leaderEpoch: Int32 = -1
        package var replicaNodes: [BrokerID] = []
        package var isrNodes: [BrokerID] = []
        package var offlineReplicas: [BrokerID] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("errorCode", &errorCode)
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("leaderId", &leaderId)
            if version >= 7 { try coder.field("leaderEpoch", &leaderEpoch) }
            try coder.field("replicaNodes", &replicaNodes)
            try coder.field("isrNodes", &isrNodes)
            if version >= 5 { try coder.field("offlineReplicas", &offlineReplicas) }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
