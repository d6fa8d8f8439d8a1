/// Replaces all dynamic settings of a resource: what is not named falls back to its default.
package struct AlterConfigsRequest: KafkaRequest {
    package typealias Response = AlterConfigsResponse

    package static let apiKey = APIKey.alterConfigs
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var resources: [AlterConfigsResource] = []
    package var validateOnly = false
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("resources", &resources)
        try coder.field("validateOnly", &validateOnly)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension AlterConfigsRequest {
    package struct AlterConfigsResource: KafkaStruct {
        package var resourceType: Int8 = 0
        package var resourceName = ""
        package var configs: [AlterableConfig] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("resourceType", &resourceType)
            try coder.field("resourceName", &resourceName)
            try coder.field("configs", &configs)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct AlterableConfig: KafkaStruct {
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

/// The outcome per resource.
package struct AlterConfigsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var throttleTimeMs: Int32 = 0
    package var responses: [AlterConfigsResourceResponse] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("responses", &responses)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension AlterConfigsResponse {
    package struct AlterConfigsResourceResponse: KafkaStruct {
        package var errorCode = ErrorCode.none
        package var errorMessage: String? = ""
        package var resourceType: Int8 = 0
        package var resourceName = ""
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("errorCode", &errorCode)
            try coder.field("errorMessage", &errorMessage)
            try coder.field("resourceType", &resourceType)
            try coder.field("resourceName", &resourceName)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
