/// Asks one broker for its log directories and the replicas in them.
package struct DescribeLogDirsRequest: KafkaRequest {
    package typealias Response = DescribeLogDirsResponse

    package static let apiKey = APIKey.describeLogDirs
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    /// Null for all.
    package var topics: [DescribableLogDirTopic]? = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DescribeLogDirsRequest {
    package struct DescribableLogDirTopic: KafkaStruct {
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

/// The directories. Version 3 brings a top-level error, 4 the space on the disk.
package struct DescribeLogDirsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var results: [DescribeLogDirsResult] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        if version >= 3 { try coder.field("errorCode", &errorCode) }
        try coder.field("results", &results)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DescribeLogDirsResponse {
    package struct DescribeLogDirsResult: KafkaStruct {
        package var errorCode = ErrorCode.none
        package var logDir = ""
        package var topics: [DescribeLogDirsTopic] = []
        package var totalBytes: Int64 = -1
        package var usableBytes: Int64 = -1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("errorCode", &errorCode)
            try coder.field("logDir", &logDir)
            try coder.field("topics", &topics)
            if version >= 4 {
                try coder.field("totalBytes", &totalBytes)
                try coder.field("usableBytes", &usableBytes)
            }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct DescribeLogDirsTopic: KafkaStruct {
        package var name = ""
        package var partitions: [DescribeLogDirsPartition] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct DescribeLogDirsPartition: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var partitionSize: Int64 = 0
        package var offsetLag: Int64 = 0
        package var isFutureKey = false
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("partitionSize", &partitionSize)
            try coder.field("offsetLag", &offsetLag)
            try coder.field("isFutureKey", &isFutureKey)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
