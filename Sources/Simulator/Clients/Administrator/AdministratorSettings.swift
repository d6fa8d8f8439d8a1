import KafkaProtocol

/// What a simulated administrator does to the cluster, and how often.
package struct AdministratorSettings: Hashable, Sendable {
    package enum Operation: String, CaseIterable, Hashable, Sendable {
        /// Of a topic that nobody else uses.
        case createTopic
        /// Of a topic that this administrator has created.
        case deleteTopic
        /// A topic that others use, which is created anew under its name.
        case replaceTopic
        case addPartition
        case alterMinISR
        case alterRetention
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
    /// For `replaceTopic`: what is deleted, and how it is made anew.
    package var replaceable: [TopicPlan] = []

    package init(topics: [String]) { self.topics = topics }
}
