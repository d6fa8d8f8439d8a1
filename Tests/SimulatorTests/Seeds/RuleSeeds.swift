import KafkaProtocol

/// For each rule a seed in which the simulator notices that it is broken, and notices nothing otherwise.
///
/// What a seed means changes with every new draw of the swarm: `Tests/search-rules` writes this file anew.
enum RuleSeeds {
    static let seeds: [Rule: UInt64] = [
        .truncatesByEpoch: 2,
        .truncatesEpochCache: 26,
        .truncatesProducerState: 515,
        .recoveryRebuildsProducerState: 17,
        .recoveryCutsTornBatch: 3,
        .expansionNeedsEpochStart: 3,
        .pendingShrinkWaits: 3,
        .alterPartitionChecksPartitionEpoch: 168,
        .checksBrokerEpoch: 57,
        .highWatermarkNeedsISR: 1,
        .divergingFetchTellsNothing: 168,
        .ackWaitsForISR: 1,
        .checksMinISRAtCompletion: 17,
        .fencesOldLeaderEpoch: 3,
        .refusesDuplicates: 2,
        .duplicateWaitsForOriginal: 24,
        .electsWithinISR: 2,
        .persistsVotes: 1364,
        .countsOnlyDurableMetadata: 1,
        .commitsOwnEpochByCount: 19,
        .offsetCommitWaitsForReplication: 1,
        .coordinatorLoadsBeforeServing: 1870,
        .fencesOldGenerations: 2,
    ]
}
