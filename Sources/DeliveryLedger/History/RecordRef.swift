/// One record of the workload: who sends it, and the how-manieth it is. Packed, since there are millions.
package struct RecordRef: Hashable, Sendable {
    static let none = Self(rawValue: .max)

    /// 16 bits for the producer's number, 47 for the record's; the highest bit is free for a mark.
    fileprivate(set) var rawValue: UInt64

    private init(rawValue: UInt64) { self.rawValue = rawValue }

    init(producer: Int, sequence: Int) {
        rawValue = UInt64(producer & 0xffff) << 47 | UInt64(sequence) & (1 << 47 - 1)
    }

    var producer: Int { Int(rawValue >> 47 & 0xffff) }
    var sequence: Int { Int(rawValue & (1 << 47 - 1)) }
}

/// The value that an offset was seen to hold, and whether a consumer has read it there.
struct HeldValue {
    static let nothing = Self(bits: .max)
    private static let mark: UInt64 = 1 << 63

    private var bits: UInt64

    private init(bits: UInt64) { self.bits = bits }

    init(_ ref: RecordRef, isPolled: Bool) { bits = isPolled ? ref.rawValue | Self.mark : ref.rawValue }

    /// Nil where nothing is known.
    var ref: RecordRef? {
        if bits == .max { return nil }
        var ref = RecordRef.none
        ref.rawValue = bits & ~Self.mark
        return ref
    }

    var isPolled: Bool { bits != .max && bits & Self.mark != 0 }
}
