/// How a batch's records are packed; the raw value is the number in the batch's attributes.
package enum Compression: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case none = 0
    case gzip = 1
    case snappy = 2
    case lz4 = 3
    case zstd = 4

    /// Kafka's name of it, as in `compression.type`.
    package var description: String {
        switch self {
        case .none: "none"
        case .gzip: "gzip"
        case .snappy: "snappy"
        case .lz4: "lz4"
        case .zstd: "zstd"
        }
    }

    /// The codec of that name; nil for `producer`, `uncompressed` and unknown ones, which are settings rather than
    /// codecs.
    package init?(name: String) {
        guard let named = Self.allCases.first(where: { $0.description == name }) else { return nil }
        self = named
    }
}
