/// A broker may lead again. Superseded by BrokerRegistrationChangeRecord.
package struct UnfenceBrokerRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.unfenceBroker
    package static let writtenVersion: Int16 = 0
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var id: BrokerID = 0
    package var epoch: Int64 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("id", &id)
        try coder.field("epoch", &epoch)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
