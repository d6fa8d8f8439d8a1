import KafkaProtocol
import NIOCore

/// Copying the log from the leader: one fetch at a time, from an offset that all before it is durable here.
extension MetadataQuorum {
    /// Sends the next fetch if it is due.
    mutating func fetch(now: Instant) {
        guard case .follower(let following) = state.role, fetchUnderWay == nil, retryAt == nil else { return }
        if let download { return fetchSnapshot(download, from: following.leader, now: now) }
        let offset = log.endOffset
        if Rule.countsOnlyDurableMetadata.holds {
            // The leader takes the offset for what this node will not lose.
            guard log.flushedOffset == offset else { return }
        }
        var partition = FetchRequest.FetchPartition()
        partition.currentLeaderEpoch = epoch
        partition.fetchOffset = offset
        partition.lastFetchedEpoch = log.lastEpoch
        partition.logStartOffset = log.startOffset
        partition.partitionMaxBytes = Int32(clamping: settings.fetchMaxBytes)
        var topic = FetchRequest.FetchTopic()
        topic.topicId = MetadataLog.topicId
        topic.partitions = [partition]
        var request = FetchRequest()
        request.clusterId = settings.clusterID
        request.replicaState.replicaId = settings.nodeId
        request.maxWaitMs = Int32(clamping: settings.fetchMaxWait.wholeMilliseconds)
        request.maxBytes = partition.partitionMaxBytes
        request.topics = [topic]
        send(request, version: Self.fetchVersion, to: following.leader, .fetch(beginFetch()), now: now)
    }

    private mutating func beginFetch() -> UInt64 {
        lastFetch += 1
        fetchUnderWay = lastFetch
        return lastFetch
    }

    mutating func fetchAnswered(
        by peer: BrokerID, _ response: FetchResponse, now: Instant
    ) throws(MetadataLogError) {
        let asked = epoch
        fetchUnderWay = nil
        guard response.errorCode == .none, let data = response.responses.first?.partitions.first else {
            return retryLater(now: now)
        }
        try heard(data.currentLeader.leaderEpoch, data.currentLeader.leaderId, now: now)
        guard asked == epoch, case .follower(let following) = state.role, following.leader == peer else { return }
        guard data.errorCode == .none else { return retryLater(now: now) }
        state.leaderAnswered(now: now)
        if data.snapshotId.endOffset >= 0 {
            download = SnapshotDownload(
                id: MetadataSnapshotID(endOffset: data.snapshotId.endOffset, epoch: data.snapshotId.epoch))
            return
        }
        if data.divergingEpoch.epoch >= 0 || data.divergingEpoch.endOffset >= 0 {
            return try truncate(data.divergingEpoch)
        }
        if case .bytes(let records)? = data.records, records.readableBytes > 0 {
            try log.append(fetched: records, now: now)
        }
        log.commit(upTo: data.highWatermark)
    }

    /// The leader's log parts from this one: it ends, at the latest, where both end the epoch that both know.
    private mutating func truncate(_ leaders: FetchResponse.EpochEndOffset) throws(MetadataLogError) {
        let own = log.log.endOffset(forEpoch: leaders.epoch)
        let end =
            own.leaderEpoch == leaders.epoch && own.endOffset >= 0
            ? min(own.endOffset, leaders.endOffset) : min(max(own.endOffset, log.committedOffset), leaders.endOffset)
        try log.truncate(to: max(0, min(end, log.endOffset - 1)))
    }

    // MARK: Snapshots

    private mutating func fetchSnapshot(_ download: SnapshotDownload, from leader: BrokerID, now: Instant) {
        var partition = FetchSnapshotRequest.PartitionSnapshot()
        partition.currentLeaderEpoch = epoch
        partition.snapshotId.endOffset = download.id.endOffset
        partition.snapshotId.epoch = download.id.epoch
        partition.position = Int64(download.bytes.readableBytes)
        var topic = FetchSnapshotRequest.TopicSnapshot()
        topic.name = MetadataLog.topic
        topic.partitions = [partition]
        var request = FetchSnapshotRequest()
        request.clusterId = settings.clusterID
        request.replicaId = settings.nodeId
        request.maxBytes = 1 << 20
        request.topics = [topic]
        send(request, version: Self.fetchSnapshotVersion, to: leader, .fetchSnapshot(beginFetch()), now: now)
    }

    mutating func snapshotAnswered(
        by peer: BrokerID, _ response: FetchSnapshotResponse, now: Instant
    ) throws(MetadataLogError) {
        let asked = epoch
        fetchUnderWay = nil
        guard response.errorCode == .none, let data = response.topics.first?.partitions.first else {
            return retryLater(now: now)
        }
        try heard(data.currentLeader.leaderEpoch, data.currentLeader.leaderId, now: now)
        guard asked == epoch, case .follower(let following) = state.role, following.leader == peer else { return }
        guard data.errorCode == .none else {
            // It may be gone for a newer one: the next fetch says which.
            download = nil
            return retryLater(now: now)
        }
        state.leaderAnswered(now: now)
        guard var current = download, data.position == Int64(current.bytes.readableBytes),
            current.id.endOffset == data.snapshotId.endOffset, case .bytes(let part) = data.unalignedRecords
        else {
            download = nil
            return
        }
        current.bytes.writeImmutableBuffer(part)
        download = current
        guard Int64(current.bytes.readableBytes) >= data.size else {
            if part.readableBytes == 0 { download = nil }
            return
        }
        download = nil
        do {
            _ = try MetadataSnapshot.decode(current.bytes)
        } catch {
            // Damaged on its way or at the leader: whoever keeps it here would be damaged too.
            return retryLater(now: now)
        }
        guard current.id.endOffset > log.committedOffset else { return }
        try log.store(current.bytes, as: current.id)
        try log.beginAt(current.id)
        try log.dropSnapshots(before: current.id)
        noteSnapshotLoaded()
    }
}
