/// A leader asks the controller for another ISR; compare-and-set on leader epoch and partition epoch.
///
/// Version 1 brings the recovery state, 2 topic ids in place of names, 3 the epoch of each broker in the ISR.
package struct AlterPartitionRequest: KafkaRequest {
    package typealias Response = AlterPartitionResponse

    package static let apiKey = APIKey.alterPartition
    package static let versions: ClosedRange<Int16> = 0...3
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var brokerId: BrokerID = 0
    package var brokerEpoch: Int64 = -1
    package var topics: [TopicData] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("brokerId", &brokerId)
        try coder.field("brokerEpoch", &brokerEpoch)
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension AlterPartitionRequest {
    package struct TopicData: KafkaStruct {
        package var topicName = ""
        package var topicId = Uuid.zero
        package var partitions: [PartitionData] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            if version <= 1 { try coder.field("topicName", &topicName) }
            if version >= 2 { try coder.field("topicId", &topicId) }
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct PartitionData: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var leaderEpoch: Int32 = 0
        /// From version 3 on in `newIsrWithEpochs`.
        package var newIsr: [BrokerID] = []
        package var newIsrWithEpochs: [BrokerState] = []
        package var leaderRecoveryState: Int8 = 0
        package var partitionEpoch: Int32 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("leaderEpoch", &leaderEpoch)
            if version <= 2 {
                try coder.field("newIsr", &newIsr)
                try coder.absent("newIsrWithEpochs", isDefault: newIsrWithEpochs.isEmpty)
            } else {
                try coder.absent("newIsr", isDefault: newIsr.isEmpty)
                try coder.field("newIsrWithEpochs", &newIsrWithEpochs)
            }
            if version >= 1 {
                try coder.field("leaderRecoveryState", &leaderRecoveryState)
            } else {
                try coder.absent("leaderRecoveryState", isDefault: leaderRecoveryState == 0)
            }
            try coder.field("partitionEpoch", &partitionEpoch)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct BrokerState: KafkaStruct {
        package var brokerId: BrokerID = 0
        /// -1 if the leader does not know it.
        package var brokerEpoch: Int64 = -1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("brokerId", &brokerId)
            try coder.field("brokerEpoch", &brokerEpoch)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The partitions as they are now, whether changed or refused.
package struct AlterPartitionResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...3
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var topics: [TopicData] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("errorCode", &errorCode)
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension AlterPartitionResponse {
    package struct TopicData: KafkaStruct {
        package var topicName = ""
        package var topicId = Uuid.zero
        package var partitions: [PartitionData] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            if version <= 1 { try coder.field("topicName", &topicName) }
            if version >= 2 { try coder.field("topicId", &topicId) }
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct PartitionData: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var errorCode = ErrorCode.none
        package var leaderId: BrokerID = 0
        package var leaderEpoch: Int32 = 0
        package var isr: [BrokerID] = []
        package var leaderRecoveryState: Int8 = 0
        package var partitionEpoch: Int32 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("errorCode", &errorCode)
            try coder.field("leaderId", &leaderId)
            try coder.field("leaderEpoch", &leaderEpoch)
            try coder.field("isr", &isr)
            if version >= 1 { try coder.field("leaderRecoveryState", &leaderRecoveryState) }
            try coder.field("partitionEpoch", &partitionEpoch)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
