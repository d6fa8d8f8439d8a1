/// Whose offset it is. Versions 0 and 1 are the same.
package struct OffsetCommitKey: VersionedRecord, Hashable {
    package static let writtenVersion: Int16 = 1
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = nil

    package var group = ""
    package var topic = ""
    package var partition: Int32 = 0

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("group", &group)
        try coder.field("topic", &topic)
        try coder.field("partition", &partition)
    }
}

/// A committed offset. Version 1 alone carries an expiry, 3 brings the leader epoch, 4 is flexible.
package struct OffsetCommitValue: VersionedRecord {
    package static let writtenVersion: Int16 = 3
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var offset: Int64 = 0
    package var leaderEpoch: Int32 = -1
    package var metadata = ""
    package var commitTimestamp: Int64 = 0
    package var expireTimestamp: Int64 = -1
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("offset", &offset)
        if version >= 3 { try coder.field("leaderEpoch", &leaderEpoch) }
        try coder.field("metadata", &metadata)
        try coder.field("commitTimestamp", &commitTimestamp)
        if version == 1 { try coder.field("expireTimestamp", &expireTimestamp) }
        try coder.unknownTags(&unknownTaggedFields)
    }
}
