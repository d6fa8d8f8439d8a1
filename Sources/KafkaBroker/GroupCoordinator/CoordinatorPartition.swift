import KafkaProtocol

/// One partition of `__consumer_offsets` that this broker leads.
struct CoordinatorPartition: Sendable {
    enum Phase: Sendable {
        /// Reading the log from its start; groups answer COORDINATOR_LOAD_IN_PROGRESS.
        case loading
        case active
        /// The log could not be read; groups answer COORDINATOR_NOT_AVAILABLE.
        case failed
    }

    var topicID: Uuid
    var leaderEpoch: Int32
    var phase = Phase.loading
    /// Topics that were deleted while the log was being read.
    var deletedTopics: Set<String> = []
}
