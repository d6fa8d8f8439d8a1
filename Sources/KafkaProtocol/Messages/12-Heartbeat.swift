/// Says that a member of a classic group is alive. Version 3 brings static members.
package struct HeartbeatRequest: KafkaRequest {
    package typealias Response = HeartbeatResponse

    package static let apiKey = APIKey.heartbeat
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var groupId = ""
    package var generationId: Int32 = 0
    package var memberId = ""
    package var groupInstanceId: String?
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("groupId", &groupId)
        try coder.field("generationId", &generationId)
        try coder.field("memberId", &memberId)
        if version >= 3 {
            try coder.field("groupInstanceId", &groupInstanceId)
        } else {
            try coder.absent("groupInstanceId", isDefault: groupInstanceId == nil)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// REBALANCE_IN_PROGRESS here is how members learn that they must join again.
package struct HeartbeatResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 1 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("errorCode", &errorCode)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
