import NIOCore

/// Which kind of record of the metadata log it is; Kafka's definitions call this the API key too.
package enum MetadataRecordType: UInt32, Hashable, Sendable, CaseIterable {
    case registerBroker = 0
    case unregisterBroker = 1
    case topic = 2
    case partition = 3
    case config = 4
    case partitionChange = 5
    case fenceBroker = 7
    case unfenceBroker = 8
    case removeTopic = 9
    case featureLevel = 12
    case producerIds = 15
    case brokerRegistrationChange = 17
    case noOp = 20
    case beginTransaction = 23
    case endTransaction = 24
    case abortTransaction = 25
    case registerController = 27
}

/// One kind of record of the metadata log.
package protocol MetadataLogRecord: KafkaMessage {
    static var recordType: MetadataRecordType { get }
    /// The version that we write: the one of Kafka 3.9's metadata.version 3.9-IV0.
    static var writtenVersion: Int16 { get }
}

extension MetadataLogRecord {
    /// The record as it is stored: frame version, type and version as unsigned varints, then the body.
    package func encodeFramed(version: Int16 = Self.writtenVersion) throws(ProtocolError) -> ByteBuffer {
        var encoder = MessageEncoder(keepsPayloads: false)
        encoder.appendFrame(MetadataRecord.frameVersion, type: Self.recordType.rawValue, version: version)
        try encoder.append(self, version: version)
        return encoder.buffer
    }
}
