/// A broker was given a block of producer ids.
package struct ProducerIdsRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.producerIds
    package static let writtenVersion: Int16 = 0
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var brokerId: BrokerID = 0
    package var brokerEpoch: Int64 = -1
    /// The first id of the next block.
    package var nextProducerId: Int64 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("brokerId", &brokerId)
        try coder.field("brokerEpoch", &brokerEpoch)
        try coder.field("nextProducerId", &nextProducerId)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
