/// The last offset of each key in the dirty part of a log.
///
/// A table of 24 bytes a slot, at most three quarters full, that doubles as it fills. Bound: it never holds more keys than
/// fit in `maxBytes`, so that it takes at most `maxBytes` when at rest and half as much again while it doubles, whatever
/// the number and the length of the keys. A log with more keys is cleaned in several rounds.
struct OffsetMap {
    private struct Slot {
        var key: KeyHash
        /// -1 for an empty slot.
        var offset: Int64
    }

    private static let slotBytes = 24
    private static let smallest = 64

    private var slots: [Slot]
    private(set) var count = 0
    /// How many keys fit.
    let capacity: Int

    init(maxBytes: Int) {
        var limit = Self.smallest
        while limit <= Int.max / 4 / Self.slotBytes, limit * 2 * Self.slotBytes <= maxBytes { limit *= 2 }
        capacity = limit / 4 * 3
        slots = Self.empty(Self.smallest)
    }

    /// Notes that the key's record at `offset` came; earlier ones of the same key stand back.
    mutating func put(_ key: KeyHash, _ offset: Int64) {
        let index = index(of: key)
        if slots[index].offset >= 0 {
            slots[index].offset = max(slots[index].offset, offset)
            return
        }
        slots[index] = Slot(key: key, offset: offset)
        count += 1
        if count > slots.count / 4 * 3 { grow() }
    }

    /// Nil for a key that the dirty part does not have.
    subscript(key: KeyHash) -> Int64? {
        let offset = slots[index(of: key)].offset
        return offset < 0 ? nil : offset
    }

    /// Where the key is, or where it would go.
    private func index(of key: KeyHash) -> Int {
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: key.low) & mask
        while slots[index].offset >= 0, slots[index].key != key { index = (index + 1) & mask }
        return index
    }

    private mutating func grow() {
        let former = slots
        slots = Self.empty(former.count * 2)
        for slot in former where slot.offset >= 0 { slots[index(of: slot.key)] = slot }
    }

    private static func empty(_ count: Int) -> [Slot] {
        Array(repeating: Slot(key: KeyHash(high: 0, low: 0), offset: -1), count: count)
    }
}
