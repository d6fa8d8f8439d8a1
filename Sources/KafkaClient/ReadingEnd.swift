/// Up to where a partition is read, and whether that is reached.
///
/// A broker may say that a partition ends before the end that was found first: a leader that has just been elected learns
/// from its followers how far it may let others read. Whoever stopped there would take for lost what comes a moment later.
/// But a log may also have been cut off. So the end is asked for again, and only a broker that answers for its high
/// watermark makes it smaller.
package struct ReadingEnd: Hashable, Sendable {
    /// Not read at or past this offset.
    package private(set) var offset: Int64
    /// Where the broker said that the partition ends, as long as that lies before the end that was found.
    package private(set) var doubt: Int64?

    package init(offset: Int64) { self.offset = offset }

    /// The broker has nothing beyond this offset now. Returns whether that is the end.
    package mutating func partitionEnded(at offset: Int64) -> Bool {
        doubt = offset < self.offset ? offset : nil
        return doubt == nil
    }

    /// A record has come: there was more.
    package mutating func wentOn() { doubt = nil }

    /// The end has been asked for again. Returns whether it is reached.
    package mutating func located(at end: Int64) -> Bool {
        guard let doubt else { return false }
        offset = min(offset, end)
        return offset <= doubt
    }
}
