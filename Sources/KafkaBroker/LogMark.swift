import KafkaProtocol

/// What happened to a replica's log, or to what its leader knows of the others, for the journeys of records: told as it
/// happens, without a time, since the time is read by whoever keeps it.
package enum LogMark: Hashable, Sendable {
    /// Written by the leader of this epoch, for a producer that asked for these acks.
    case appended(ClosedRange<Int64>, leaderEpoch: Int32, acks: Int16)
    /// Written by a follower. The epoch is the one in which the leader wrote them.
    case copied(ClosedRange<Int64>, leaderEpoch: Int32)
    /// The leader's high watermark has gone past these.
    case passed(Range<Int64>, leaderEpoch: Int32)
    /// This replica leads from here on, with a log that ends there.
    case led(leaderEpoch: Int32, logEndOffset: Int64)
    /// They left the log, because the leader's log does not have them.
    case truncated(Range<Int64>)
    /// Its topic is gone.
    case deleted

    /// Where the log ended before it, as far as it tells: records before that had come already.
    package var formerEnd: Int64 {
        switch self {
        case .appended(let offsets, _, _), .copied(let offsets, _): offsets.lowerBound
        case .passed(let offsets, _), .truncated(let offsets): offsets.upperBound
        case .led(_, let end): end
        case .deleted: 0
        }
    }
}
