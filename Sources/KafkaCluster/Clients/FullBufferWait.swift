import KafkaProtocol

/// What becomes of records that find the client's buffer full.
///
/// State     | event                   | goes to | decides
/// idle      | no room                 | waiting | wait, or drop at once
/// waiting   | no room, time is left   | waiting | wait
/// waiting   | no room, time is over   | idle    | drop
/// waiting   | over: room, or given up | idle    |
package struct FullBufferWait: Sendable {
    package enum Decision: Hashable, Sendable {
        /// Try again when a report has made room, at this time at the latest; without one, whenever that is.
        case wait(until: Instant?)
        case drop
    }

    private let choice: FullBuffer
    private var since: Instant?

    package init(_ choice: FullBuffer) { self.choice = choice }

    package mutating func noRoom(now: Instant) -> Decision {
        let start = since ?? now
        switch choice {
        case .drop: return .drop
        case .block:
            since = start
            return .wait(until: nil)
        case .blockUpTo(let milliseconds):
            let deadline = start + .milliseconds(max(0, milliseconds))
            since = start
            return now < deadline ? .wait(until: deadline) : .drop
        }
    }

    /// The record is in the buffer, or given up.
    package mutating func over() { since = nil }
}
