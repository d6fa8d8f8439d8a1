import NIOCore

/// What a consumer wants, inside JoinGroup's metadata. Coordinators only carry it; assignors read it.
///
/// Version 1 brings the partitions that the member owns, 2 the generation that gave them, 3 the rack.
package struct ConsumerProtocolSubscription: ConsumerProtocolMessage {
    package static let writtenVersion: Int16 = 3
    package static let versions: ClosedRange<Int16> = 0...3
    package static let flexibleVersions: PartialRangeFrom<Int16>? = nil

    package var topics: [String] = []
    package var userData: ByteBuffer?
    package var ownedPartitions: [TopicPartition] = []
    package var generationId: Int32 = -1
    package var rackId: String?

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("topics", &topics)
        try coder.field("userData", &userData)
        if version >= 1 { try coder.field("ownedPartitions", &ownedPartitions) }
        if version >= 2 { try coder.field("generationId", &generationId) }
        if version >= 3 { try coder.field("rackId", &rackId) }
    }
}

extension ConsumerProtocolSubscription {
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
