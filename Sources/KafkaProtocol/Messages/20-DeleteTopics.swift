/// Deletes topics: by name up to version 5, from 6 on by name or id.
package struct DeleteTopicsRequest: KafkaRequest {
    package typealias Response = DeleteTopicsResponse

    package static let apiKey = APIKey.deleteTopics
    package static let versions: ClosedRange<Int16> = 0...6
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var topics: [DeleteTopicState] = []
    package var topicNames: [String] = []
    package var timeoutMs: Int32 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 6 {
            try coder.field("topics", &topics)
        } else {
            try coder.absent("topics", isDefault: topics.isEmpty)
            try coder.field("topicNames", &topicNames)
        }
        try coder.field("timeoutMs", &timeoutMs)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DeleteTopicsRequest {
    package struct DeleteTopicState: KafkaStruct {
        package var name: String?
        package var topicId = Uuid.zero
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("topicId", &topicId)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The outcome per topic. Version 5 brings messages, 6 ids.
package struct DeleteTopicsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...6
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var throttleTimeMs: Int32 = 0
    package var responses: [DeletableTopicResult] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 1 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("responses", &responses)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DeleteTopicsResponse {
    package struct DeletableTopicResult: KafkaStruct {
        package var name: String? = ""
        package var topicId = Uuid.zero
        package var errorCode = ErrorCode.none
        package var errorMessage: String?
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name, nullable: version >= 6)
            if version >= 6 { try coder.field("topicId", &topicId) }
            try coder.field("errorCode", &errorCode)
            if version >= 5 { try coder.field("errorMessage", &errorMessage) }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
