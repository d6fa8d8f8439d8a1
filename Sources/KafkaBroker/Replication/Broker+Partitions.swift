import KafkaProtocol
import KafkaStorage

/// What the metadata log makes of the replicas here: leaders, followers, or gone.
extension Broker {
    mutating func apply(_ id: TopicPartition, _ topicId: Uuid, _ wanted: PartitionImage) {
        var known = partitions[id]
        if let stale = known, stale.topicId != topicId {
            drop(stale)
            known = nil
        }
        guard wanted.replicas.contains(settings.nodeId) else {
            missingReplicas[id] = nil
            if let known { drop(known) }
            return
        }
        guard let partition = known ?? create(id, topicId) else { return }
        if case .offline = partition.role { return }
        if wanted.leaderEpoch < partition.leaderEpoch { return }
        if wanted.leader == settings.nodeId {
            lead(partition, wanted)
        } else {
            follow(partition, wanted)
        }
    }

    private mutating func create(_ id: TopicPartition, _ topicId: Uuid) -> Partition? {
        if let reason = logDirectory.failure {
            missingReplicas[id] = reason
            return nil
        }
        let config = topicConfig(of: id.topic)
        let log: UnifiedLog
        do throws(DiskError) {
            var open = openLogs.removeValue(forKey: id)
            if let stale = open, let owner = stale.topicID, owner != topicId {
                try stale.delete()
                open = nil
                checkpointedHighWatermarks[id] = nil
            }
            if let open {
                log = open
            } else {
                log = try UnifiedLog.load(
                    id, directory: directory(of: id), on: disk, config: logConfig(config), now: now)
            }
            log.config = logConfig(config)
            try log.assignTopicID(topicId)
        } catch {
            missingReplicas[id] = error.description
            logDirectoryFailed(error)
            return nil
        }
        let highWatermark = checkpointedHighWatermarks.removeValue(forKey: id) ?? log.logStartOffset
        let partition = Partition(
            slot: partitions.nextSlot, id: id, topicId: topicId, log: log, config: config,
            highWatermark: min(max(highWatermark, log.logStartOffset), log.logEndOffset))
        partitions.add(partition)
        return partition
    }

    // MARK: Leading

    private mutating func lead(_ partition: Partition, _ wanted: PartitionImage) {
        if let leader = partition.leader, leader.leaderEpoch == wanted.leaderEpoch {
            partition.withLeader { $0.replicasChanged(to: wanted.replicas) }
            commitISR(of: partition, wanted.isr, partitionEpoch: wanted.partitionEpoch)
            return
        }
        let end = partition.log.logEndOffset
        do throws(DiskError) {
            // Before anything is appended in it, so that every follower can find where the epoch began.
            try partition.log.assignEpoch(wanted.leaderEpoch, startOffset: end)
        } catch {
            return fail(partition, error)
        }
        stopFetching(partition)
        let wasLeader = partition.isLeader
        if !wasLeader { partition.isToldHeld = false }
        partition.leaderEpoch = wanted.leaderEpoch
        partition.become(
            .leader(
                LeaderReplica(
                    id: settings.nodeId, leaderEpoch: wanted.leaderEpoch, partitionEpoch: wanted.partitionEpoch,
                    replicas: wanted.replicas, isr: wanted.isr, epochStartOffset: end,
                    highWatermark: partition.highWatermark, minInsyncReplicas: partition.config.minInsyncReplicas,
                    lagMax: settings.replicaLagTimeMax, now: now)))
        markMoved(partition)
        emit(.leadershipBegan(partition.id, leaderEpoch: wanted.leaderEpoch, startOffset: end))
        tellOfLead(partition)
        mark(partition, .led(leaderEpoch: wanted.leaderEpoch, logEndOffset: end))
        advanceHighWatermark(of: partition)
        tellIfHeld(partition)
        if partition.id.topic == Self.offsetsTopic {
            coordinatorElected(partition.id.partition, leaderEpoch: wanted.leaderEpoch, isAgain: wasLeader)
        }
    }

    // MARK: Following

    private mutating func follow(_ partition: Partition, _ wanted: PartitionImage) {
        if let follower = partition.follower, follower.leaderEpoch == wanted.leaderEpoch,
            follower.leader == wanted.leader
        {
            return
        }
        let wasLeader = partition.isLeader
        stopFetching(partition)
        partition.leaderEpoch = wanted.leaderEpoch
        partition.become(.follower(FollowerReplica(leader: wanted.leader, leaderEpoch: wanted.leaderEpoch)))
        failWaiters(of: partition, with: .notLeaderOrFollower)
        markMoved(partition)
        // The first fetch finds where the logs part; the high watermark comes late, so records below the leader's may lie
        // above it.
        if !Rule.truncatesByEpoch.holds { cut(partition, to: partition.highWatermark) }
        startFetching(partition)
        if wasLeader, partition.id.topic == Self.offsetsTopic { coordinatorResigned(partition.id.partition) }
    }

    // MARK: Going

    /// The replica is not wanted here any more: the topic is gone, or its partition was moved away.
    mutating func drop(_ partition: Partition) {
        let wasLeader = partition.isLeader
        stopFetching(partition)
        partition.become(.follower(FollowerReplica(leader: .none, leaderEpoch: partition.leaderEpoch)))
        failWaiters(of: partition, with: .notLeaderOrFollower)
        partitions.remove(partition)
        endFetches(of: partition)
        // What a failed disk still holds is a stray log at the next start.
        if logDirectory.failure == nil {
            do throws(DiskError) { try partition.log.delete() } catch { logDirectoryFailed(error) }
        }
        if partition.log.cleanedUpTo > 0 { checkpointCleaner() }
        if wasLeader, partition.id.topic == Self.offsetsTopic { coordinatorResigned(partition.id.partition) }
    }

    /// Logs on disk that no topic claims: their topics were deleted while this broker was away.
    mutating func removeStrayLogs() {
        for id in openLogs.keys.sorted() {
            guard let log = openLogs.removeValue(forKey: id) else { continue }
            checkpointedHighWatermarks[id] = nil
            do throws(DiskError) { try log.delete() } catch { return logDirectoryFailed(error) }
        }
    }
}
