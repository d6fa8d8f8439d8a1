/// A point in time, handed in from outside: pure code never reads a clock.
///
/// Two clocks travel together, because Kafka needs both: a monotonic one for deadlines and a wall clock for record
/// timestamps and retention. They may drift apart (a wall clock can be set back); comparisons use the monotonic one.
package struct Instant: Hashable, Sendable, Comparable {
    /// Nanoseconds since an arbitrary start, the same for every node of one process. Never goes back.
    package var monotonicNanoseconds: Int64
    /// Milliseconds since 1970-01-01 UTC, as in a record's timestamp.
    package var wallClockMilliseconds: Int64

    @inlinable
    package init(monotonicNanoseconds: Int64, wallClockMilliseconds: Int64) {
        self.monotonicNanoseconds = monotonicNanoseconds
        self.wallClockMilliseconds = wallClockMilliseconds
    }

    // All four, for other modules to take in: those that Comparable lends are generic, and cost ten times as much.
    @inlinable
    package static func < (left: Self, right: Self) -> Bool { left.monotonicNanoseconds < right.monotonicNanoseconds }
    @inlinable
    package static func > (left: Self, right: Self) -> Bool { left.monotonicNanoseconds > right.monotonicNanoseconds }
    @inlinable
    package static func <= (left: Self, right: Self) -> Bool { left.monotonicNanoseconds <= right.monotonicNanoseconds }
    @inlinable
    package static func >= (left: Self, right: Self) -> Bool { left.monotonicNanoseconds >= right.monotonicNanoseconds }

    /// This instant moved on both clocks. Saturates instead of overflowing, so that "for ever" is a valid timeout.
    package static func + (instant: Self, duration: Duration) -> Self {
        let whole = duration.wholeNanoseconds
        let (nanoseconds, overflow) = instant.monotonicNanoseconds.addingReportingOverflow(whole)
        let (milliseconds, wallOverflow) =
            instant.wallClockMilliseconds.addingReportingOverflow(whole / 1_000_000)
        return Self(
            monotonicNanoseconds: overflow ? .max : nanoseconds,
            wallClockMilliseconds: wallOverflow ? .max : milliseconds)
    }

    /// The earlier of two points in time that may not come.
    @inlinable
    package static func earlier(_ left: Self?, _ right: Self?) -> Self? {
        guard let left else { return right }
        guard let right else { return left }
        return right < left ? right : left
    }

    /// The time from `earlier` to `later` on the monotonic clock.
    package static func - (later: Self, earlier: Self) -> Duration {
        .nanoseconds(later.monotonicNanoseconds.subtractingReportingOverflow(earlier.monotonicNanoseconds).partialValue)
    }
}

extension Duration {
    /// Nanoseconds, clamped to what fits in 64 bits (292 years either way).
    package var wholeNanoseconds: Int64 {
        // Nine seconds fit into 64 bits of attoseconds: no division of 128 bits for them.
        if let short = Int64(exactly: attoseconds) { return short / 1_000_000_000 }
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, sumOverflow) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        if overflow || sumOverflow { return seconds < 0 ? .min : .max }
        return sum
    }

    /// Milliseconds, rounded towards zero.
    package var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}
