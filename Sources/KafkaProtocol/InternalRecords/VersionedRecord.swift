import NIOCore

/// A value whose bytes begin with their version, as the records of `__consumer_offsets` and what consumers put into
/// JoinGroup and SyncGroup do.
package protocol VersionedRecord: KafkaMessage {
    /// The version that we write: the one that Kafka 3.9 writes by default.
    static var writtenVersion: Int16 { get }
}

extension VersionedRecord {
    /// Reads the version and then the value. A version newer than ours is refused.
    package init(decodingVersioned buffer: ByteBuffer) throws(ProtocolError) {
        var rest = buffer
        let version = try Self.readVersion(from: &rest)
        try self.init(decoding: rest, version: version)
    }

    package func encodeVersioned(version: Int16 = Self.writtenVersion) throws(ProtocolError) -> ByteBuffer {
        var encoder = MessageEncoder(keepsPayloads: false)
        encoder.appendVersion(version)
        try encoder.append(self, version: version)
        return encoder.buffer
    }

    fileprivate static func readVersion(from buffer: inout ByteBuffer) throws(ProtocolError) -> Int16 {
        guard let version = buffer.readInteger(as: Int16.self) else {
            let reason = ProtocolError.Reason.unexpectedEnd(needed: 2, available: buffer.readableBytes)
            throw ProtocolError(reason, field: "version", offset: 0).inside(Self.self)
        }
        return version
    }
}

/// What consumers say to each other through the coordinator. A newer version only adds fields at the end, so it is
/// read as the newest that we know.
package protocol ConsumerProtocolMessage: VersionedRecord {}

extension ConsumerProtocolMessage {
    package init(decodingVersioned buffer: ByteBuffer) throws(ProtocolError) {
        var rest = buffer
        let version = try Self.readVersion(from: &rest)
        try self.init(decoding: rest, version: min(version, Self.versions.upperBound))
    }
}
