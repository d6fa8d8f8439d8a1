/// The records since BeginTransactionRecord are void.
package struct AbortTransactionRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.abortTransaction
    package static let writtenVersion: Int16 = 0
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var reason: String?
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        var tags = try coder.beginTags(unknownTaggedFields)
        try coder.tagged(0, "reason", &reason, default: nil, in: &tags)
        try coder.endTags(tags, &unknownTaggedFields)
    }
}
