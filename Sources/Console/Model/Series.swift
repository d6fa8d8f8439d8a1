/// The last values of something, one for each of the samples that it shares with others, oldest first.
///
/// A value that holds is not written down again: as long as nothing is appended, each further sample has the last value.
struct Series<Element: Hashable & Sendable>: Hashable, Sendable {
    private var ring: Ring<Element>
    /// The sample that the last value was written for.
    private var written = 0

    init(capacity: Int) { ring = Ring(capacity: capacity) }

    var last: Element? { ring.last }

    /// `sample` counts all samples there ever were, and rises.
    mutating func append(_ element: Element, sample: Int) {
        if let last = ring.last {
            if last == element { return }
            for _ in 0..<min(sample - written - 1, ring.capacity) { ring.append(last) }
        }
        ring.append(element)
        written = sample
    }

    func values(until sample: Int) -> [Element] {
        guard let last = ring.last else { return [] }
        let held = repeatElement(last, count: min(sample - written, ring.capacity))
        return Array((ring.values + held).suffix(ring.capacity))
    }
}
