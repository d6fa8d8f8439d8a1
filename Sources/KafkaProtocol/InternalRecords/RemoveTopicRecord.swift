/// A topic was deleted, with its partitions and settings.
package struct RemoveTopicRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.removeTopic
    package static let writtenVersion: Int16 = 0
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var topicId = Uuid.zero
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("topicId", &topicId)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
