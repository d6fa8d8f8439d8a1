/// A broker says that it lives, how far it has read the metadata log and what it wants. Version 1 names failed
/// directories.
package struct BrokerHeartbeatRequest: KafkaRequest {
    package typealias Response = BrokerHeartbeatResponse

    package static let apiKey = APIKey.brokerHeartbeat
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var brokerId: BrokerID = 0
    package var brokerEpoch: Int64 = -1
    /// The highest metadata offset that the broker has applied.
    package var currentMetadataOffset: Int64 = 0
    package var wantFence = false
    package var wantShutDown = false
    package var offlineLogDirs: [Uuid] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("brokerId", &brokerId)
        try coder.field("brokerEpoch", &brokerEpoch)
        try coder.field("currentMetadataOffset", &currentMetadataOffset)
        try coder.field("wantFence", &wantFence)
        try coder.field("wantShutDown", &wantShutDown)
        var tags = try coder.beginTags(unknownTaggedFields)
        if version >= 1 {
            try coder.tagged(0, "offlineLogDirs", &offlineLogDirs, default: [], in: &tags)
        } else {
            try coder.absent("offlineLogDirs", isDefault: offlineLogDirs.isEmpty)
        }
        try coder.endTags(tags, &unknownTaggedFields)
    }
}

/// Whether the broker may serve.
package struct BrokerHeartbeatResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var isCaughtUp = false
    package var isFenced = true
    package var shouldShutDown = false
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("errorCode", &errorCode)
        try coder.field("isCaughtUp", &isCaughtUp)
        try coder.field("isFenced", &isFenced)
        try coder.field("shouldShutDown", &shouldShutDown)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
