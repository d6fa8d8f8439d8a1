/// Asks a broker for the groups that it coordinates. Version 4 filters by state, 5 by type.
package struct ListGroupsRequest: KafkaRequest {
    package typealias Response = ListGroupsResponse

    package static let apiKey = APIKey.listGroups
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 3...

    package var statesFilter: [String] = []
    package var typesFilter: [String] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 4 {
            try coder.field("statesFilter", &statesFilter)
        } else {
            try coder.absent("statesFilter", isDefault: statesFilter.isEmpty)
        }
        if version >= 5 {
            try coder.field("typesFilter", &typesFilter)
        } else {
            try coder.absent("typesFilter", isDefault: typesFilter.isEmpty)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// The groups. Version 4 brings their states, 5 their types.
package struct ListGroupsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 3...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var groups: [ListedGroup] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 1 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        try coder.field("errorCode", &errorCode)
        try coder.field("groups", &groups)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension ListGroupsResponse {
    package struct ListedGroup: KafkaStruct {
        package var groupId = ""
        package var protocolType = ""
        package var groupState = ""
        package var groupType = ""
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("groupId", &groupId)
            try coder.field("protocolType", &protocolType)
            if version >= 4 { try coder.field("groupState", &groupState) }
            if version >= 5 { try coder.field("groupType", &groupType) }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
