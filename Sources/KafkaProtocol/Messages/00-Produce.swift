/// Appends record batches to partitions.
///
/// Version 3 brings the transactional id and batches of format v2, 7 zstd, 9 is flexible. The versions between and
/// after change only what the sender must understand in the answer.
package struct ProduceRequest: KafkaRequest {
    package typealias Response = ProduceResponse

    package static let apiKey = APIKey.produce
    package static let versions: ClosedRange<Int16> = 0...11
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 9...

    /// Null outside a transaction.
    package var transactionalId: String?
    /// 0: no answer at all. 1: the leader has it. -1: every in-sync replica has it.
    package var acks: Int16 = 0
    /// How long the leader may wait for the in-sync replicas.
    package var timeoutMs: Int32 = 0
    package var topicData: [TopicProduceData] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 3 {
            try coder.field("transactionalId", &transactionalId)
        } else {
            try coder.absent("transactionalId", isDefault: transactionalId == nil)
        }
        try coder.field("acks", &acks)
        try coder.field("timeoutMs", &timeoutMs)
        try coder.field("topicData", &topicData)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension ProduceRequest {
    package struct TopicProduceData: KafkaStruct {
        package var name = ""
        package var partitionData: [PartitionProduceData] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitionData", &partitionData)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct PartitionProduceData: KafkaStruct {
        package var index: Int32 = 0
        package var records: Payload?
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("index", &index)
            try coder.field("records", &records)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// Where the batches went, partition by partition.
///
/// Version 2 brings the append time, 5 the log's start, 8 the records that were refused, 10 the new leader for a
/// producer that asked the old one.
package struct ProduceResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...11
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 9...

    package var responses: [TopicProduceResponse] = []
    package var throttleTimeMs: Int32 = 0
    package var nodeEndpoints: [NodeEndpoint] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("responses", &responses)
        if version >= 1 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        var tags = try coder.beginTags(unknownTaggedFields)
        if version >= 10 {
            try coder.tagged(0, "nodeEndpoints", &nodeEndpoints, default: [], in: &tags)
        } else {
            try coder.absent("nodeEndpoints", isDefault: nodeEndpoints.isEmpty)
        }
        try coder.endTags(tags, &unknownTaggedFields)
    }
}

extension ProduceResponse {
    package struct TopicProduceResponse: KafkaStruct {
        package var name = ""
        package var partitionResponses: [PartitionProduceResponse] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("partitionResponses", &partitionResponses)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct PartitionProduceResponse: KafkaStruct {
        package var index: Int32 = 0
        package var errorCode = ErrorCode.none
        package var baseOffset: Int64 = 0
        /// -1 unless the topic stamps records on append.
        package var logAppendTimeMs: Int64 = -1
        package var logStartOffset: Int64 = -1
        package var recordErrors: [BatchIndexAndErrorMessage] = []
        package var errorMessage: String?
        package var currentLeader = LeaderIdAndEpoch()
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("index", &index)
            try coder.field("errorCode", &errorCode)
            try coder.field("baseOffset", &baseOffset)
            if version >= 2 { try coder.field("logAppendTimeMs", &logAppendTimeMs) }
            if version >= 5 { try coder.field("logStartOffset", &logStartOffset) }
            if version >= 8 {
                try coder.field("recordErrors", &recordErrors)
                try coder.field("errorMessage", &errorMessage)
            }
            var tags = try coder.beginTags(unknownTaggedFields)
            if version >= 10 {
                try coder.tagged(0, "currentLeader", &currentLeader, default: LeaderIdAndEpoch(), in: &tags)
            } else {
                try coder.absent("currentLeader", isDefault: currentLeader == LeaderIdAndEpoch())
            }
            try coder.endTags(tags, &unknownTaggedFields)
        }
    }

    package struct BatchIndexAndErrorMessage: KafkaStruct {
        package var batchIndex: Int32 = 0
        package var batchIndexErrorMessage: String?
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("batchIndex", &batchIndex)
            try coder.field("batchIndexErrorMessage", &batchIndexErrorMessage)
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
