/// A setting of a topic or broker was set.
package struct ConfigRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.config
    package static let writtenVersion: Int16 = 0
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var resourceType: Int8 = 0
    package var resourceName = ""
    package var name = ""
    /// Null to fall back to the default.
    package var value: String? = ""
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("resourceType", &resourceType)
        try coder.field("resourceName", &resourceName)
        try coder.field("name", &name)
        try coder.field("value", &value)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
