/// Adds partitions to topics.
package struct CreatePartitionsRequest: KafkaRequest {
    package typealias Response = CreatePartitionsResponse

    package static let apiKey = APIKey.createPartitions
    package static let versions: ClosedRange<Int16> = 0...3
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var topics: [CreatePartitionsTopic] = []
    package var timeoutMs: Int32 = 0
    package var validateOnly = false
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("topics", &topics)
        try coder.field("timeoutMs", &timeoutMs)
        try coder.field("validateOnly", &validateOnly)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension CreatePartitionsRequest {
    package struct CreatePartitionsTopic: KafkaStruct {
        package var name = ""
        /// The new total.
        package var count: Int32 = 0
        /// The brokers of each added partition; null to let the controller choose.
        package var assignments: [CreatePartitionsAssignment]? = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("count", &count)
            try coder.field("assignments", &assignments)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct CreatePartitionsAssignment: KafkaStruct {
        package var brokerIds: [BrokerID] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("brokerIds", &brokerIds)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The outcome per topic.
package struct CreatePartitionsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...3
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var throttleTimeMs: Int32 = 0
    package var results: [CreatePartitionsTopicResult] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("results", &results)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension CreatePartitionsResponse {
    package struct CreatePartitionsTopicResult: KafkaStruct {
        package var name = ""
        package var errorCode = ErrorCode.none
        package var errorMessage: String?
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("errorCode", &errorCode)
            try coder.field("errorMessage", &errorMessage)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
