import KafkaProtocol
import NIOCore

/// Beginning with a snapshot where the metadata log no longer goes back to what this broker has read.
extension Broker {
    mutating func fetchSnapshot(_ download: SnapshotDownload) {
        var partition = FetchSnapshotRequest.PartitionSnapshot()
        partition.currentLeaderEpoch = -1
        partition.snapshotId.endOffset = download.id.endOffset
        partition.snapshotId.epoch = download.id.epoch
        partition.position = Int64(download.bytes.readableBytes)
        var topic = FetchSnapshotRequest.TopicSnapshot()
        topic.name = MetadataLog.topic
        topic.partitions = [partition]
        var request = FetchSnapshotRequest()
        request.clusterId = settings.clusterID
        request.replicaId = settings.nodeId
        request.maxBytes = Self.metadataFetchMaxBytes
        request.topics = [topic]
        metadataFetchInFlight = true
        send(request, version: 1, to: controller, .metadataSnapshot, timeout: settings.replicaFetchWaitMax * 4)
    }

    mutating func metadataSnapshotFetched(_ response: FetchSnapshotResponse, by peer: BrokerID) {
        metadataFetchInFlight = false
        let data = response.topics.first?.partitions.first
        if let data {
            controllerNamed(data.currentLeader.leaderId, epoch: data.currentLeader.leaderEpoch)
            if data.errorCode == .notLeaderOrFollower { controllerFailed(peer) }
        }
        guard response.errorCode == .none, let data, data.errorCode == .none, var download = metadataSnapshot,
            data.snapshotId.endOffset == download.id.endOffset,
            data.position == Int64(download.bytes.readableBytes), case .bytes(let part) = data.unalignedRecords,
            part.readableBytes > 0
        else {
            // Perhaps there is a newer one by now: the next fetch of the log says which to begin with.
            metadataSnapshot = nil
            timers.set(.metadataFetch, at: now + .milliseconds(50))
            return
        }
        download.bytes.writeImmutableBuffer(part)
        guard Int64(download.bytes.readableBytes) >= data.size else {
            metadataSnapshot = download
            return fetchMetadata()
        }
        metadataSnapshot = nil
        do {
            let records = try MetadataSnapshot.decode(download.bytes)
            install(try MetadataImage(clusterID: settings.clusterID, records, download.id))
        } catch {
            emit(.replicaFailed(MetadataLog.partition, reason: "\(error)"))
            timers.set(.metadataFetch, at: now + .seconds(5))
            return
        }
        metadataIsSound = true
        applyMetadata()
    }

    /// Takes a whole image in place of ours, and carries out what is different in it.
    private mutating func install(_ new: MetadataImage) {
        let old = image
        guard new.offset > old.offset else { return }
        image = new
        guard lifecycle.isServing else { return }
        for topic in old.topics where new.topic(topic.id) == nil { unapplied.append(.topicRemoved(topic)) }
        for topic in new.topics {
            let former = old.topic(topic.id)
            for (index, partition) in topic.partitions.enumerated()
            where former?.partition(Int32(clamping: index)) != partition {
                let id = TopicPartition(topic: topic.name, partition: Int32(clamping: index))
                unapplied.append(.partitionAdded(id, topicId: topic.id, partition))
            }
        }
        unapplied.append(.configChanged(.brokerDefault, name: "", value: nil))
        for broker in new.brokers where !broker.fenced && old.broker(broker.id)?.fenced != false {
            unapplied.append(.brokerUnfenced(broker.id))
        }
    }
}
