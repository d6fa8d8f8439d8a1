/// A promise of Kafka's that one place in the code keeps, so that the simulator can be asked whether it would notice if it
/// were broken. `if Rule.x.holds` stands where the rule is kept; the other branch is the mistake that it prevents.
///
/// Built without `RULE_SWITCHES` (release, unless asked for), every rule holds and the other branch does not exist.
package enum Rule: String, CaseIterable, Hashable, Sendable {
    // The log
    /// A follower truncates where leader epochs part; else at its high watermark.
    case truncatesByEpoch
    /// The epoch cache is truncated with the log.
    case truncatesEpochCache
    /// The state of idempotent producers is truncated with the log.
    case truncatesProducerState
    /// Recovery rebuilds the state of idempotent producers from the log.
    case recoveryRebuildsProducerState
    /// Recovery cuts the log at the first batch that is not whole.
    case recoveryCutsTornBatch

    // The ISR and the high watermark
    /// A follower joins the ISR only once it has what the leader had when its epoch began.
    case expansionNeedsEpochStart
    /// A shrink of the ISR changes nothing until the controller has confirmed it.
    case pendingShrinkWaits
    /// The controller takes an AlterPartition only for the partition epoch that it has.
    case alterPartitionChecksPartitionEpoch
    /// Requests of a broker's former life are refused.
    case checksBrokerEpoch
    /// The high watermark waits for every member of the ISR; else the leader's log end is enough.
    case highWatermarkNeedsISR
    /// A fetch whose log diverges says nothing about how far the follower has come.
    case divergingFetchTellsNothing

    // Produce
    /// acks=all is answered once the high watermark has passed the batch.
    case ackWaitsForISR
    /// acks=all fails if the ISR has become too small meanwhile.
    case checksMinISRAtCompletion
    /// A request of an older leader epoch is refused.
    case fencesOldLeaderEpoch
    /// A batch that was appended before is not appended again.
    case refusesDuplicates
    /// The answer to a duplicate waits until the original is committed.
    case duplicateWaitsForOriginal

    // The controller
    /// Only a member of the ISR is elected, unless unclean election is on.
    case electsWithinISR
    /// A vote is durable before it is answered.
    case persistsVotes
    /// A metadata entry counts towards a majority only once it is durable.
    case countsOnlyDurableMetadata
    /// Only an entry of the leader's own epoch is committed by counting.
    case commitsOwnEpochByCount

    // The group coordinator
    /// An offset commit is answered once it is committed in `__consumer_offsets`.
    case offsetCommitWaitsForReplication
    /// A coordinator serves only once it has loaded its partition.
    case coordinatorLoadsBeforeServing
    /// A commit of an old generation is refused.
    case fencesOldGenerations

    #if RULE_SWITCHES
        /// The one rule that is broken on purpose in the calls below `withValue`; nil everywhere else. It follows the call,
        /// so that simulations side by side do not meet each other's.
        @TaskLocal package static var broken: Rule?

        package var holds: Bool { Self.broken != self }
    #else
        @inlinable package var holds: Bool { true }
    #endif

    /// Whether this build can break rules at all.
    package static var canBeBroken: Bool {
        #if RULE_SWITCHES
            true
        #else
            false
        #endif
    }

    /// Runs `body` with one rule broken.
    package static func breaking<Result>(_ rule: Rule?, _ body: () throws -> Result) rethrows -> Result {
        #if RULE_SWITCHES
            try $broken.withValue(rule, operation: body)
        #else
            try body()
        #endif
    }
}
