import NIOCore

/// Reads a part of a snapshot of the metadata log, whose beginning the leader no longer has.
///
/// Version 1 brings the directory of the replica that asks.
package struct FetchSnapshotRequest: KafkaRequest {
    package typealias Response = FetchSnapshotResponse

    package static let apiKey = APIKey.fetchSnapshot
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var clusterId: String?
    package var replicaId = BrokerID.none
    package var maxBytes: Int32 = .max
    package var topics: [TopicSnapshot] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("replicaId", &replicaId)
        try coder.field("maxBytes", &maxBytes)
        try coder.field("topics", &topics)
        var tags = try coder.beginTags(unknownTaggedFields)
        try coder.tagged(0, "clusterId", &clusterId, default: nil, in: &tags)
        try coder.endTags(tags, &unknownTaggedFields)
    }
}

extension FetchSnapshotRequest {
    package struct TopicSnapshot: KafkaStruct {
        package var name = ""
        package var partitions: [PartitionSnapshot] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct PartitionSnapshot: KafkaStruct {
        package var partition: Int32 = 0
        package var currentLeaderEpoch: Int32 = 0
        package var snapshotId = FetchSnapshotID()
        /// The byte of the snapshot from which to read on.
        package var position: Int64 = 0
        package var replicaDirectoryId = Uuid.zero
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partition", &partition)
            try coder.field("currentLeaderEpoch", &currentLeaderEpoch)
            try coder.field("snapshotId", &snapshotId)
            try coder.field("position", &position)
            var tags = try coder.beginTags(unknownTaggedFields)
            if version >= 1 {
                try coder.tagged(0, "replicaDirectoryId", &replicaDirectoryId, default: .zero, in: &tags)
            }
            try coder.endTags(tags, &unknownTaggedFields)
        }
    }
}

/// Which snapshot: of everything before `endOffset`, whose last record is of `epoch`.
package struct FetchSnapshotID: KafkaStruct {
    package var endOffset: Int64 = 0
    package var epoch: Int32 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("endOffset", &endOffset)
        try coder.field("epoch", &epoch)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// Bytes of the snapshot, which may begin and end in the middle of a batch.
package struct FetchSnapshotResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var topics: [TopicSnapshot] = []
    package var nodeEndpoints: [QuorumNodeEndpoint] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("errorCode", &errorCode)
        try coder.field("topics", &topics)
        var tags = try coder.beginTags(unknownTaggedFields)
        if version >= 1 {
            try coder.tagged(0, "nodeEndpoints", &nodeEndpoints, default: [], in: &tags)
        } else {
            try coder.absent("nodeEndpoints", isDefault: nodeEndpoints.isEmpty)
        }
        try coder.endTags(tags, &unknownTaggedFields)
    }
}

extension FetchSnapshotResponse {
    package struct TopicSnapshot: KafkaStruct {
        package var name = ""
        package var partitions: [PartitionSnapshot] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct PartitionSnapshot: KafkaStruct {
        package var index: Int32 = 0
        package var errorCode = ErrorCode.none
        package var snapshotId = FetchSnapshotID()
        package var currentLeader = LeaderIdAndEpoch()
        /// Of the whole snapshot.
        package var size: Int64 = 0
        package var position: Int64 = 0
        package var unalignedRecords = Payload.bytes(ByteBuffer())
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("index", &index)
            try coder.field("errorCode", &errorCode)
            try coder.field("snapshotId", &snapshotId)
            try coder.field("size", &size)
            try coder.field("position", &position)
            try coder.field("unalignedRecords", &unalignedRecords)
            var tags = try coder.beginTags(unknownTaggedFields)
            try coder.tagged(0, "currentLeader", &currentLeader, default: LeaderIdAndEpoch(), in: &tags)
            try coder.endTags(tags, &unknownTaggedFields)
        }
    }

    package struct LeaderIdAndEpoch: KafkaStruct {
        package var leaderId: BrokerID = 0
        package var leaderEpoch: Int32 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("leaderId", &leaderId)
            try coder.field("leaderEpoch", &leaderEpoch)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
