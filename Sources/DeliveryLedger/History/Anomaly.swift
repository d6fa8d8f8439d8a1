/// What must not happen to records, in Jepsen's terms (jepsen.tests.kafka); a key of Jepsen's is a partition.
package enum Anomaly: String, Hashable, Sendable, CaseIterable {
    /// Acknowledged, and never read although a later offset of the partition was.
    case lostWrite = "lost-write"
    /// Acknowledged, and not read by anybody so far. Late, or lost: only a final read tells.
    case unseen
    /// One record at two places of the log.
    case duplicate
    /// Read, although its producer knows for certain that it failed.
    case abortedRead = "aborted-read"
    /// One offset that held two records.
    case inconsistentOffsets = "inconsistent-offsets"
    /// A producer's record that lies before one that it sent earlier to the same partition.
    case nonmonotonicSend = "nonmonotonic-send"
    /// A consumer went from one offset to a later one over a record that was there, without having been assigned anew.
    case pollSkip = "poll-skip"
    /// A consumer went back, or stood still, without having been assigned anew.
    case nonmonotonicPoll = "nonmonotonic-poll"
}
