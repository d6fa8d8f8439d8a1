/// Asks what a replica's log knows of the producers that wrote to it with an id.
package struct DescribeProducersRequest: KafkaRequest {
    package typealias Response = DescribeProducersResponse

    package static let apiKey = APIKey.describeProducers
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var topics: [TopicRequest] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DescribeProducersRequest {
    package struct TopicRequest: KafkaStruct {
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

/// The idempotent and transactional producers of each partition.
package struct DescribeProducersResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var throttleTimeMs: Int32 = 0
    package var topics: [TopicResponse] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DescribeProducersResponse {
    package struct TopicResponse: KafkaStruct {
        package var name = ""
        package var partitions: [PartitionResponse] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct PartitionResponse: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var errorCode = ErrorCode.none
        package var errorMessage: String?
        package var activeProducers: [ProducerState] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("errorCode", &errorCode)
            try coder.field("errorMessage", &errorMessage)
            try coder.field("activeProducers", &activeProducers)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct ProducerState: KafkaStruct {
        package var producerId: Int64 = 0
        package var producerEpoch: Int32 = 0
        package var lastSequence: Int32 = -1
        package var lastTimestamp: Int64 = -1
        package var coordinatorEpoch: Int32 = 0
        package var currentTxnStartOffset: Int64 = -1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("producerId", &producerId)
            try coder.field("producerEpoch", &producerEpoch)
            try coder.field("lastSequence", &lastSequence)
            try coder.field("lastTimestamp", &lastTimestamp)
            try coder.field("coordinatorEpoch", &coordinatorEpoch)
            try coder.field("currentTxnStartOffset", &currentTxnStartOffset)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
