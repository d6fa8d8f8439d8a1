/// What is known of one record. 16 bytes.
struct RecordState {
    /// Jepsen's three values, and the time before.
    enum Outcome: UInt8 { case none, pending, acknowledged, failed, unknown }

    struct Marks: OptionSet {
        let rawValue: UInt8
        /// Somebody has read it.
        static let polled = Self(rawValue: 1)
        /// It was found at two places.
        static let duplicate = Self(rawValue: 2)
        /// It was sent more than once by its application, so its place in the order says nothing.
        static let resent = Self(rawValue: 4)
    }

    static let unknownRecord = Self()

    /// Where it was acknowledged, or else first read; -1 if neither.
    var offset: Int64 = -1
    /// The partition's number among those that the history knows.
    var partition: UInt16 = 0
    var outcome = Outcome.none
    var marks: Marks = []

    var hasPlace: Bool { offset >= 0 }

    /// A partition's number is kept in 16 bits.
    var place: DeliveryHistory.Place? {
        get { hasPlace ? DeliveryHistory.Place(Int(partition), offset) : nil }
        set {
            if let newValue { (partition, offset) = (UInt16(truncatingIfNeeded: newValue.partition), newValue.offset) }
        }
    }
}
