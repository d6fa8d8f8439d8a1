/// Asks which broker coordinates a group or a transactional id.
///
/// Version 1 brings the key type, 4 asks for several keys at once, 6 knows share groups.
package struct FindCoordinatorRequest: KafkaRequest {
    package typealias Response = FindCoordinatorResponse

    package static let apiKey = APIKey.findCoordinator
    package static let versions: ClosedRange<Int16> = 0...6
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 3...

    package var key = ""
    /// 0 group, 1 transactional id, 2 share group.
    package var keyType: Int8 = 0
    package var coordinatorKeys: [String] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version <= 3 {
            try coder.field("key", &key)
        } else {
            try coder.absent("key", isDefault: key.isEmpty)
        }
        if version >= 1 {
            try coder.field("keyType", &keyType)
        } else {
            try coder.absent("keyType", isDefault: keyType == 0)
        }
        if version >= 4 {
            try coder.field("coordinatorKeys", &coordinatorKeys)
        } else {
            try coder.absent("coordinatorKeys", isDefault: coordinatorKeys.isEmpty)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// The coordinator: up to version 3 one at the top level, from 4 on one per key.
package struct FindCoordinatorResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...6
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 3...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var errorMessage: String? = ""
    package var nodeId: BrokerID = 0
    package var host = ""
    package var port: Int32 = 0
    package var coordinators: [Coordinator] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        if version >= 1 { try coder.field("throttleTimeMs", &throttleTimeMs) }
        if version <= 3 {
            try coder.field("errorCode", &errorCode)
        } else {
            try coder.absent("errorCode", isDefault: errorCode == .none)
        }
        if (1...3).contains(version) { try coder.field("errorMessage", &errorMessage) }
        if version <= 3 {
            try coder.field("nodeId", &nodeId)
            try coder.field("host", &host)
            try coder.field("port", &port)
            try coder.absent("coordinators", isDefault: coordinators.isEmpty)
        } else {
            try coder.absent("nodeId", isDefault: nodeId == 0)
            try coder.absent("host", isDefault: host.isEmpty)
            try coder.absent("port", isDefault: port == 0)
            try coder.field("coordinators", &coordinators)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension FindCoordinatorResponse {
    package struct Coordinator: KafkaStruct {
        package var key = ""
        package var nodeId: BrokerID = 0
        package var host = ""
        package var port: Int32 = 0
        package var errorCode = ErrorCode.none
        package var errorMessage: String? = ""
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("key", &key)
            try coder.field("nodeId", &nodeId)
            try coder.field("host", &host)
            try coder.field("port", &port)
            try coder.field("errorCode", &errorCode)
            try coder.field("errorMessage", &errorMessage)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
