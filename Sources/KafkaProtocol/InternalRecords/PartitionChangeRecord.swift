/// What changed in a partition; everything absent stays as it was. Every such record raises the partition epoch.
package struct PartitionChangeRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.partitionChange
    package static let writtenVersion: Int16 = 1
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var partitionId: Int32 = -1
    package var topicId = Uuid.zero
    package var isr: [BrokerID]?
    /// -1 for no leader, -2 for no change. A change also raises the leader epoch.
    package var leader: BrokerID = -2
    package var replicas: [BrokerID]?
    package var removingReplicas: [BrokerID]?
    package var addingReplicas: [BrokerID]?
    package var leaderRecoveryState: Int8 = -1
    package var directories: [Uuid]?
    package var eligibleLeaderReplicas: [BrokerID]?
    package var lastKnownElr: [BrokerID]?
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("partitionId", &partitionId)
        try coder.field("topicId", &topicId)
        var tags = try coder.beginTags(unknownTaggedFields)
        try coder.tagged(0, "isr", &isr, default: nil, in: &tags)
        try coder.tagged(1, "leader", &leader, default: -2, in: &tags)
        try coder.tagged(2, "replicas", &replicas, default: nil, in: &tags)
        try coder.tagged(3, "removingReplicas", &removingReplicas, default: nil, in: &tags)
        try coder.tagged(4, "addingReplicas", &addingReplicas, default: nil, in: &tags)
        try coder.tagged(5, "leaderRecoveryState", &leaderRecoveryState, default: -1, in: &tags)
        if version >= 2 {
            try coder.tagged(6, "eligibleLeaderReplicas", &eligibleLeaderReplicas, default: nil, in: &tags)
            try coder.tagged(7, "lastKnownElr", &lastKnownElr, default: nil, in: &tags)
        } else {
            try coder.absent("eligibleLeaderReplicas", isDefault: eligibleLeaderReplicas == nil)
            try coder.absent("lastKnownElr", isDefault: lastKnownElr == nil)
        }
        if version >= 1 {
            try coder.tagged(8, "directories", &directories, default: nil, in: &tags)
        } else {
            try coder.absent("directories", isDefault: directories == nil)
        }
        try coder.endTags(tags, &unknownTaggedFields)
    }
}
