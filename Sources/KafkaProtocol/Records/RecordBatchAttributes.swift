/// The 16 attribute bits of a record batch. Bits 7 to 15 have no meaning yet and are kept as they came, as Kafka does.
///
/// ```
/// bit 0-2  compression      bit 4  transactional      bit 6  the base timestamp is a delete horizon
/// bit 3    timestamp type   bit 5  control batch      7-15   unused
/// ```
package struct RecordBatchAttributes: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int16

    package init(rawValue: Int16) { self.rawValue = rawValue }

    package init(
        compression: Compression = .none, timestampType: TimestampType = .createTime, isTransactional: Bool = false,
        isControl: Bool = false, hasDeleteHorizon: Bool = false
    ) {
        rawValue = Int16(compression.rawValue)
        self.timestampType = timestampType
        self.isTransactional = isTransactional
        self.isControl = isControl
        self.hasDeleteHorizon = hasDeleteHorizon
    }

    /// The number in the three codec bits: 5 to 7 are not given out.
    package var compressionID: UInt8 { UInt8(truncatingIfNeeded: rawValue & 7) }

    /// Nil where the bits name no codec.
    package var compression: Compression? { Compression(rawValue: compressionID) }

    package var timestampType: TimestampType {
        get { self[3] ? .logAppendTime : .createTime }
        set { self[3] = newValue == .logAppendTime }
    }

    package var isTransactional: Bool {
        get { self[4] }
        set { self[4] = newValue }
    }

    package var isControl: Bool {
        get { self[5] }
        set { self[5] = newValue }
    }

    package var hasDeleteHorizon: Bool {
        get { self[6] }
        set { self[6] = newValue }
    }

    private subscript(bit: Int16) -> Bool {
        get { rawValue >> bit & 1 == 1 }
        set { rawValue = newValue ? rawValue | 1 << bit : rawValue & ~(1 << bit) }
    }
}
