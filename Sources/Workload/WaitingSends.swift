import DequeModule

/// Since when the oldest record waits for its answer, of those that still do.
///
/// Records are handed over in the order of their tags and answered in any: they are kept by the hundredth of a second in which
/// they were handed over, as so many that wait. A record that is answered is found by its tag.
struct WaitingSends: Sendable {
    static let sliceNanoseconds: Int64 = 10_000_000

    private struct Slice {
        var firstTag: UInt
        /// When its first was handed over.
        var begin: Int64
        var waiting: Int
    }

    private var slices = Deque<Slice>()

    /// In nanoseconds of the clock by which they were handed over; nil where none waits. It may be a hundredth of a second
    /// too early.
    var oldest: Int64? { slices.first?.begin }

    mutating func sent(_ tag: UInt, at nanoseconds: Int64) {
        if let last = slices.last {
            // A client that counts anew has none that waits from before.
            if tag < last.firstTag { slices = [] }
            if let last = slices.indices.last, nanoseconds - slices[last].begin < Self.sliceNanoseconds {
                slices[last].waiting += 1
                return
            }
        }
        slices.append(Slice(firstTag: tag, begin: nanoseconds, waiting: 1))
    }

    mutating func settled(_ tag: UInt) {
        var (low, high) = (0, slices.count)
        while low < high {
            let middle = (low + high) / 2
            if slices[middle].firstTag <= tag { low = middle + 1 } else { high = middle }
        }
        guard low > 0, slices[low - 1].waiting > 0 else { return }
        slices[low - 1].waiting -= 1
        while let first = slices.first, first.waiting == 0 { slices.removeFirst() }
    }
}
