/// Asks for settings of topics and brokers. Version 1 asks for synonyms, 3 for documentation.
package struct DescribeConfigsRequest: KafkaRequest {
    package typealias Response = DescribeConfigsResponse

    package static let apiKey = APIKey.describeConfigs
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var resources: [DescribeConfigsResource] = []
    package var includeSynonyms = false
    package var includeDocumentation = false
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("resources", &resources)
        if version >= 1 {
            try coder.field("includeSynonyms", &includeSynonyms)
        } else {
            try coder.absent("includeSynonyms", isDefault: !includeSynonyms)
        }
        if version >= 3 {
            try coder.field("includeDocumentation", &includeDocumentation)
        } else {
            try coder.absent("includeDocumentation", isDefault: !includeDocumentation)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DescribeConfigsRequest {
    package struct DescribeConfigsResource: KafkaStruct {
        /// 2 topic, 4 broker, 8 broker logger.
        package var resourceType: Int8 = 0
        package var resourceName = ""
        /// Null for all settings.
        package var configurationKeys: [String]? = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("resourceType", &resourceType)
            try coder.field("resourceName", &resourceName)
            try coder.field("configurationKeys", &configurationKeys)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The settings, where each comes from and, from version 3 on, what it means.
package struct DescribeConfigsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var throttleTimeMs: Int32 = 0
    package var results: [DescribeConfigsResult] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("results", &results)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DescribeConfigsResponse {
    package struct DescribeConfigsResult: KafkaStruct {
        package var errorCode = ErrorCode.none
        package var errorMessage: String? = ""
        package var resourceType: Int8 = 0
        package var resourceName = ""
        package var configs: [DescribeConfigsResourceResult] = []
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("errorCode", &errorCode)
            try coder.field("errorMessage", &errorMessage)
            try coder.field("resourceType", &resourceType)
            try coder.field("resourceName", &resourceName)
            try coder.field("configs", &configs)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct DescribeConfigsResourceResult: KafkaStruct {
        package var name = ""
        package var value: String? = ""
        package var readOnly = false
        package var isDefault = false
        /// 1 topic, 2 and 3 dynamic broker and its default, 4 static broker, 5 default; -1 unknown.
        package var configSource: Int8 = -1
        package var isSensitive = false
        package var synonyms: [DescribeConfigsSynonym] = []
        /// 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password; 0 unknown.
        package var configType: Int8 = 0
        package var documentation: String? = ""
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("value", &value)
            try coder.field("readOnly", &readOnly)
            if version == 0 {
                try coder.field("isDefault", &isDefault)
            } else {
                try coder.absent("isDefault", isDefault: !isDefault)
                try coder.field("configSource", &configSource)
            }
            try coder.field("isSensitive", &isSensitive)
            if version >= 1 { try coder.field("synonyms", &synonyms) }
            if version >= 3 {
                try coder.field("configType", &configType)
                try coder.field("documentation", &documentation)
            }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct DescribeConfigsSynonym: KafkaStruct {
        package var name = ""
        package var value: String? = ""
        package var source: Int8 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("value", &value)
            try coder.field("source", &source)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
