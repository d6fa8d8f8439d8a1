import NIOCore

/// Asks for the members and assignments of classic groups. Version 3 asks for authorized operations.
package struct DescribeGroupsRequest: KafkaRequest {
    package typealias Response = DescribeGroupsResponse

    package static let apiKey = APIKey.describeGroups
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 5...

    package var groups: [String] = []
    package var includeAuthorizedOperations = false
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("groups", &groups)
        if version >= 3 {
            try coder.field("includeAuthorizedOperations", &includeAuthorizedOperations)
        } else {
            try coder.absent("includeAuthorizedOperations", isDefault: !includeAuthorizedOperations)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// The groups and their members. Version 4 brings static members.
package struct DescribeGroupsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 5...

    package var throttleTimeMs: Int32 = 0
    package var groups: [DescribedGroup] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 1 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("groups", &groups)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DescribeGroupsResponse {
    package struct DescribedGroup: KafkaStruct {
        package var errorCode = ErrorCode.none
        package var groupId = ""
        package var groupState = ""
        package var protocolType = ""
        /// The assignor's name; empty unless the group is stable.
        package var protocolData = ""
        package var members: [DescribedGroupMember] = []
        package var authorizedOperations: Int32 = .min
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("errorCode", &errorCode)
            try coder.field("groupId", &groupId)
            try coder.field("groupState", &groupState)
            try coder.field("protocolType", &protocolType)
            try coder.field("protocolData", &protocolData)
            try coder.field("members", &members)
            if version >= 3 {
                try coder.field("authorizedOperations", &authorizedOperations)
            } else {
                try coder.absent("authorizedOperations", isDefault: authorizedOperations == .min)
            }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct DescribedGroupMember: KafkaStruct {
        package var memberId = ""
        package var groupInstanceId: String?
        package var clientId = ""
        package var clientHost = ""
        package var memberMetadata = ByteBuffer()
        /// Empty unless the group is stable.
        package var memberAssignment = ByteBuffer()
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("memberId", &memberId)
            if version >= 4 { try coder.field("groupInstanceId", &groupInstanceId) }
            try coder.field("clientId", &clientId)
            try coder.field("clientHost", &clientHost)
            try coder.field("memberMetadata", &memberMetadata)
            try coder.field("memberAssignment", &memberAssignment)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
