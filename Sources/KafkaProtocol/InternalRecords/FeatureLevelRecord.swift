/// A feature of the cluster has a new level; 0 removes it.
package struct FeatureLevelRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.featureLevel
    package static let writtenVersion: Int16 = 0
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var name = ""
    package var featureLevel: Int16 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("name", &name)
        try coder.field("featureLevel", &featureLevel)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
