/// Takes members out of a classic group: one up to version 2, from 3 on several; 5 brings the reason.
package struct LeaveGroupRequest: KafkaRequest {
    package typealias Response = LeaveGroupResponse

    package static let apiKey = APIKey.leaveGroup
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var groupId = ""
    package var memberId = ""
    package var members: [MemberIdentity] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("groupId", &groupId)
        if version <= 2 {
            try coder.field("memberId", &memberId)
            try coder.absent("members", isDefault: members.isEmpty)
        } else {
            try coder.absent("memberId", isDefault: memberId.isEmpty)
            try coder.field("members", &members)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension LeaveGroupRequest {
    package struct MemberIdentity: KafkaStruct {
        package var memberId = ""
        package var groupInstanceId: String?
        package var reason: String?
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("memberId", &memberId)
            try coder.field("groupInstanceId", &groupInstanceId)
            if version >= 5 { try coder.field("reason", &reason) }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The outcome, from version 3 on member by member.
package struct LeaveGroupResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var members: [MemberResponse] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 1 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("errorCode", &errorCode)
        if version >= 3 {
            try coder.field("members", &members)
        } else {
            try coder.absent("members", isDefault: members.isEmpty)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension LeaveGroupResponse {
    package struct MemberResponse: KafkaStruct {
        package var memberId = ""
        package var groupInstanceId: String? = ""
        package var errorCode = ErrorCode.none
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("memberId", &memberId)
            try coder.field("groupInstanceId", &groupInstanceId)
            try coder.field("errorCode", &errorCode)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
