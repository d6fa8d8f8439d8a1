/// Counts latencies in buckets that grow with the value, so that any percentile is right to 1.6 percent from a
/// microsecond to days, in a fixed few kilobytes.
package struct LatencyHistogram: Sendable {
    private static let precision = 6
    private static let bucketCount = (40 - precision + 1) << precision

    private var buckets = [UInt32](repeating: 0, count: bucketCount)
    package private(set) var count: Int64 = 0
    /// The largest value, exactly; nil before the first.
    package private(set) var maximum: Int64?

    package init() {}

    package mutating func record(microseconds: Int64) {
        let value = max(0, microseconds)
        buckets[Self.bucket(of: value)] &+= 1
        count += 1
        maximum = max(maximum ?? value, value)
    }

    package mutating func add(_ other: Self) {
        for index in buckets.indices { buckets[index] &+= other.buckets[index] }
        count += other.count
        if let theirs = other.maximum { maximum = max(maximum ?? theirs, theirs) }
    }

    package mutating func reset() {
        if count > 0 { self = Self() }
    }

    /// The latency that this share of all values does not exceed; nil before the first value.
    package func percentile(_ share: Double) -> Int64? {
        guard let maximum else { return nil }
        let rank = max(1, Int64((share * Double(count)).rounded(.up)))
        var seen: Int64 = 0
        for (index, bucket) in buckets.enumerated() {
            seen += Int64(bucket)
            if seen >= rank { return min(Self.largestValue(in: index), maximum) }
        }
        return maximum
    }

    private static func bucket(of value: Int64) -> Int {
        let highestBit = Int64.bitWidth - 1 - max(1, value).leadingZeroBitCount
        let shift = max(0, highestBit - precision)
        return min((shift << precision) + Int(value >> Int64(shift)), bucketCount - 1)
    }

    private static func largestValue(in bucket: Int) -> Int64 {
        let shift = max(0, (bucket >> precision) - 1)
        let leading = Int64(bucket - (shift << precision))
        return ((leading + 1) << Int64(shift)) - 1
    }
}

/// The latencies of the last five seconds, in slices of one.
package struct LatencyWindow: Sendable {
    private static let sliceNanoseconds: Int64 = 1_000_000_000
    private var slices: [(second: Int64, histogram: LatencyHistogram)] = []

    package init() {}

    package mutating func record(microseconds: Int64, now: Int64) {
        let second = now / Self.sliceNanoseconds
        if slices.last?.second != second {
            slices.removeAll { $0.second <= second - 5 }
            slices.append((second, LatencyHistogram()))
        }
        slices[slices.count - 1].histogram.record(microseconds: microseconds)
    }

    /// Nil when nothing was acknowledged in that time.
    package func percentile(_ share: Double, now: Int64) -> Int64? {
        let second = now / Self.sliceNanoseconds
        var sum = LatencyHistogram()
        for slice in slices where slice.second > second - 5 { sum.add(slice.histogram) }
        return sum.percentile(share)
    }
}
