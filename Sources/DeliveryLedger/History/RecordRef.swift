/// One record of the workload: who sends it, and the how-manieth it is. Packed, since there are millions.
package struct RecordRef: Hashable, Sendable {
    static let none = Self(rawValue: .max)

    /// 16 bits for the producer's number, 46 for the record's; the two highest are free for marks.
    fileprivate(set) var rawValue: UInt64

    private init(rawValue: UInt64) { self.rawValue = rawValue }

    init(producer: Int, sequence: Int) {
        rawValue = UInt64(producer & 0xffff) << 46 | UInt64(sequence) & (1 << 46 - 1)
    }

    var producer: Int { Int(rawValue >> 46 & 0xffff) }
    var sequence: Int { Int(rawValue & (1 << 46 - 1)) }
}

/// The value that an offset was seen to hold, whether a consumer has read it there, and whether it held another one, too.
struct HeldValue {
    static let nothing = Self(bits: .max)
    private static let polled: UInt64 = 1 << 63
    private static let inconsistent: UInt64 = 1 << 62

    private var bits: UInt64

    private init(bits: UInt64) { self.bits = bits }

    init(_ ref: RecordRef, isPolled: Bool, isInconsistent: Bool) {
        bits = ref.rawValue | (isPolled ? Self.polled : 0) | (isInconsistent ? Self.inconsistent : 0)
    }

    /// Nil where nothing is known.
    var ref: RecordRef? {
        if bits == .max { return nil }
        var ref = RecordRef.none
        ref.rawValue = bits & ~(Self.polled | Self.inconsistent)
        return ref
    }

    var isPolled: Bool { bits != .max && bits & Self.polled != 0 }
    var isInconsistent: Bool { bits != .max && bits & Self.inconsistent != 0 }
}
