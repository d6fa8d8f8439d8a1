/// A broker makes itself known to the controller.
///
/// Version 2 brings log directories, 3 the epoch before, by which the controller sees a clean stop.
package struct BrokerRegistrationRequest: KafkaRequest {
    package typealias Response = BrokerRegistrationResponse

    package static let apiKey = APIKey.brokerRegistration
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var brokerId: BrokerID = 0
    package var clusterId = ""
    /// New with every start of the broker.
    package var incarnationId = Uuid.zero
    package var listeners: [Listener] = []
    package var features: [Feature] = []
    package var rack: String? = ""
    package var isMigratingZkBroker = false
    package var logDirs: [Uuid] = []
    /// The epoch before a clean stop; -1 otherwise.
    package var previousBrokerEpoch: Int64 = -1
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("brokerId", &brokerId)
        try coder.field("clusterId", &clusterId)
        try coder.field("incarnationId", &incarnationId)
        try coder.field("listeners", &listeners)
        try coder.field("features", &features)
        try coder.field("rack", &rack)
        if version >= 1 {
            try coder.field("isMigratingZkBroker", &isMigratingZkBroker)
        } else {
            try coder.absent("isMigratingZkBroker", isDefault: !isMigratingZkBroker)
        }
        if version >= 2 { try coder.field("logDirs", &logDirs) }
        if version >= 3 { try coder.field("previousBrokerEpoch", &previousBrokerEpoch) }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension BrokerRegistrationRequest {
    package struct Listener: KafkaStruct {
        package var name = ""
        package var host = ""
        package var port: UInt16 = 0
        package var securityProtocol: Int16 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("host", &host)
            try coder.field("port", &port)
            try coder.field("securityProtocol", &securityProtocol)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }

    package struct Feature: KafkaStruct {
        package var name = ""
        package var minSupportedVersion: Int16 = 0
        package var maxSupportedVersion: Int16 = 0
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("name", &name)
            try coder.field("minSupportedVersion", &minSupportedVersion)
            try coder.field("maxSupportedVersion", &maxSupportedVersion)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}

/// The epoch that this incarnation of the broker is known by.
package struct BrokerRegistrationResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...4
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var brokerEpoch: Int64 = -1
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("errorCode", &errorCode)
        try coder.field("brokerEpoch", &brokerEpoch)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
