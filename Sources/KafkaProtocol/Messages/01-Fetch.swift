/// Reads batches: a consumer below the high watermark, a follower to the log's end.
///
/// Version 3 bounds the whole answer and makes the order of partitions count, 4 brings read_committed, 5 the
/// follower's log start, 7 sessions, 9 the leader epoch as a fence, 10 zstd, 11 racks, 12 divergence checks and
/// tagged fields, 13 topic ids in place of names, 15 the replica's epoch, 17 its log directory.
package struct FetchRequest: KafkaRequest {
    package typealias Response = FetchResponse

    package static let apiKey = APIKey.fetch
    package static let versions: ClosedRange<Int16> = 0...17
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 12...

    package var clusterId: String?
    /// -1 for a consumer. From version 15 on it stands in `replicaState`.
    package var replicaId = BrokerID.none
    package var replicaState = ReplicaState()
    package var maxWaitMs: Int32 = 0
    package var minBytes: Int32 = 0
    package var maxBytes: Int32 = .max
    /// 0 reads uncommitted, 1 reads committed.
    package var isolationLevel: Int8 = 0
    /// 0 asks for a new session.
    package var sessionId: Int32 = 0
    /// -1 for no session, 0 for a new one, then one more with each request.
    package var sessionEpoch: Int32 = -1
    package var topics: [FetchTopic] = []
    package var forgottenTopicsData: [ForgottenTopic] = []
    package var rackId = ""
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version <= 14 {
            try coder.field("replicaId", &replicaId)
        } else {
            try coder.absent("replicaId", isDefault: replicaId == .none)
        }
        try coder.field("maxWaitMs", &maxWaitMs)
        try coder.field("minBytes", &minBytes)
        if version >= 3 { try coder.field("maxBytes", &maxBytes) }
        if version >= 4 { try coder.field("isolationLevel", &isolationLevel) }
        if version >= 7 {
            try coder.field("sessionId", &sessionId)
            try coder.field("sessionEpoch", &sessionEpoch)
        }
        try coder.field("topics", &topics)
        if version >= 7 {
            try coder.field("forgottenTopicsData", &forgottenTopicsData)
        } else {
            try coder.absent("forgottenTopicsData", isDefault: forgottenTopicsData.isEmpty)
        }
        if version >= 11 { try coder.field("rackId", &rackId) }
        var tags = try coder.beginTags(unknownTaggedFields)
        if version >= 12 { try coder.tagged(0, "clusterId", &clusterId, default: nil, in: &tags) }
        if version >= 15 {
            try coder.tagged(1, "replicaState", &replicaState, default: ReplicaState(), in: &tags)
        } else {
            try coder.absent("replicaState", isDefault: replicaState == ReplicaState())
        }
        try coder.endTags(tags, &unknownTaggedFields)
    }
}

extension FetchRequest {
    package struct ReplicaState: KafkaStruct {
        package var replicaId = BrokerID.none
        package var replicaEpoch: Int64 = -1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("replicaId", &replicaId)
            try coder.field("replicaEpoch", &replicaEpoch)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct FetchTopic: KafkaStruct {
        package var topic = ""
        package var topicId = Uuid.zero
        package var partitions: [FetchPartition] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            if version <= 12 { try coder.field("topic", &topic) }
            if version >= 13 { try coder.field("topicId", &topicId) }
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct FetchPartition: KafkaStruct {
        package var partition: Int32 = 0
        package var currentLeaderEpoch: Int32 = -1
        package var fetchOffset: Int64 = 0
        /// Epoch of the follower's last record, from which the leader sees whether the logs have diverged; -1 for
        /// none.
        package var lastFetchedEpoch: Int32 = -1
        /// Of the follower; -1 from a consumer.
        package var logStartOffset: Int64 = -1
        package var partitionMaxBytes: Int32 = 0
        package var replicaDirectoryId = Uuid.zero
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partition", &partition)
            if version >= 9 { try coder.field("currentLeaderEpoch", &currentLeaderEpoch) }
            try coder.field("fetchOffset", &fetchOffset)
            if version >= 12 {
                try coder.field("lastFetchedEpoch", &lastFetchedEpoch)
            } else {
                try coder.absent("lastFetchedEpoch", isDefault: lastFetchedEpoch == -1)
            }
            if version >= 5 { try coder.field("logStartOffset", &logStartOffset) }
            try coder.field("partitionMaxBytes", &partitionMaxBytes)
            var tags = try coder.beginTags(unknownTaggedFields)
            if version >= 17 {
                try coder.tagged(0, "replicaDirectoryId", &replicaDirectoryId, default: .zero, in: &tags)
            }
            try coder.endTags(tags, &unknownTaggedFields)
        }
    }

    /// Partitions to drop from an incremental fetch session.
    package struct ForgottenTopic: KafkaStruct {
        package var topic = ""
        package var topicId = Uuid.zero
        package var partitions: [Int32] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            if version <= 12 { try coder.field("topic", &topic) }
            if version >= 13 { try coder.field("topicId", &topicId) }
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// Batches as they lie in the log, and what a reader must know about each partition.
///
/// Version 4 brings the last stable offset and aborted transactions, 5 the log's start, 7 sessions and a top-level
/// error, 11 the replica to prefer, 12 divergence and the current leader, 13 topic ids in place of names, 16 the
/// leaders' addresses.
package struct FetchResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...17
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 12...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var sessionId: Int32 = 0
    package var responses: [FetchableTopicResponse] = []
    package var nodeEndpoints: [NodeEndpoint] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 1 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        if version >= 7 {
            try coder.field("errorCode", &errorCode)
            try coder.field("sessionId", &sessionId)
        } else {
            try coder.absent("sessionId", isDefault: sessionId == 0)
        }
        try coder.field("responses", &responses)
        var tags = try coder.beginTags(unknownTaggedFields)
        if version >= 16 {
            try coder.tagged(0, "nodeEndpoints", &nodeEndpoints, default: [], in: &tags)
        } else {
            try coder.absent("nodeEndpoints", isDefault: nodeEndpoints.isEmpty)
        }
        try coder.endTags(tags, &unknownTaggedFields)
    }
}

extension FetchResponse {
    package struct FetchableTopicResponse: KafkaStruct {
        package var topic = ""
        package var topicId = Uuid.zero
        package var partitions: [PartitionData] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            if version <= 12 { try coder.field("topic", &topic) }
            if version >= 13 { try coder.field("topicId", &topicId) }
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct PartitionData: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var errorCode = ErrorCode.none
        package var highWatermark: Int64 = 0
        package var lastStableOffset: Int64 = -1
        package var logStartOffset: Int64 = -1
        /// Set when the follower's log is not a prefix of the leader's: the largest epoch that both know, and its
        /// end.
        package var divergingEpoch = EpochEndOffset()
        package var currentLeader = LeaderIdAndEpoch()
        /// Set when the offset lies before the log's start and a snapshot must be fetched first.
        package var snapshotId = SnapshotId()
        /// Null unless the reader asked for committed records.
        package var abortedTransactions: [AbortedTransaction]? = []
        /// -1 to go on with this broker.
        package var preferredReadReplica = BrokerID.none
        package var records: Payload?
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("errorCode", &errorCode)
            try coder.field("highWatermark", &highWatermark)
            if version >= 4 { try coder.field("lastStableOffset", &lastStableOffset) }
            if version >= 5 { try coder.field("logStartOffset", &logStartOffset) }
            if version >= 4 { try coder.field("abortedTransactions", &abortedTransactions) }
            if version >= 11 {
                try coder.field("preferredReadReplica", &preferredReadReplica)
            } else {
                try coder.absent("preferredReadReplica", isDefault: preferredReadReplica == .none)
            }
            try coder.field("records", &records)
            var tags = try coder.beginTags(unknownTaggedFields)
            if version >= 12 {
                try coder.tagged(0, "divergingEpoch", &divergingEpoch, default: EpochEndOffset(), in: &tags)
                try coder.tagged(1, "currentLeader", &currentLeader, default: LeaderIdAndEpoch(), in: &tags)
                try coder.tagged(2, "snapshotId", &snapshotId, default: SnapshotId(), in: &tags)
            } else {
                try coder.absent("divergingEpoch", isDefault: divergingEpoch == EpochEndOffset())
                try coder.absent("currentLeader", isDefault: currentLeader == LeaderIdAndEpoch())
                try coder.absent("snapshotId", isDefault: snapshotId == SnapshotId())
            }
            try coder.endTags(tags, &unknownTaggedFields)
        }
    }

    package struct EpochEndOffset: KafkaStruct {
        package var epoch: Int32 = -1
        package var endOffset: Int64 = -1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("epoch", &epoch)
            try coder.field("endOffset", &endOffset)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct LeaderIdAndEpoch: KafkaStruct {
        package var leaderId = BrokerID.none
        package var leaderEpoch: Int32 = -1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("leaderId", &leaderId)
            try coder.field("leaderEpoch", &leaderEpoch)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct SnapshotId: KafkaStruct {
        package var endOffset: Int64 = -1
        package var epoch: Int32 = -1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("endOffset", &endOffset)
            try coder.field("epoch", &epoch)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct AbortedTransaction: KafkaStruct {
        package var producerId: Int64 = 0
        package var firstOffset: Int64 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("producerId", &producerId)
            try coder.field("firstOffset", &firstOffset)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct NodeEndpoint: KafkaStruct {
        package var nodeId: BrokerID = 0
        package var host = ""
        package var port: Int32 = 0
        package var rack: String?
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("nodeId", &nodeId)
            try coder.field("host", &host)
            try coder.field("port", &port)
            try coder.field("rack", &rack)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
