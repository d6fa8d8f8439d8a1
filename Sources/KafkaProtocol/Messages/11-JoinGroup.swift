import NIOCore

/// Joins a classic group, and waits there until the generation is complete.
///
/// Version 1 brings the rebalance timeout, from 4 on a new member is first given an id to come back with, 5 brings
/// static members, 8 the reason.
package struct JoinGroupRequest: KafkaRequest {
    package typealias Response = JoinGroupResponse

    package static let apiKey = APIKey.joinGroup
    package static let versions: ClosedRange<Int16> = 0...9
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 6...

    package var groupId = ""
    package var sessionTimeoutMs: Int32 = 0
    /// -1 to use the session timeout, as version 0 does.
    package var rebalanceTimeoutMs: Int32 = -1
    /// Empty for a newcomer.
    package var memberId = ""
    package var groupInstanceId: String?
    package var protocolType = ""
    package var protocols: [JoinGroupRequestProtocol] = []
    package var reason: String?
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("groupId", &groupId)
        try coder.field("sessionTimeoutMs", &sessionTimeoutMs)
        if version >= 1 { try coder.field("rebalanceTimeoutMs", &rebalanceTimeoutMs) }
        try coder.field("memberId", &memberId)
        if version >= 5 {
            try coder.field("groupInstanceId", &groupInstanceId)
        } else {
            try coder.absent("groupInstanceId", isDefault: groupInstanceId == nil)
        }
        try coder.field("protocolType", &protocolType)
        try coder.field("protocols", &protocols)
        if version >= 8 { try coder.field("reason", &reason) }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension JoinGroupRequest {
    package struct JoinGroupRequestProtocol: KafkaStruct {
        package var name = ""
        package var metadata = ByteBuffer()
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("metadata", &metadata)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The new generation; the leader alone learns of all members.
///
/// Version 5 brings static members, 7 the protocol type, 9 lets the leader skip the assignment.
package struct JoinGroupResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...9
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 6...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var generationId: Int32 = -1
    package var protocolType: String?
    package var protocolName: String? = ""
    package var leader = ""
    package var skipAssignment = false
    package var memberId = ""
    package var members: [JoinGroupResponseMember] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 2 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("errorCode", &errorCode)
        try coder.field("generationId", &generationId)
        if version >= 7 { try coder.field("protocolType", &protocolType) }
        try coder.field("protocolName", &protocolName, nullable: version >= 7)
        try coder.field("leader", &leader)
        if version >= 9 {
            try coder.field("skipAssignment", &skipAssignment)
        } else {
            try coder.absent("skipAssignment", isDefault: !skipAssignment)
        }
        try coder.field("memberId", &memberId)
        try coder.field("members", &members)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension JoinGroupResponse {
    package struct JoinGroupResponseMember: KafkaStruct {
        package var memberId = ""
        package var groupInstanceId: String?
        package var metadata = ByteBuffer()
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("memberId", &memberId)
            if version >= 5 { try coder.field("groupInstanceId", &groupInstanceId) }
            try coder.field("metadata", &metadata)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
