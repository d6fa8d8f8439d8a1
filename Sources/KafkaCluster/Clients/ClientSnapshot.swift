import KafkaProtocol

/// What the workload's own clients know of themselves.
package struct WorkloadSnapshot: Hashable, Sendable {
    package var producers: [Producer] = []
    package var groups: [Group] = []
    /// Clients that have not ended yet, those among them that were told to.
    package var openClients = 0

    package init() {}

    package struct Producer: Hashable, Sendable {
        package var settings: ProducerSettings
        package var isRunning: Bool
        /// It was told to stop, and still sends what it has or waits for answers.
        package var isEnding = false
        package var sent: Int64 = 0
        package var acknowledged: Int64 = 0
        /// Certainly in no log.
        package var failed: Int64 = 0
        /// Neither acknowledged nor certainly failed: timeouts, and whatever nobody asked about.
        package var unknown: Int64 = 0
        /// The buffer was full; not among the sent.
        package var dropped: Int64 = 0
        /// Gone with the buffer of a producer that crashed.
        package var lostInBuffer: Int64 = 0
        /// How long the application stood still before a full buffer.
        package var blocked = Duration.zero
        /// Records in the outbox: not known to have been processed. Nil without one.
        package var inOutbox: Int?
        /// Sent again from the outbox; among the sent.
        package var resent: Int64 = 0
        /// In the log more than once, as far as they were read or acknowledged there; nil where no ledger is kept.
        package var doubled: Int64?
        /// Microseconds from send to acknowledgement over the last seconds; nil before the first.
        package var latencyP99Microseconds: Int64?
        /// The longest of each second, for the last ones in which something was acknowledged, the oldest first.
        package var waits: [AcknowledgementWait] = []
        /// Since when nothing was acknowledged although something waits for it; nil while nothing does.
        package var silentSince: Instant?
        /// When the oldest was sent of those that still wait for their answer; nil while none does.
        package var waitingSince: Instant?

        package init(settings: ProducerSettings, isRunning: Bool) {
            self.settings = settings
            self.isRunning = isRunning
        }
    }

    package struct Group: Hashable, Sendable {
        package var settings: ConsumerSettings
        package var isRunning: Bool
        /// Handed to members.
        package var consumed: Int64 = 0
        /// Among them those that no producer of this run has sent: what an earlier run had left unread, or read and not
        /// committed, and what others write. Nil where their names are not read.
        package var consumedOfOthers: Int64?
        /// Worked on with success.
        package var processed: Int64 = 0
        /// How often a record was worked on that had been before; nil where no ledger is kept.
        package var processedAgain: Int64?
        /// Passed over, as their ids were known.
        package var skippedDuplicates: Int64 = 0
        /// Attempts that failed.
        package var errors: Int64 = 0
        package var deadLettered: Int64 = 0
        /// Commits that the coordinator refused or did not answer, a partition each.
        package var failedCommits: Int64 = 0
        package var positions: [GroupPosition] = []
        /// Members that work on a record just now.
        package var membersAtWork = 0

        package init(settings: ConsumerSettings, isRunning: Bool) {
            self.settings = settings
            self.isRunning = isRunning
        }
    }
}

/// How long a record waited from send to acknowledgement.
package struct AcknowledgementWait: Hashable, Sendable {
    package var duration: Duration
    /// When it was acknowledged.
    package var at: Instant
    var sentAt: Instant { at + (.zero - duration) }

    package init(_ duration: Duration, at: Instant) {
        self.duration = duration
        self.at = at
    }
}

/// Where one member of a group stands in one partition: the offset of the next record that it will be handed.
package struct GroupPosition: Hashable, Sendable {
    package var partition: TopicPartition
    package var position: Int64

    package init(partition: TopicPartition, position: Int64) {
        self.partition = partition
        self.position = position
    }
}
