/// Nothing; written by an active controller so that its log grows while idle.
package struct NoOpRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.noOp
    package static let writtenVersion: Int16 = 0
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.unknownTags(&unknownTaggedFields)
    }
}
