import KafkaProtocol

/// How long ago the record was written that a group would read next.
package enum LagTime: Hashable, Sendable {
    case about(Duration)
    /// It was there already when the console began to look.
    case atLeast(Duration)
}

/// Where a partition ended in the last minutes: tells when a record at some offset came, without reading it.
///
/// An end that holds is written once when it comes and once before it goes, so what hardly grows is known for long.
///
/// Invariant: samples rise in time and in offset.
package struct EndOffsets: Hashable, Sendable {
    package static let samples = 120

    private struct Sample: Hashable, Sendable {
        var at: Instant
        var end: Int64
    }

    private var ring = Ring<Sample>(capacity: samples)
    /// Whether the end was known at each look since the last that was written.
    private var isKnown = false

    package init() {}

    /// The end as it is now, nil where it is not known; `heldUntil` is the time of the look before. Nothing needs to be
    /// noted at a look at which nothing has changed.
    package mutating func note(_ end: Int64?, at instant: Instant, heldUntil: Instant? = nil) {
        guard let end else { return lookAway() }
        if let last = ring.last {
            if instant <= last.at { return }
            if end == last.end, isKnown { return }
            if end < last.end {
                // A log that was cut back, or is another's of the same name, begins anew.
                ring = Ring(capacity: Self.samples)
            } else if isKnown, let heldUntil, heldUntil > last.at {
                ring.append(Sample(at: heldUntil, end: last.end))
            }
        }
        ring.append(Sample(at: instant, end: end))
        isKnown = true
    }

    /// Until the next end is noted, nobody knows how it goes.
    package mutating func lookAway() { isKnown = false }

    /// Nil where nothing is known of the partition. `end` is what has been told since the last look, which was at `heldUntil`.
    package func age(ofOffset offset: Int64, now: Instant, end: Int64? = nil, heldUntil: Instant? = nil) -> LagTime? {
        guard let last = ring.last, let first = ring.first else { return nil }
        if offset >= last.end {
            let since = isKnown ? max(last.at, heldUntil ?? last.at) : last.at
            guard let end, end > offset, now > since else { return .about(.zero) }
            let part = Double(end - offset) / Double(end - last.end)
            return .about(.milliseconds(Int64(Double((now - since).wholeMilliseconds) * part)))
        }
        if offset < first.end { return .atLeast(max(.zero, now - first.at)) }
        // The first sample that has the record, and the one before, which has not.
        let index = (1..<ring.count).lowerBound { ring[$0].end <= offset }
        let (before, after) = (ring[index - 1], ring[index])
        let part = Double(offset - before.end) / Double(max(1, after.end - before.end))
        let between = Double((after.at - before.at).wholeMilliseconds) * part
        let came = before.at + .milliseconds(Int64(between))
        return .about(max(.zero, now - came))
    }
}

extension LagTime {
    var duration: Duration {
        switch self {
        case .about(let duration), .atLeast(let duration): duration
        }
    }
}
