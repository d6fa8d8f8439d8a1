import NIOCore

/// The key of a record in `__consumer_offsets`; its version alone says what the record holds.
package enum ConsumerOffsetsKey: Hashable, Sendable {
    case offsetCommit(OffsetCommitKey)
    case groupMetadata(GroupMetadataKey)

    /// Throws `unknownRecordType` for keys of other group types, which a reader may skip.
    package init(decoding buffer: ByteBuffer) throws(ProtocolError) {
        guard let version = buffer.getInteger(at: buffer.readerIndex, as: Int16.self) else {
            let reason = ProtocolError.Reason.unexpectedEnd(needed: 2, available: buffer.readableBytes)
            throw ProtocolError(reason, field: "version", offset: 0).inside(Self.self)
        }
        if OffsetCommitKey.versions.contains(version) {
            self = .offsetCommit(try OffsetCommitKey(decodingVersioned: buffer))
        } else if GroupMetadataKey.versions.contains(version) {
            self = .groupMetadata(try GroupMetadataKey(decodingVersioned: buffer))
        } else {
            throw ProtocolError(.unknownRecordType(Int(version)), field: "version", offset: 0).inside(Self.self)
        }
    }

    package func encode() throws(ProtocolError) -> ByteBuffer {
        switch self {
        case .offsetCommit(let key): try key.encodeVersioned()
        case .groupMetadata(let key): try key.encodeVersioned()
        }
    }
}
