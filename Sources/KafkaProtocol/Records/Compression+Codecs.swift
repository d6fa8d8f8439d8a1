import NIOCore

extension Compression {
    /// Packs `bytes` as Kafka's Java client does. `level` is the codec's own; nil for its default.
    package func compress(_ bytes: ByteBuffer, level: Int32? = nil) throws(RecordError) -> ByteBuffer {
        switch self {
        case .none: bytes
        case .gzip: try Gzip.compress(bytes, level: level)
        case .snappy: try Snappy.compress(bytes)
        case .lz4: try LZ4.compress(bytes, level: level)
        case .zstd: try Zstd.compress(bytes, level: level)
        }
    }

    /// Unpacks `bytes`; throws as soon as more than `limit` bytes come out.
    package func decompress(_ bytes: ByteBuffer, limit: Int) throws(RecordError) -> ByteBuffer {
        switch self {
        case .none: bytes
        case .gzip: try Gzip.decompress(bytes, limit: limit)
        case .snappy: try Snappy.decompress(bytes, limit: limit)
        case .lz4: try LZ4.decompress(bytes, limit: limit)
        case .zstd: try Zstd.decompress(bytes, limit: limit)
        }
    }
}
