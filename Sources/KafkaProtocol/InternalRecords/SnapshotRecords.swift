/// Begins a snapshot of the metadata log, in a control batch of its own.
package struct SnapshotHeaderRecord: KafkaMessage {
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    /// Says once more which version this is.
    package var recordVersion: Int16 = 0
    /// When the last record of the log was appended that the snapshot contains.
    package var lastContainedLogTimestamp: Int64 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("version", &recordVersion)
        try coder.field("lastContainedLogTimestamp", &lastContainedLogTimestamp)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// Ends a snapshot: one without it was not written to its end.
package struct SnapshotFooterRecord: KafkaMessage {
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var recordVersion: Int16 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("version", &recordVersion)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
