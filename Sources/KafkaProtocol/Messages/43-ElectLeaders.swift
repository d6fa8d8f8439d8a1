/// Asks the controller for elections. Version 1 tells preferred from unclean ones.
package struct ElectLeadersRequest: KafkaRequest {
    package typealias Response = ElectLeadersResponse

    package static let apiKey = APIKey.electLeaders
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    /// 0 preferred, 1 unclean.
    package var electionType: Int8 = 0
    /// Null for all.
    package var topicPartitions: [TopicPartitions]? = []
    package var timeoutMs: Int32 = 60000
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 1 {
            try coder.field("electionType", &electionType)
        } else {
            try coder.absent("electionType", isDefault: electionType == 0)
        }
        try coder.field("topicPartitions", &topicPartitions)
        try coder.field("timeoutMs", &timeoutMs)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension ElectLeadersRequest {
    package struct TopicPartitions: KafkaStruct {
        package var topic = ""
        package var partitions: [Int32] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("topic", &topic)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The outcome per partition. Version 1 brings a top-level error.
package struct ElectLeadersResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var replicaElectionResults: [ReplicaElectionResult] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        if version >= 1 {
            try coder.field("errorCode", &errorCode)
        } else {
            try coder.absent("errorCode", isDefault: errorCode == .none)
        }
        try coder.field("replicaElectionResults", &replicaElectionResults)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension ElectLeadersResponse {
    package struct ReplicaElectionResult: KafkaStruct {
        package var topic = ""
        package var partitionResult: [PartitionResult] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("topic", &topic)
            try coder.field("partitionResult", &partitionResult)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct PartitionResult: KafkaStruct {
        package var partitionId: Int32 = 0
        package var errorCode = ErrorCode.none
        package var errorMessage: String? = ""
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionId", &partitionId)
            try coder.field("errorCode", &errorCode)
            try coder.field("errorMessage", &errorMessage)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
