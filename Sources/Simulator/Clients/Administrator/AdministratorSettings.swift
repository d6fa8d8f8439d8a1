import KafkaProtocol

/// What a simulated administrator does to the cluster, and how often.
package struct AdministratorSettings: Hashable, Sendable {
    package enum Operation: String, CaseIterable, Hashable, Sendable {
        case createTopic
        /// Only topics that this administrator has created.
        case deleteTopic
        case addPartition
        case alterMinISR
        case allowUncleanElection
        case forbidUncleanElection
        case electPreferred
        case electUnclean
        case reassign
        case cancelReassignments
        case deleteRecords
    }

    package var topics: [String]
    package var operations: [Operation] = [.electPreferred, .addPartition, .reassign, .cancelReassignments]
    /// Between two operations, give or take a half.
    package var interval = Duration.seconds(1)
    package var mostPartitions = 6
    package var mostMinISR = 2
    /// For `createTopic`.
    package var replicationFactor: Int16 = 3

    package init(topics: [String]) { self.topics = topics }
}
