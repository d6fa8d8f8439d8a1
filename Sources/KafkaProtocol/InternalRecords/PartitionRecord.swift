/// A partition in full. Version 1 brings directories, 2 the replicas eligible to lead outside the ISR.
package struct PartitionRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.partition
    package static let writtenVersion: Int16 = 1
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var partitionId: Int32 = -1
    package var topicId = Uuid.zero
    package var replicas: [BrokerID] = []
    package var isr: [BrokerID] = []
    package var removingReplicas: [BrokerID] = []
    package var addingReplicas: [BrokerID] = []
    package var leader = BrokerID.none
    package var leaderRecoveryState: Int8 = 0
    package var leaderEpoch: Int32 = -1
    /// One more with each change of the partition.
    package var partitionEpoch: Int32 = -1
    package var directories: [Uuid] = []
    package var eligibleLeaderReplicas: [BrokerID]?
    package var lastKnownElr: [BrokerID]?
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("partitionId", &partitionId)
        try coder.field("topicId", &topicId)
        try coder.field("replicas", &replicas)
        try coder.field("isr", &isr)
        try coder.field("removingReplicas", &removingReplicas)
        try coder.field("addingReplicas", &addingReplicas)
        try coder.field("leader", &leader)
        try coder.field("leaderEpoch", &leaderEpoch)
        try coder.field("partitionEpoch", &partitionEpoch)
        if version >= 1 {
            try coder.field("directories", &directories)
        } else {
            try coder.absent("directories", isDefault: directories.isEmpty)
        }
        var tags = try coder.beginTags(unknownTaggedFields)
        try coder.tagged(0, "leaderRecoveryState", &leaderRecoveryState, default: 0, in: &tags)
        if version >= 2 {
            try coder.tagged(1, "eligibleLeaderReplicas", &eligibleLeaderReplicas, default: nil, in: &tags)
            try coder.tagged(2, "lastKnownElr", &lastKnownElr, default: nil, in: &tags)
        } else {
            try coder.absent("eligibleLeaderReplicas", isDefault: eligibleLeaderReplicas == nil)
            try coder.absent("lastKnownElr", isDefault: lastKnownElr == nil)
        }
        try coder.endTags(tags, &unknownTaggedFields)
    }
}
