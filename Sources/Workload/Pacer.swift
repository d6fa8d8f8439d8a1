/// Says when records are due so that a rate is even: the nth record is due n intervals after the start.
///
/// A producer that fell behind catches up, but only by what a second holds: after a long stall it goes on at its rate
/// instead of sending everything that it missed.
package struct Pacer: Sendable {
    private let nanosecondsPerRecord: Double
    private var start: Int64
    private var counted: Int64 = 0

    package init(recordsPerSecond: Double, now: Int64) {
        precondition(recordsPerSecond > 0, "a rate of nothing has no pace")
        self.nanosecondsPerRecord = 1_000_000_000 / recordsPerSecond
        self.start = now
    }

    /// When the next record is due, on the clock of `now`.
    package var nextDue: Int64 { start + Int64(Double(counted) * nanosecondsPerRecord) }

    /// How many records are due and have not been taken.
    package mutating func due(now: Int64) -> Int {
        if now - nextDue > 1_000_000_000 {
            start = now - 1_000_000_000
            counted = 0
        }
        guard now >= nextDue else { return 0 }
        return Int(Double(now - start) / nanosecondsPerRecord) + 1 - Int(counted)
    }

    package mutating func took(_ records: Int) { counted += Int64(records) }
}
