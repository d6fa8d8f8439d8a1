/// Asks which APIs and versions a broker serves. Version 3 names the client's software.
package struct ApiVersionsRequest: KafkaRequest {
    package typealias Response = ApiVersionsResponse

    package static let apiKey = APIKey.apiVersions
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 3...

    package var clientSoftwareName = ""
    package var clientSoftwareVersion = ""
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 3 {
            try coder.field("clientSoftwareName", &clientSoftwareName)
            try coder.field("clientSoftwareVersion", &clientSoftwareVersion)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// The APIs and versions that a broker serves. Version 3 brings features.
///
/// Its header never has tagged fields, so that a client can read the answer before it knows the broker's versions.
package struct ApiVersionsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 3...

    package var errorCode = ErrorCode.none
    package var apiKeys: [ApiVersion] = []
    package var throttleTimeMs: Int32 = 0
    package var supportedFeatures: [SupportedFeatureKey] = []
    /// -1 for unknown.
    package var finalizedFeaturesEpoch: Int64 = -1
    package var finalizedFeatures: [FinalizedFeatureKey] = []
    package var zkMigrationReady = false
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("errorCode", &errorCode)
        try coder.field("apiKeys", &apiKeys)
        if version >= 1 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        var tags = try coder.beginTags(unknownTaggedFields)
        if version >= 3 {
            try coder.tagged(0, "supportedFeatures", &supportedFeatures, default: [], in: &tags)
            try coder.tagged(1, "finalizedFeaturesEpoch", &finalizedFeaturesEpoch, default: -1, in: &tags)
            try coder.tagged(2, "finalizedFeatures", &finalizedFeatures, default: [], in: &tags)
            try coder.tagged(3, "zkMigrationReady", &zkMigrationReady, default: false, in: &tags)
        }
        try coder.endTags(tags, &unknownTaggedFields)
    }

    package static func headerVersion(_ version: Int16) -> Int16 { 0 }
}

extension ApiVersionsResponse {
    package struct ApiVersion: KafkaStruct {
        package var apiKey: Int16 = 0
        package var minVersion: Int16 = 0
        package var maxVersion: Int16 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("apiKey", &apiKey)
            try coder.field("minVersion", &minVersion)
            try coder.field("maxVersion", &maxVersion)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct SupportedFeatureKey: KafkaStruct {
        package var name = ""
        package var minVersion: Int16 = 0
        package var maxVersion: Int16 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("minVersion", &minVersion)
            try coder.field("maxVersion", &maxVersion)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct FinalizedFeatureKey: KafkaStruct {
        package var name = ""
        package var maxVersionLevel: Int16 = 0
        package var minVersionLevel: Int16 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("maxVersionLevel", &maxVersionLevel)
            try coder.field("minVersionLevel", &minVersionLevel)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
