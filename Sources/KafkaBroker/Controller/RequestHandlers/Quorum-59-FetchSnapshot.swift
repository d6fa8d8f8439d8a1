import KafkaProtocol
import NIOCore

/// FetchSnapshot (59), versions 0-1. Hands out a piece of a snapshot of the metadata log, from a byte of it on.
///
/// - Only the leader does; another is NOT_LEADER_OR_FOLLOWER and names the leader it knows. A snapshot that is not kept is
///   SNAPSHOT_NOT_FOUND, a place behind its end POSITION_OUT_OF_RANGE; epochs and clusters are checked as in Fetch.
extension MetadataQuorum {
    mutating func fetchSnapshot(_ request: FetchSnapshotRequest, _ call: Controller.Call) throws(MetadataLogError) {
        var response = FetchSnapshotResponse()
        if isOfAnotherCluster(request.clusterId) {
            response.errorCode = .inconsistentClusterId
            return respond(response, to: call)
        }
        if case .leader(var leadership) = state.role {
            leadership.heard(request.replicaId, now: call.now)
            state.role = .leader(leadership)
        }
        for topic in request.topics {
            var answer = FetchSnapshotResponse.TopicSnapshot()
            answer.name = topic.name
            for partition in topic.partitions {
                answer.partitions.append(
                    try piece(partition, of: topic.name, maxBytes: max(0, Int(request.maxBytes))))
            }
            response.topics.append(answer)
        }
        respond(response, to: call)
    }

    private func piece(
        _ partition: FetchSnapshotRequest.PartitionSnapshot, of topic: String, maxBytes: Int
    ) throws(MetadataLogError) -> FetchSnapshotResponse.PartitionSnapshot {
        var data = FetchSnapshotResponse.PartitionSnapshot()
        data.index = partition.partition
        data.snapshotId = partition.snapshotId
        data.currentLeader.leaderId = leader ?? .none
        data.currentLeader.leaderEpoch = epoch
        data.position = partition.position
        guard topic == MetadataLog.topic, partition.partition == 0 else {
            data.errorCode = .unknownTopicOrPartition
            return data
        }
        if partition.currentLeaderEpoch > epoch {
            data.errorCode = .unknownLeaderEpoch
        } else if partition.currentLeaderEpoch >= 0, partition.currentLeaderEpoch < epoch {
            data.errorCode = .fencedLeaderEpoch
        } else if !isLeader {
            data.errorCode = .notLeaderOrFollower
        }
        guard data.errorCode == .none else { return data }
        let id = MetadataSnapshotID(endOffset: partition.snapshotId.endOffset, epoch: partition.snapshotId.epoch)
        guard let bytes = try log.snapshot(id) else {
            data.errorCode = .snapshotNotFound
            return data
        }
        data.size = Int64(bytes.readableBytes)
        guard partition.position >= 0, partition.position < data.size else {
            data.errorCode = .positionOutOfRange
            return data
        }
        let start = bytes.readerIndex + Int(partition.position)
        let length = min(maxBytes, bytes.readableBytes - Int(partition.position))
        data.unalignedRecords = .bytes(bytes.getSlice(at: start, length: length) ?? ByteBuffer())
        return data
    }
}
