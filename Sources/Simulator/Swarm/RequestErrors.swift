import KafkaCluster
import KafkaProtocol

/// Errors that a request fault may answer with: those that a client has to live with, since brokers give them on their bad
/// days.
struct RequestErrors {
    let api: APIKey
    /// Where nothing was carried out.
    let before: [ErrorCode]
    /// Where it was: the client must not take them for a refusal.
    let after: [ErrorCode]

    /// Of clients' requests, and of followers' fetches.
    static let ofBrokers: [Self] = [
        .init(
            .produce, before: [.notLeaderOrFollower, .notEnoughReplicas, .kafkaStorageError],
            after: [.requestTimedOut, .notEnoughReplicasAfterAppend, .networkException, .notLeaderOrFollower]),
        .init(
            .fetch, before: [.notLeaderOrFollower, .fetchSessionIdNotFound, .kafkaStorageError],
            after: [.notLeaderOrFollower, .fetchSessionIdNotFound]),
        .init(
            .offsetCommit, before: [.coordinatorNotAvailable, .notCoordinator, .coordinatorLoadInProgress],
            after: [.requestTimedOut, .coordinatorNotAvailable, .notCoordinator]),
        .init(.offsetFetch, before: [.coordinatorLoadInProgress, .notCoordinator], after: [.notCoordinator]),
        .init(
            .joinGroup, before: [.coordinatorLoadInProgress, .notCoordinator, .coordinatorNotAvailable],
            after: [.coordinatorNotAvailable, .notCoordinator]),
        .init(
            .syncGroup, before: [.rebalanceInProgress, .notCoordinator],
            after: [.coordinatorNotAvailable, .notCoordinator]
        ),
        .init(.heartbeat, before: [.rebalanceInProgress, .notCoordinator], after: [.coordinatorNotAvailable]),
        .init(
            .initProducerId, before: [.coordinatorLoadInProgress, .coordinatorNotAvailable],
            after: [.coordinatorNotAvailable]),
        .init(.findCoordinator, before: [.coordinatorNotAvailable], after: [.coordinatorNotAvailable]),
        .init(.metadata, before: [.leaderNotAvailable], after: [.leaderNotAvailable, .unknownTopicOrPartition]),
    ]

    /// Of brokers' requests to controllers.
    static let ofControllers: [Self] = [
        .init(.alterPartition, before: [.notController], after: [.notController])
    ]

    private init(_ api: APIKey, before: [ErrorCode], after: [ErrorCode]) {
        self.api = api
        self.before = before
        self.after = after
    }
}
