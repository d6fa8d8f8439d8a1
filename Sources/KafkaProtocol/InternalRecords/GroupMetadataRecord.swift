import NIOCore

/// The key of a classic group's state. Its version is 2, since 0 and 1 are offsets.
package struct GroupMetadataKey: VersionedRecord, Hashable {
    package static let writtenVersion: Int16 = 2
    package static let versions: ClosedRange<Int16> = 2...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = nil

    package var group = ""

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("group", &group)
    }
}

/// A classic group's state, as it survives its coordinator. Version 2 brings the time of the last change, 3 static
/// members, 4 is flexible.
package struct GroupMetadataValue: VersionedRecord {
    package static let writtenVersion: Int16 = 3
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 4...

    package var protocolType = ""
    package var generation: Int32 = 0
    package var `protocol`: String? = ""
    package var leader: String? = ""
    /// Milliseconds since 1970; -1 for unknown.
    package var currentStateTimestamp: Int64 = -1
    package var members: [MemberMetadata] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("protocolType", &protocolType)
        try coder.field("generation", &generation)
        try coder.field("protocol", &`protocol`)
        try coder.field("leader", &leader)
        if version >= 2 { try coder.field("currentStateTimestamp", &currentStateTimestamp) }
        try coder.field("members", &members)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension GroupMetadataValue {
    package struct MemberMetadata: KafkaStruct {
        package var memberId = ""
        package var groupInstanceId: String?
        package var clientId = ""
        package var clientHost = ""
        package var rebalanceTimeout: Int32 = -1
        package var sessionTimeout: Int32 = 0
        package var subscription = ByteBuffer()
        package var assignment = ByteBuffer()
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("memberId", &memberId)
            if version >= 3 { try coder.field("groupInstanceId", &groupInstanceId) }
            try coder.field("clientId", &clientId)
            try coder.field("clientHost", &clientHost)
            if version >= 1 { try coder.field("rebalanceTimeout", &rebalanceTimeout) }
            try coder.field("sessionTimeout", &sessionTimeout)
            try coder.field("subscription", &subscription)
            try coder.field("assignment", &assignment)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
