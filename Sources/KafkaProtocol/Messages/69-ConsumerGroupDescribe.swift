/// Asks for the members and assignments of groups of the new protocol (KIP-848), whose coordinator assigns.
package struct ConsumerGroupDescribeRequest: KafkaRequest {
    package typealias Response = ConsumerGroupDescribeResponse

    package static let apiKey = APIKey.consumerGroupDescribe
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var groupIds: [String] = []
    package var includeAuthorizedOperations = false
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("groupIds", &groupIds)
        try coder.field("includeAuthorizedOperations", &includeAuthorizedOperations)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// The groups, their members, and what each has and is to have. Version 1 brings the type of a member.
package struct ConsumerGroupDescribeResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var throttleTimeMs: Int32 = 0
    package var groups: [DescribedGroup] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("groups", &groups)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension ConsumerGroupDescribeResponse {
    package struct DescribedGroup: KafkaStruct {
        package var errorCode = ErrorCode.none
        package var errorMessage: String?
        package var groupId = ""
        package var groupState = ""
        /// Rises with each change of the members or of what they subscribe to.
        package var groupEpoch: Int32 = 0
        /// The group's epoch for which the target assignment was made.
        package var assignmentEpoch: Int32 = 0
        package var assignorName = ""
        package var members: [Member] = []
        package var authorizedOperations: Int32 = .min
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("errorCode", &errorCode)
            try coder.field("errorMessage", &errorMessage)
            try coder.field("groupId", &groupId)
            try coder.field("groupState", &groupState)
            try coder.field("groupEpoch", &groupEpoch)
            try coder.field("assignmentEpoch", &assignmentEpoch)
            try coder.field("assignorName", &assignorName)
            try coder.field("members", &members)
            try coder.field("authorizedOperations", &authorizedOperations)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct Member: KafkaStruct {
        package var memberId = ""
        package var instanceId: String?
        package var rackId: String?
        /// The assignment epoch that it has reached.
        package var memberEpoch: Int32 = 0
        package var clientId = ""
        package var clientHost = ""
        package var subscribedTopicNames: [String] = []
        package var subscribedTopicRegex: String?
        /// What it has, until it has given back what it is to lose.
        package var assignment = Assignment()
        package var targetAssignment = Assignment()
        /// -1 unknown, 0 of the classic protocol, 1 of the new one.
        package var memberType: Int8 = -1
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("memberId", &memberId)
            try coder.field("instanceId", &instanceId)
            try coder.field("rackId", &rackId)
            try coder.field("memberEpoch", &memberEpoch)
            try coder.field("clientId", &clientId)
            try coder.field("clientHost", &clientHost)
            try coder.field("subscribedTopicNames", &subscribedTopicNames)
            try coder.field("subscribedTopicRegex", &subscribedTopicRegex)
            try coder.field("assignment", &assignment)
            try coder.field("targetAssignment", &targetAssignment)
            if version >= 1 { try coder.field("memberType", &memberType) }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct Assignment: KafkaStruct {
        package var topicPartitions: [TopicPartitions] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("topicPartitions", &topicPartitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct TopicPartitions: KafkaStruct {
        package var topicId = Uuid.zero
        package var topicName = ""
        package var partitions: [Int32] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("topicId", &topicId)
            try coder.field("topicName", &topicName)
            try coder.field("partitions", &partitions)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
