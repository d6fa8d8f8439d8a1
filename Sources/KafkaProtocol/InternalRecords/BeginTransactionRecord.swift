/// The records from here to EndTransactionRecord take effect together.
package struct BeginTransactionRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.beginTransaction
    package static let writtenVersion: Int16 = 0
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    /// What the change is for.
    package var name: String?
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        var tags = try coder.beginTags(unknownTaggedFields)
        try coder.tagged(0, "name", &name, default: nil, in: &tags)
        try coder.endTags(tags, &unknownTaggedFields)
    }
}
