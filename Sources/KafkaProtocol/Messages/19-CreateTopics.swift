/// Creates topics. Version 1 can only check, from 4 on partitions and replicas may be left to the broker.
package struct CreateTopicsRequest: KafkaRequest {
    package typealias Response = CreateTopicsResponse

    package static let apiKey = APIKey.createTopics
    package static let versions: ClosedRange<Int16> = 0...7
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 5...

    package var topics: [CreatableTopic] = []
    package var timeoutMs: Int32 = 60000
    package var validateOnly = false
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("topics", &topics)
        try coder.field("timeoutMs", &timeoutMs)
        if version >= 1 {
            try coder.field("validateOnly", &validateOnly)
        } else {
            try coder.absent("validateOnly", isDefault: !validateOnly)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension CreateTopicsRequest {
    package struct CreatableTopic: KafkaStruct {
        package var name = ""
        /// -1 for the broker's default, or where `assignments` says it.
        package var numPartitions: Int32 = 0
        /// -1 for the broker's default, or where `assignments` says it.
        package var replicationFactor: Int16 = 0
        package var assignments: [CreatableReplicaAssignment] = []
        package var configs: [CreatableTopicConfig] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("numPartitions", &numPartitions)
            try coder.field("replicationFactor", &replicationFactor)
            try coder.field("assignments", &assignments)
            try coder.field("configs", &configs)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct CreatableReplicaAssignment: KafkaStruct {
        package var partitionIndex: Int32 = 0
        package var brokerIds: [BrokerID] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("partitionIndex", &partitionIndex)
            try coder.field("brokerIds", &brokerIds)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct CreatableTopicConfig: KafkaStruct {
        package var name = ""
        package var value: String? = ""
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("value", &value)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The outcome per topic. Version 1 brings messages, 5 the topic's settings, 7 its id.
package struct CreateTopicsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...7
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 5...

    package var throttleTimeMs: Int32 = 0
    package var topics: [CreatableTopicResult] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 2 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("topics", &topics)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension CreateTopicsResponse {
    package struct CreatableTopicResult: KafkaStruct {
        package var name = ""
        package var topicId = Uuid.zero
        package var errorCode = ErrorCode.none
        package var errorMessage: String? = ""
        /// Why `configs` is null.
        package var topicConfigErrorCode = ErrorCode.none
        package var numPartitions: Int32 = -1
        package var replicationFactor: Int16 = -1
        package var configs: [CreatableTopicConfigs]? = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            if version >= 7 { try coder.field("topicId", &topicId) }
            try coder.field("errorCode", &errorCode)
            if version >= 1 { try coder.field("errorMessage", &errorMessage) }
            if version >= 5 {
                try coder.field("numPartitions", &numPartitions)
                try coder.field("replicationFactor", &replicationFactor)
                try coder.field("configs", &configs)
            }
            var tags = try coder.beginTags(unknownTaggedFields)
            if version >= 5 {
                try coder.tagged(0, "topicConfigErrorCode", &topicConfigErrorCode, default: .none, in: &tags)
            }
            try coder.endTags(tags, &unknownTaggedFields)
        }
    }

    package struct CreatableTopicConfigs: KafkaStruct {
        package var name = ""
        package var value: String? = ""
        package var readOnly = false
        package var configSource: Int8 = -1
        package var isSensitive = false
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("value", &value)
            try coder.field("readOnly", &readOnly)
            try coder.field("configSource", &configSource)
            try coder.field("isSensitive", &isSensitive)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
