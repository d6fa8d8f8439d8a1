import KafkaProtocol
import KafkaStorage

/// What a follower does whose log ends outside its leader's: asks for the leader's bounds, and cuts or begins anew.
extension Broker {
    mutating func askForBounds(of partition: Partition, _ follower: FollowerReplica, timestamp: Int64) {
        var wanted = ListOffsetsRequest.ListOffsetsPartition()
        wanted.partitionIndex = partition.id.partition
        wanted.currentLeaderEpoch = follower.leaderEpoch
        wanted.timestamp = timestamp
        var topic = ListOffsetsRequest.ListOffsetsTopic()
        topic.name = partition.id.topic
        topic.partitions = [wanted]
        var request = ListOffsetsRequest()
        request.replicaId = settings.nodeId
        request.topics = [topic]
        send(
            request, version: 7, to: follower.leader, .replicaBounds(partition.key, slot: partition.slot, timestamp),
            timeout: settings.replicaSocketTimeout)
    }

    /// First the leader's end; if we are not beyond it, its start as well.
    mutating func boundsAnswered(
        _ key: PartitionKey, slot: Int, timestamp: Int64, _ response: ListOffsetsResponse?
    ) {
        guard let partition = partitions[slot], partition.key == key, let follower = partition.follower,
            follower.state == .resetting
        else { return }
        guard let data = response?.topics.first?.partitions.first, data.errorCode == .none else {
            return delay(partition)
        }
        let end = partition.log.logEndOffset
        if timestamp == -1 {
            if case .truncate(let offset) = FollowerReplica.reset(
                leaderStart: 0, leaderEnd: data.offset, logEndOffset: end)
            {
                cut(partition, to: offset)
            } else {
                return askForBounds(of: partition, follower, timestamp: -2)
            }
        } else if case .startAnew(let start) = FollowerReplica.reset(
            leaderStart: data.offset, leaderEnd: .max, logEndOffset: end)
        {
            let cleanedUpTo = partition.log.cleanedUpTo
            let former = partition.log.logStartOffset
            let dropped = recordsToDrop(of: partition, from: former)
            do throws(DiskError) {
                try partition.log.truncateFullyAndStart(at: start)
            } catch {
                return fail(partition, error)
            }
            checkpointCleaner(ifBelow: cleanedUpTo, partition)
            partition.followHighWatermark(start)
            emit(.logTruncated(partition.id, from: end, to: start))
            if former < end { mark(partition, .truncated(former..<end)) }
            tellOfDropped(dropped, of: partition)
        }
        partition.withFollower { $0.state = .fetching }
        startFetching(partition)
    }
}
