/// Slots of partitions, in the order in which they came. To add, find or take out one costs the same however many there
/// are: when a broker falls, thousands of partitions change their leader at once.
///
/// Invariant: `places[slot]` is where `slot` stands in `order`; what was taken out leaves nil there, and fewer than half are
/// nil.
package struct SlotSet: Sendable {
    private var order: [Int?] = []
    private var places: [Int: Int] = [:]

    package var count: Int { places.count }
    package var isEmpty: Bool { places.isEmpty }
    /// In order.
    package var slots: [Int] { order.compactMap(\.self) }

    package func contains(_ slot: Int) -> Bool { places[slot] != nil }

    /// At the end, unless it is there. Returns whether it was not.
    @discardableResult
    package mutating func append(_ slot: Int) -> Bool {
        guard places[slot] == nil else { return false }
        places[slot] = order.count
        order.append(slot)
        return true
    }

    /// Returns whether it was there.
    @discardableResult
    package mutating func remove(_ slot: Int) -> Bool {
        guard let place = places.removeValue(forKey: slot) else { return false }
        order[place] = nil
        if places.count * 2 <= order.count { closeGaps() }
        return true
    }

    package mutating func removeAll() { self = Self() }

    private mutating func closeGaps() {
        order.removeAll { $0 == nil }
        for (place, slot) in order.enumerated() { if let slot { places[slot] = place } }
    }
}
