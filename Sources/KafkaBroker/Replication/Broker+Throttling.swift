import KafkaProtocol

/// Keeping the copying of moved partitions below the rates that the operator has set: `leader.replication.throttled.rate`
/// for what this broker gives, `follower.replication.throttled.rate` for what it takes, each for the replicas that the
/// topic's setting names. As in Kafka, who is in sync is never held back, though its bytes count.
extension Broker {
    /// Reads the rates anew.
    mutating func configureQuotas() {
        leaderQuota.limit = throttledRate("leader.replication.throttled.rate")
        followerQuota.limit = throttledRate("follower.replication.throttled.rate")
    }

    private func throttledRate(_ name: String) -> Int64? {
        guard
            case .integer(let rate)? = image.brokerConfig(
                name, node: settings.nodeId, configuration: settings.configuration), rate < .max
        else { return nil }
        return rate
    }

    // MARK: Giving

    /// Whether the leader gives this replica nothing of the partition for now.
    func isHeldBack(_ partition: Partition, from replica: BrokerID) -> Bool {
        guard leaderQuota.limit != nil, isThrottledAsLeader(partition) else { return false }
        return partition.leader?.committedISR.contains(replica) != true && leaderQuota.isExceeded(at: now)
    }

    mutating func given(_ bytes: Int, of partition: Partition) {
        guard leaderQuota.limit != nil, isThrottledAsLeader(partition) else { return }
        leaderQuota.record(bytes, now: now)
    }

    private func isThrottledAsLeader(_ partition: Partition) -> Bool {
        partition.config.leaderThrottledReplicas.contains(partition.id.partition, on: settings.nodeId)
    }

    // MARK: Taking

    /// Whether this follower asks for nothing of the partition for now.
    func isHeldBack(_ partition: Partition) -> Bool {
        guard followerQuota.limit != nil, isThrottledAsFollower(partition), let follower = partition.follower else {
            return false
        }
        return !follower.isInSync(logEndOffset: partition.log.logEndOffset) && followerQuota.isExceeded(at: now)
    }

    mutating func taken(_ bytes: Int, of partition: Partition) {
        guard followerQuota.limit != nil, isThrottledAsFollower(partition) else { return }
        followerQuota.record(bytes, now: now)
    }

    /// Takes what is over the limit out of the next fetch from this leader.
    mutating func holdBack(_ slots: [Int]) {
        for slot in slots {
            if let partition = partitions[slot], isHeldBack(partition) { delay(partition) }
        }
    }

    private func isThrottledAsFollower(_ partition: Partition) -> Bool {
        partition.config.followerThrottledReplicas.contains(partition.id.partition, on: settings.nodeId)
    }
}
