/// A figure that conditions and texts can ask for. Most take a name in parentheses and count everything without one.
package enum Metric: String, Hashable, Sendable, CaseIterable {
    // Of a topic's producer.
    case sent, acked, failed, unknown, dropped, resent
    case lostInBuffer = "lost-in-buffer"
    case inOutbox = "in-outbox"
    case blockedMilliseconds = "blocked-ms"
    case latencyP99Microseconds = "p99-us"
    case producersRunning = "producers-running"

    // Of a topic, by the ledger of klamm's own clients.
    case attempted, lost, unseen, duplicate
    case lostWrite = "lost-write"
    case abortedRead = "aborted-read"
    case inconsistentOffsets = "inconsistent-offsets"
    case nonmonotonicSend = "nonmonotonic-send"
    case pollSkip = "poll-skip"
    case nonmonotonicPoll = "nonmonotonic-poll"
    case neverArrived = "never-arrived"
    // Of a topic, by what the brokers have told.
    case toldLost = "told-lost"

    // Of a group.
    case consumed, processed, errors, skipped, lag, members
    case deadLettered = "dead-lettered"
    case failedCommits = "failed-commits"
    case processedOnce = "processed-once"
    case processedTwice = "processed-twice"
    case committedPast = "committed-past"
    case retiredUnread = "retired-unread"
    case outOfOrder = "out-of-order"
    case committed, position
    case groupsRunning = "groups-running"

    // Of a partition, such as orders-0.
    case leader, epoch, isr, unreplicated
    case inISR = "in-isr"
    case highWatermark = "hw"
    case logEndOffset = "leo"
    case logStartOffset = "log-start"

    // Of the cluster.
    case up, controller, faults
    case brokersRunning = "brokers-running"

    /// What its parentheses hold; `?` marks what may be left out.
    package var arguments: String {
        switch self {
        case .sent, .acked, .failed, .unknown, .dropped, .resent, .lostInBuffer, .inOutbox, .blockedMilliseconds,
            .latencyP99Microseconds, .producersRunning, .attempted, .lost, .unseen, .duplicate, .lostWrite,
            .abortedRead, .inconsistentOffsets, .nonmonotonicSend, .pollSkip, .nonmonotonicPoll, .neverArrived,
            .toldLost:
            "topic?"
        case .consumed, .processed, .errors, .skipped, .lag, .members, .deadLettered, .failedCommits, .processedOnce,
            .processedTwice, .committedPast, .retiredUnread, .outOfOrder, .groupsRunning:
            "group?"
        case .committed, .position: "group, partition"
        case .leader, .epoch, .isr, .unreplicated, .highWatermark, .logStartOffset: "partition"
        case .inISR: "partition, broker"
        case .logEndOffset: "partition, broker?"
        case .up: "node"
        case .controller, .faults, .brokersRunning: ""
        }
    }

    /// What it counts, for users.
    package var meaning: String {
        switch self {
        case .sent: "records handed to the client"
        case .acked: "records for which a broker has answered"
        case .failed: "records that are certainly in no log"
        case .unknown: "records of which the producer cannot say"
        case .dropped: "records for which the full buffer had no room"
        case .resent: "records sent again from the outbox"
        case .lostInBuffer: "records that went with the buffer of a crashed producer"
        case .inOutbox: "records in the outbox"
        case .blockedMilliseconds: "how long the application stood before a full buffer, in milliseconds"
        case .latencyP99Microseconds: "from send to acknowledgement, 99 of 100 are faster, in microseconds"
        case .producersRunning: "producers that run"
        case .attempted: "records that the application meant to send"
        case .lost: "acknowledged records that nobody can read"
        case .unseen: "acknowledged records that nobody has read so far"
        case .duplicate: "records at two places of the log"
        case .lostWrite: "acknowledged records that were passed over by a reader"
        case .abortedRead: "records that were read although they had failed"
        case .inconsistentOffsets: "offsets that held two records"
        case .nonmonotonicSend:
            "records whose offset is not beyond that of one sent earlier: disorder, or a loss whose offsets were used again"
        case .pollSkip: "records that a consumer passed over"
        case .nonmonotonicPoll: "records at which a consumer went back"
        case .neverArrived: "records that the producer did not see fail, and that are in no log"
        case .toldLost:
            "acknowledged records that brokers dropped, without those whose answer the client may not have read"
        case .consumed: "records handed to members"
        case .processed: "records worked on with success, as often as that was"
        case .errors: "attempts that failed"
        case .skipped: "records passed over, as their ids were known"
        case .lag: "records between the commits and the high watermarks"
        case .members: "members of the group"
        case .deadLettered: "records put aside in a dead-letter topic"
        case .failedCommits: "commits that were refused or not answered"
        case .processedOnce: "records dealt with exactly once, put aside or worked on"
        case .processedTwice: "records processed more than once"
        case .committedPast: "records never processed though the group has committed past them"
        case .retiredUnread: "records that were deleted before the group had read them, and that it has passed"
        case .outOfOrder: "records processed for the first time after one that was sent later, to whatever partition"
        case .committed: "the group's committed offset"
        case .position: "the next offset that a member of the group is handed"
        case .groupsRunning: "groups that run"
        case .leader: "the leader's id, 0 without one"
        case .epoch: "the leader epoch"
        case .isr: "the size of the ISR"
        case .unreplicated: "records between the high watermark and the leader's log end"
        case .inISR: "1 if the broker is in the ISR, else 0"
        case .highWatermark: "the high watermark"
        case .logEndOffset: "the log end offset of the leader, or of a replica"
        case .logStartOffset: "the first offset that is still there"
        case .up: "1 if the node is up, else 0"
        case .controller: "the active controller's id, 0 without one"
        case .faults: "faults that last"
        case .brokersRunning: "brokers that serve"
        }
    }

    /// What stands beside Jepsen's word for it, which few know; nil for names that say it themselves.
    package var plainly: String? {
        switch self {
        case .lostWrite: "acknowledged, and passed over"
        case .abortedRead: "read although they had failed"
        case .inconsistentOffsets: "two records at one offset"
        case .nonmonotonicSend: "out of order in the log"
        case .pollSkip: "passed over by a consumer"
        case .nonmonotonicPoll: "a consumer went back"
        default: nil
        }
    }

    /// Who can tell it.
    enum Source { case producers, groups, topicVerdict, groupVerdict, cluster }

    var source: Source {
        switch self {
        case .sent, .acked, .failed, .unknown, .dropped, .resent, .lostInBuffer, .inOutbox, .blockedMilliseconds,
            .latencyP99Microseconds, .producersRunning:
            .producers
        case .consumed, .processed, .errors, .skipped, .deadLettered, .failedCommits, .groupsRunning, .position: .groups
        case .attempted, .lost, .unseen, .duplicate, .lostWrite, .abortedRead, .inconsistentOffsets, .nonmonotonicSend,
            .pollSkip, .nonmonotonicPoll, .neverArrived:
            .topicVerdict
        case .processedOnce, .processedTwice, .committedPast, .retiredUnread, .outOfOrder: .groupVerdict
        case .toldLost, .lag, .members, .committed, .leader, .epoch, .isr, .unreplicated, .inISR, .highWatermark,
            .logEndOffset, .logStartOffset, .up, .controller, .faults, .brokersRunning:
            .cluster
        }
    }

    /// Whether it asks for the verdict over every record, which takes long where there are many.
    package var needsVerdict: Bool { source == .topicVerdict || source == .groupVerdict }

    /// Whether only klamm's own clients can tell it.
    package var needsWorkload: Bool { source != .cluster }
}
