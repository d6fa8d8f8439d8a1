/// Deletes groups that have no members, with their offsets.
package struct DeleteGroupsRequest: KafkaRequest {
    package typealias Response = DeleteGroupsResponse

    package static let apiKey = APIKey.deleteGroups
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var groupsNames: [String] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("groupsNames", &groupsNames)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// The outcome per group.
package struct DeleteGroupsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var throttleTimeMs: Int32 = 0
    package var results: [DeletableGroupResult] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("results", &results)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DeleteGroupsResponse {
    package struct DeletableGroupResult: KafkaStruct {
        package var groupId = ""
        package var errorCode = ErrorCode.none
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("groupId", &groupId)
            try coder.field("errorCode", &errorCode)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
