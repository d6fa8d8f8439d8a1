/// Asks the controller to move partitions to other brokers, or to take such a move back.
package struct AlterPartitionReassignmentsRequest: KafkaRequest {
    package typealias Response = AlterPartitionReassignmentsResponse

    package static let apiKey = APIKey.alterPartitionReassignments
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var timeoutMs: Int32 = 60000
    package var topics: [ReassignableTopic] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("timeoutMs", &timeoutMs)
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension AlterPartitionReassignmentsRequest {
    package struct ReassignableTopic: KafkaStruct {
        package var name = ""
        package var partitions: [ReassignablePartition] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct ReassignablePartition: KafkaStruct {
        package var partitionIndex: Int32 = 0
        /// Null takes back a move that is under way.
        package var replicas: [BrokerID]?
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("replicas", &replicas)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The outcome per partition: whether the move has begun, or was taken back.
package struct AlterPartitionReassignmentsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var errorMessage: String? = ""
    package var responses: [ReassignableTopicResponse] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("errorCode", &errorCode)
        try coder.field("errorMessage", &errorMessage)
        try coder.field("responses", &responses)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension AlterPartitionReassignmentsResponse {
    package struct ReassignableTopicResponse: KafkaStruct {
        package var name = ""
        package var partitions: [ReassignablePartitionResponse] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct ReassignablePartitionResponse: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var errorCode = ErrorCode.none
        package var errorMessage: String? = ""
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("errorCode", &errorCode)
            try coder.field("errorMessage", &errorMessage)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
