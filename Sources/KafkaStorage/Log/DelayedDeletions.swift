import KafkaProtocol

/// Segments whose files were renamed out of the way and go a while later, when nobody sends them any more.
struct DelayedDeletions {
    private var waiting: [(segment: LogSegment, due: Instant?)] = []

    mutating func add(_ segment: LogSegment) { waiting.append((segment, nil)) }

    /// Removes what has waited long enough, counted from the first call that saw it.
    mutating func removeDue(now: Instant, delayMs: Int64) throws(DiskError) {
        for number in waiting.indices where waiting[number].due == nil {
            waiting[number].due = now + .milliseconds(delayMs)
        }
        while let first = waiting.first, let due = first.due, due <= now {
            try first.segment.removeFiles()
            waiting.removeFirst()
        }
    }

    mutating func removeAll() throws(DiskError) {
        for item in waiting { try item.segment.removeFiles() }
        waiting = []
    }
}
