import NIOCore

/// What a consumer is to read, inside SyncGroup's assignment. All versions are the same.
package struct ConsumerProtocolAssignment: ConsumerProtocolMessage {
    package static let writtenVersion: Int16 = 3
    package static let versions: ClosedRange<Int16> = 0...3
    package static let flexibleVersions: PartialRangeFrom<Int16>? = nil

    package var assignedPartitions: [TopicPartition] = []
    package var userData: ByteBuffer?

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("assignedPartitions", &assignedPartitions)
        try coder.field("userData", &userData)
    }
}

extension ConsumerProtocolAssignment {
    package struct TopicPartition: KafkaStruct {
        package var topic = ""
        package var partitions: [Int32] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("topic", &topic)
            try coder.field("partitions", &partitions)
        }
    }
}
