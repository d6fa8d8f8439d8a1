/// A broker was fenced or unfenced, began to shut down, or changed its directories.
package struct BrokerRegistrationChangeRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.brokerRegistrationChange
    package static let writtenVersion: Int16 = 2
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var brokerId: BrokerID = 0
    package var brokerEpoch: Int64 = 0
    /// 1 fenced, -1 unfenced, 0 as before.
    package var fenced: Int8 = 0
    /// 1 shutting down, 0 as before.
    package var inControlledShutdown: Int8 = 0
    package var logDirs: [Uuid] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("brokerId", &brokerId)
        try coder.field("brokerEpoch", &brokerEpoch)
        var tags = try coder.beginTags(unknownTaggedFields)
        try coder.tagged(0, "fenced", &fenced, default: 0, in: &tags)
        if version >= 1 {
            try coder.tagged(1, "inControlledShutdown", &inControlledShutdown, default: 0, in: &tags)
        } else {
            try coder.absent("inControlledShutdown", isDefault: inControlledShutdown == 0)
        }
        if version >= 2 {
            try coder.tagged(2, "logDirs", &logDirs, default: [], in: &tags)
        } else {
            try coder.absent("logDirs", isDefault: logDirs.isEmpty)
        }
        try coder.endTags(tags, &unknownTaggedFields)
    }
}
