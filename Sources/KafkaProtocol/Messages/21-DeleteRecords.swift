/// Deletes the records of partitions up to an offset. -1 stands for the high watermark.
package struct DeleteRecordsRequest: KafkaRequest {
    package typealias Response = DeleteRecordsResponse

    package static let apiKey = APIKey.deleteRecords
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var topics: [DeleteRecordsTopic] = []
    package var timeoutMs: Int32 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("topics", &topics)
        try coder.field("timeoutMs", &timeoutMs)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DeleteRecordsRequest {
    package struct DeleteRecordsTopic: KafkaStruct {
        package var name = ""
        package var partitions: [DeleteRecordsPartition] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct DeleteRecordsPartition: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var offset: Int64 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("offset", &offset)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The lowest log start of all live replicas, per partition.
package struct DeleteRecordsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var throttleTimeMs: Int32 = 0
    package var topics: [DeleteRecordsTopicResult] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DeleteRecordsResponse {
    package struct DeleteRecordsTopicResult: KafkaStruct {
        package var name = ""
        package var partitions: [DeleteRecordsPartitionResult] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct DeleteRecordsPartitionResult: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var lowWatermark: Int64 = 0
        package var errorCode = ErrorCode.none
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("lowWatermark", &lowWatermark)
            try coder.field("errorCode", &errorCode)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
