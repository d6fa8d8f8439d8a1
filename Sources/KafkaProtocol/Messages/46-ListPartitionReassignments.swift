/// Asks the controller which partitions are on their way to other brokers.
package struct ListPartitionReassignmentsRequest: KafkaRequest {
    package typealias Response = ListPartitionReassignmentsResponse

    package static let apiKey = APIKey.listPartitionReassignments
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var timeoutMs: Int32 = 60000
    /// Null for all.
    package var topics: [ListPartitionReassignmentsTopics]?
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("timeoutMs", &timeoutMs)
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension ListPartitionReassignmentsRequest {
    package struct ListPartitionReassignmentsTopics: KafkaStruct {
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

/// The moves that are under way.
package struct ListPartitionReassignmentsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var errorMessage: String? = ""
    package var topics: [OngoingTopicReassignment] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("errorCode", &errorCode)
        try coder.field("errorMessage", &errorMessage)
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension ListPartitionReassignmentsResponse {
    package struct OngoingTopicReassignment: KafkaStruct {
        package var name = ""
        package var partitions: [OngoingPartitionReassignment] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct OngoingPartitionReassignment: KafkaStruct {
        package var partitionIndex: Int32 = 0
        /// The present replicas: the target ones, and those to be removed.
        package var replicas: [BrokerID] = []
        package var addingReplicas: [BrokerID] = []
        package var removingReplicas: [BrokerID] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("replicas", &replicas)
            try coder.field("addingReplicas", &addingReplicas)
            try coder.field("removingReplicas", &removingReplicas)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
