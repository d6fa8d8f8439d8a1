/// A broker has registered; the record's offset is its epoch. Version 1 brings controlled shutdown, 3 log
/// directories.
package struct RegisterBrokerRecord: MetadataLogRecord {
    package static let recordType = MetadataRecordType.registerBroker
    package static let writtenVersion: Int16 = 3
    package static let versions: ClosedRange<Int16> = 0...3
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var brokerId: BrokerID = 0
    package var isMigratingZkBroker = false
    package var incarnationId = Uuid.zero
    package var brokerEpoch: Int64 = 0
    package var endPoints: [BrokerEndpoint] = []
    package var features: [BrokerFeature] = []
    package var rack: String? = ""
    package var fenced = true
    package var inControlledShutdown = false
    package var logDirs: [Uuid] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("brokerId", &brokerId)
        if version >= 2 {
            try coder.field("isMigratingZkBroker", &isMigratingZkBroker)
        } else {
            try coder.absent("isMigratingZkBroker", isDefault: !isMigratingZkBroker)
        }
        try coder.field("incarnationId", &incarnationId)
        try coder.field("brokerEpoch", &brokerEpoch)
        try coder.field("endPoints", &endPoints)
        try coder.field("features", &features)
        try coder.field("rack", &rack)
        try coder.field("fenced", &fenced)
        if version >= 1 {
            try coder.field("inControlledShutdown", &inControlledShutdown)
        } else {
            try coder.absent("inControlledShutdown", isDefault: !inControlledShutdown)
        }
        var tags = try coder.beginTags(unknownTaggedFields)
        if version >= 3 {
            try coder.tagged(0, "logDirs", &logDirs, default: [], in: &tags)
        } else {
            try coder.absent("logDirs", isDefault: logDirs.isEmpty)
        }
        try coder.endTags(tags, &unknownTaggedFields)
    }
}

extension RegisterBrokerRecord {
    package struct BrokerEndpoint: KafkaStruct {
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

    package struct BrokerFeature: KafkaStruct {
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
