import NIOCore

/// A record of `__cluster_metadata`, by which the controller tells every node what the cluster is.
///
/// Stored as Kafka stores it: frame version, record type and version as unsigned varints, then the body. Records that
/// only access control, SCRAM, delegation tokens, quotas and the move from ZooKeeper need are not known here.
package enum MetadataRecord: Equatable, Sendable {
    case registerBroker(RegisterBrokerRecord)
    case unregisterBroker(UnregisterBrokerRecord)
    case topic(TopicRecord)
    case partition(PartitionRecord)
    case config(ConfigRecord)
    case partitionChange(PartitionChangeRecord)
    case fenceBroker(FenceBrokerRecord)
    case unfenceBroker(UnfenceBrokerRecord)
    case removeTopic(RemoveTopicRecord)
    case featureLevel(FeatureLevelRecord)
    case producerIds(ProducerIdsRecord)
    case brokerRegistrationChange(BrokerRegistrationChangeRecord)
    case noOp(NoOpRecord)
    case beginTransaction(BeginTransactionRecord)
    case endTransaction(EndTransactionRecord)
    case abortTransaction(AbortTransactionRecord)
    case registerController(RegisterControllerRecord)

    static let frameVersion: UInt32 = 1

    package init(decoding buffer: ByteBuffer) throws(ProtocolError) {
        var rest = buffer
        let frameVersion = try Self.varint("frameVersion", from: &rest)
        guard frameVersion == Self.frameVersion else {
            throw ProtocolError(.unknownFrameVersion(Int(frameVersion)), field: "frameVersion", offset: 0)
                .inside(Self.self)
        }
        let number = try Self.varint("apiKey", from: &rest)
        guard let type = MetadataRecordType(rawValue: number) else {
            throw ProtocolError(.unknownRecordType(Int(number)), field: "apiKey", offset: 1).inside(Self.self)
        }
        // No record has a version as large as this bound, so a larger number is refused as a version.
        let version = Int16(clamping: try Self.varint("version", from: &rest))
        switch type {
        case .registerBroker: self = .registerBroker(try RegisterBrokerRecord(decoding: rest, version: version))
        case .unregisterBroker: self = .unregisterBroker(try UnregisterBrokerRecord(decoding: rest, version: version))
        case .topic: self = .topic(try TopicRecord(decoding: rest, version: version))
        case .partition: self = .partition(try PartitionRecord(decoding: rest, version: version))
        case .config: self = .config(try ConfigRecord(decoding: rest, version: version))
        case .partitionChange: self = .partitionChange(try PartitionChangeRecord(decoding: rest, version: version))
        case .fenceBroker: self = .fenceBroker(try FenceBrokerRecord(decoding: rest, version: version))
        case .unfenceBroker: self = .unfenceBroker(try UnfenceBrokerRecord(decoding: rest, version: version))
        case .removeTopic: self = .removeTopic(try RemoveTopicRecord(decoding: rest, version: version))
        case .featureLevel: self = .featureLevel(try FeatureLevelRecord(decoding: rest, version: version))
        case .producerIds: self = .producerIds(try ProducerIdsRecord(decoding: rest, version: version))
        case .brokerRegistrationChange:
            self = .brokerRegistrationChange(try BrokerRegistrationChangeRecord(decoding: rest, version: version))
        case .noOp: self = .noOp(try NoOpRecord(decoding: rest, version: version))
        case .beginTransaction: self = .beginTransaction(try BeginTransactionRecord(decoding: rest, version: version))
        case .endTransaction: self = .endTransaction(try EndTransactionRecord(decoding: rest, version: version))
        case .abortTransaction: self = .abortTransaction(try AbortTransactionRecord(decoding: rest, version: version))
        case .registerController:
            self = .registerController(try RegisterControllerRecord(decoding: rest, version: version))
        }
    }

    package func encode() throws(ProtocolError) -> ByteBuffer {
        switch self {
        case .registerBroker(let record): try record.encodeFramed()
        case .unregisterBroker(let record): try record.encodeFramed()
        case .topic(let record): try record.encodeFramed()
        case .partition(let record): try record.encodeFramed()
        case .config(let record): try record.encodeFramed()
        case .partitionChange(let record): try record.encodeFramed()
        case .fenceBroker(let record): try record.encodeFramed()
        case .unfenceBroker(let record): try record.encodeFramed()
        case .removeTopic(let record): try record.encodeFramed()
        case .featureLevel(let record): try record.encodeFramed()
        case .producerIds(let record): try record.encodeFramed()
        case .brokerRegistrationChange(let record): try record.encodeFramed()
        case .noOp(let record): try record.encodeFramed()
        case .beginTransaction(let record): try record.encodeFramed()
        case .endTransaction(let record): try record.encodeFramed()
        case .abortTransaction(let record): try record.encodeFramed()
        case .registerController(let record): try record.encodeFramed()
        }
    }

    private static func varint(_ field: String, from buffer: inout ByteBuffer) throws(ProtocolError) -> UInt32 {
        guard let value = buffer.readUnsignedVarint() else {
            throw ProtocolError(.malformedVarint, field: field, offset: 0).inside(Self.self)
        }
        return value
    }
}
