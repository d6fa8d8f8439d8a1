/// A controller has registered.
package struct RegisterControllerRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.registerController
    package static let writtenVersion: Int16 = 0
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var controllerId: BrokerID = 0
    package var incarnationId = Uuid.zero
    package var zkMigrationReady = false
    package var endPoints: [ControllerEndpoint] = []
    package var features: [ControllerFeature] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("controllerId", &controllerId)
        try coder.field("incarnationId", &incarnationId)
        try coder.field("zkMigrationReady", &zkMigrationReady)
        try coder.field("endPoints", &endPoints)
        try coder.field("features", &features)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension RegisterControllerRecord {
    package struct ControllerEndpoint: KafkaStruct {
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

    package struct ControllerFeature: KafkaStruct {
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
