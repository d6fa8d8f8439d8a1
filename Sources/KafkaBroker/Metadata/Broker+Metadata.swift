import KafkaProtocol
import KafkaStorage
import NIOCore

/// Following the metadata log: one Fetch of `__cluster_metadata`-0 at the controller at a time, each record replayed into
/// the image, each change carried out.
extension Broker {
    /// The fixed topic id of the metadata log.
    static let metadataTopicId = Uuid(high: 0, low: 1)
    /// As in Kafka a constant: what bounds the fetches of records must not keep a broker from hearing who leads.
    static let metadataFetchMaxBytes: Int32 = 8 << 20

    mutating func fetchMetadata() {
        // What has come is carried out before more is asked for.
        guard !metadataFetchInFlight, brokerEpoch >= 0, unapplied.isEmpty else { return }
        if case .stopped = lifecycle { return }
        if let metadataSnapshot { return fetchSnapshot(metadataSnapshot) }
        var partition = FetchRequest.FetchPartition()
        partition.fetchOffset = image.offset + 1
        partition.lastFetchedEpoch = image.epoch
        partition.partitionMaxBytes = Self.metadataFetchMaxBytes
        var topic = FetchRequest.FetchTopic()
        topic.topicId = Self.metadataTopicId
        topic.partitions = [partition]
        var request = FetchRequest()
        request.clusterId = settings.clusterID
        request.replicaState.replicaId = settings.nodeId
        request.replicaState.replicaEpoch = brokerEpoch
        request.maxWaitMs = Int32(clamping: settings.replicaFetchWaitMax.wholeMilliseconds)
        request.minBytes = 1
        request.topics = [topic]
        metadataFetchInFlight = true
        send(request, version: 17, to: controller, .metadataFetch, timeout: settings.replicaFetchWaitMax * 4)
    }

    mutating func metadataFetchFailed() {
        metadataFetchInFlight = false
        timers.set(.metadataFetch, at: now + .milliseconds(50))
    }

    mutating func metadataFetched(_ response: FetchResponse, by peer: BrokerID) {
        metadataFetchInFlight = false
        if let data = response.responses.first?.partitions.first {
            controllerNamed(data.currentLeader.leaderId, epoch: data.currentLeader.leaderEpoch)
            if data.errorCode == .notLeaderOrFollower { controllerFailed(peer) }
        }
        guard response.errorCode == .none, let data = response.responses.first?.partitions.first,
            data.errorCode == .none
        else {
            timers.set(.metadataFetch, at: now + .milliseconds(20))
            return
        }
        guard data.divergingEpoch.epoch < 0, data.divergingEpoch.endOffset < 0 else {
            // The controller has lost what this broker has acted on; only a new start of the broker mends that.
            let reason = "the controller's log ends before what this broker has read of it"
            emit(.replicaFailed(TopicPartition(topic: "__cluster_metadata", partition: 0), reason: reason))
            timers.set(.metadataFetch, at: now + .seconds(5))
            return
        }
        if data.snapshotId.endOffset >= 0 {
            metadataSnapshot = SnapshotDownload(
                id: MetadataSnapshotID(endOffset: data.snapshotId.endOffset, epoch: data.snapshotId.epoch))
            return fetchMetadata()
        }
        metadataIsSound = true
        if case .bytes(let records)? = data.records { metadataIsSound = replay(records) }
        applyMetadata()
    }

    /// False where a record cannot be applied: the image ends before its batch.
    private mutating func replay(_ records: ByteBuffer) -> Bool {
        var batches = RecordBatches(records)
        do {
            while let batch = try batches.next() {
                let changes = try image.replay(batch)
                if lifecycle.isServing { unapplied.append(contentsOf: changes) }
            }
        } catch {
            // A damaged metadata log cannot be stepped over: the broker says so and stays where it is.
            emit(.replicaFailed(TopicPartition(topic: "__cluster_metadata", partition: 0), reason: "\(error)"))
            return false
        }
        return true
    }

    // MARK: Carrying out

    /// Opening or moving a replica costs system calls, and there may be ten thousand: heartbeats go out between slices.
    private static let changesPerSlice = 200

    /// Carries out a slice of what the image has learnt, and goes on in the next step if something is left.
    mutating func applyMetadata() {
        for _ in 0..<Self.changesPerSlice {
            guard let change = unapplied.popFirst() else { return metadataApplied() }
            apply(change)
        }
        if unapplied.isEmpty { return metadataApplied() }
        // Not in this step, whose actions would wait for it.
        timers.set(.metadataSlice, at: now + .nanoseconds(1))
    }

    /// All that the image says has been carried out.
    private mutating func metadataApplied() {
        if becomesCaughtUp {
            openReplicas()
            return applyMetadata()
        }
        if isOpeningReplicas {
            isOpeningReplicas = false
            removeStrayLogs()
            checkpointCleaner()
            startHeldRequests()
        }
        let isNews = image.offset > appliedMetadataOffset
        appliedMetadataOffset = image.offset
        // What cannot be read now cannot be read at once again.
        if metadataIsSound { fetchMetadata() } else { timers.set(.metadataFetch, at: now + .seconds(5)) }
        if case .catchingUp = lifecycle, isNews { heartbeat() }
    }

    /// Whether the metadata log tells of this registration for the first time.
    private var becomesCaughtUp: Bool {
        guard case .catchingUp(hasMetadata: false) = lifecycle else { return false }
        return image.broker(settings.nodeId)?.epoch == brokerEpoch
    }

    /// From here on each change is carried out as it comes, after all that there is already.
    private mutating func openReplicas() {
        lifecycle = .catchingUp(hasMetadata: true)
        isOpeningReplicas = true
        configureQuotas()
        for topic in image.topics {
            for (index, partition) in topic.partitions.enumerated() {
                let id = TopicPartition(topic: topic.name, partition: Int32(clamping: index))
                unapplied.append(.partitionAdded(id, topicId: topic.id, partition))
            }
        }
    }

    private mutating func apply(_ change: MetadataChange) {
        switch change {
        case .partitionAdded(let id, let topicId, let partition):
            apply(id, topicId, partition)
        case .partitionChanged(let id, let topicId, _, let partition):
            apply(id, topicId, partition)
        case .topicRemoved(let topic):
            remove(topic)
        case .brokerUnfenced(let id):
            expandISRs(with: id)
        case .configChanged(let resource, _, _):
            configChanged(resource)
        case .brokerFenced, .brokerUnregistered:
            retryDeleteRecords()
        case .brokerRegistered, .brokerShuttingDown, .topicAdded, .producerIdsAllocated, .nothing:
            break
        }
    }

    mutating func remove(_ topic: TopicImage) {
        for index in topic.partitions.indices {
            let id = TopicPartition(topic: topic.name, partition: Int32(index))
            missingReplicas[id] = nil
            if let partition = partitions[id], partition.topicId == topic.id {
                mark(partition, .deleted)
                drop(partition)
            }
        }
        coordinatorTopicsDeleted([topic.name])
    }

    mutating func configChanged(_ resource: ConfigResource) {
        switch resource {
        case .topic(let name):
            guard let topic = image.topic(named: name) else { return }
            for index in topic.partitions.indices {
                guard let partition = partitions[TopicPartition(topic: name, partition: Int32(index))] else { continue }
                configure(partition)
            }
        case .broker, .brokerDefault:
            configureQuotas()
            for partition in partitions.all { configure(partition) }
            scheduleRetention()
        }
    }

    private mutating func configure(_ partition: Partition) {
        let config = topicConfig(of: partition.id.topic)
        partition.config = config
        partition.log.config = logConfig(config)
        partition.withLeader { $0.minInsyncReplicas = config.minInsyncReplicas }
        advanceHighWatermark(of: partition)
        tellIfHeld(partition)
    }

    func logConfig(_ topic: TopicConfig) -> LogConfig {
        LogConfig(topic, producerIdExpirationMs: settings.producerIdExpiration.wholeMilliseconds)
    }
}
