import KafkaProtocol
import KafkaStorage

/// The follower's side of one partition: from whom it copies, and what it does next.
///
/// Holds no log and no socket; decisions about the log are answered as values that the broker carries out.
/// Invariant: records are appended only while fetching, and a log is cut only by what the leader of this epoch said.
///
/// ```
/// state        event                              next         action
/// fetching     records                            fetching     append
/// fetching     diverging epoch                    fetching     truncate by epoch (KIP-595), fetch again
/// fetching     offset out of range                resetting    ask the leader for its bounds
/// fetching     another error                      delayed      -
/// resetting    the leader's bounds                fetching     truncate, or start anew at its log start
/// resetting    an error                           delayed      -
/// delayed      the delay has passed               fetching     -
/// any          metadata: new leader or epoch      (a new FollowerReplica)
/// ```
package struct FollowerReplica: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case fetching
        /// The leader was asked where its log begins and ends.
        case resetting
        /// After an error nothing is fetched until then.
        case delayed(until: Instant)
    }

    /// `.none` while the partition has no leader: then nothing is fetched.
    package let leader: BrokerID
    package let leaderEpoch: Int32
    package var state = State.fetching
    /// As it last said; nil until it has answered.
    package var leaderHighWatermark: Int64?
    /// The log end at which what the leader sent was refused, so that this is told once.
    package var refusedAt: Int64?

    package init(leader: BrokerID, leaderEpoch: Int32) {
        self.leader = leader
        self.leaderEpoch = leaderEpoch
    }

    /// Whether it has all that the leader's ISR has, as far as it can know.
    package func isInSync(logEndOffset: Int64) -> Bool { leaderHighWatermark.map { logEndOffset >= $0 } ?? false }

    package var isFetching: Bool { leader != .none && state == .fetching }

    /// Where to cut a log whose last epoch diverges from the leader's.
    ///
    /// `leaderEnd` is the leader's largest epoch not above ours, and where it ends there; `ours` gives the same of our
    /// own log. When we lack the leader's epoch, we cut to the end of the largest one below it and ask again, since the
    /// leader may have diverged before that, too (KIP-279).
    package static func truncationOffset(
        leaderEnd: EpochEndOffset, logEndOffset: Int64, highWatermark: Int64,
        ours: (Int32) -> EpochEndOffset
    ) -> Int64 {
        if leaderEnd.endOffset < 0 { return min(highWatermark, logEndOffset) }
        if leaderEnd.leaderEpoch < 0 { return min(leaderEnd.endOffset, logEndOffset) }
        let own = ours(leaderEnd.leaderEpoch)
        if own.leaderEpoch < 0 { return min(leaderEnd.endOffset, logEndOffset) }
        if own.leaderEpoch != leaderEnd.leaderEpoch { return min(own.endOffset, logEndOffset) }
        return min(own.endOffset, leaderEnd.endOffset, logEndOffset)
    }

    /// What to do after OFFSET_OUT_OF_RANGE, once the leader's bounds are known.
    package enum Reset: Hashable, Sendable {
        /// The leader has less than we do (an unclean election): cut to its end.
        case truncate(to: Int64)
        /// The leader has dropped what we would copy next: throw all away and begin at its start.
        case startAnew(at: Int64)
        /// Our end lies within the leader's log after all.
        case goOn
    }

    package static func reset(leaderStart: Int64, leaderEnd: Int64, logEndOffset: Int64) -> Reset {
        if leaderEnd < logEndOffset { return .truncate(to: leaderEnd) }
        if leaderStart > logEndOffset { return .startAnew(at: leaderStart) }
        return .goOn
    }
}
