import NIOCore

/// Hands in the leader's assignment and asks for one's own.
///
/// Version 3 brings static members, 5 the protocol to check against.
package struct SyncGroupRequest: KafkaRequest {
    package typealias Response = SyncGroupResponse

    package static let apiKey = APIKey.syncGroup
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var groupId = ""
    package var generationId: Int32 = 0
    package var memberId = ""
    package var groupInstanceId: String?
    package var protocolType: String?
    package var protocolName: String?
    /// Empty from anyone but the leader.
    package var assignments: [SyncGroupRequestAssignment] = []
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
        if version >= 5 {
            try coder.field("protocolType", &protocolType)
            try coder.field("protocolName", &protocolName)
        }
        try coder.field("assignments", &assignments)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension SyncGroupRequest {
    package struct SyncGroupRequestAssignment: KafkaStruct {
        package var memberId = ""
        package var assignment = ByteBuffer()
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("memberId", &memberId)
            try coder.field("assignment", &assignment)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// What this member is to read, in the bytes that the leader wrote.
package struct SyncGroupResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var protocolType: String?
    package var protocolName: String?
    package var assignment = ByteBuffer()
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 1 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("errorCode", &errorCode)
        if version >= 5 {
            try coder.field("protocolType", &protocolType)
            try coder.field("protocolName", &protocolName)
        }
        try coder.field("assignment", &assignment)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
