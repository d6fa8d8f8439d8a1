import KafkaProtocol

extension Controller {
    /// Appends records, replays them, and tells what they changed.
    ///
    /// Without `atomically` they go in batches of bounded size, in an order in which every beginning makes sense; what
    /// must come whole goes as one batch.
    mutating func write(
        _ records: [MetadataRecord], atomically: Bool = false, fencingReason: String = "", now: Instant
    ) {
        let size = atomically ? max(1, records.count) : MetadataLog.mostRecordsPerBatch
        for start in stride(from: 0, to: records.count, by: size) {
            if isFailed { return }
            let batch = Array(records[start..<min(start + size, records.count)])
            attempt { controller throws(MetadataLogError) in
                let first = try controller.quorum.append(batch, now: now)
                var changes: [MetadataChange] = []
                for (position, record) in batch.enumerated() {
                    do {
                        changes.append(
                            try controller.state.replay(
                                record, at: first + Int64(position), epoch: controller.quorum.epoch))
                    } catch {
                        preconditionFailure("the controller wrote a record that does not apply: \(error)")
                    }
                }
                controller.tell(changes, fencingReason: fencingReason, now: now)
            }
        }
    }

    private mutating func tell(_ changes: [MetadataChange], fencingReason: String, now: Instant) {
        var created: [String] = []
        var grown: [String] = []
        for change in changes {
            switch change {
            case .brokerRegistered(let broker, let previous):
                if previous?.fenced == false, broker.fenced {
                    emit(.brokerFenced(broker.id, reason: "it registered anew"), now: now)
                }
                if previous?.epoch != broker.epoch {
                    emit(.brokerRegistered(broker.id, epoch: broker.epoch), now: now)
                }
            case .brokerFenced(let id): emit(.brokerFenced(id, reason: fencingReason), now: now)
            case .brokerUnfenced(let id): emit(.brokerUnfenced(id), now: now)
            case .topicAdded(let name, _): created.append(name)
            case .topicRemoved(let topic): emit(.topicDeleted(topic.name), now: now)
            case .partitionAdded(let partition, _, _):
                if !created.contains(partition.topic), grown.last != partition.topic { grown.append(partition.topic) }
            case .partitionChanged(let partition, _, let old, let new):
                tell(partition, from: old, to: new, now: now)
            case .configChanged(let resource, let name, let value):
                emit(.configChanged(resource: resource, name: name, value: value), now: now)
            case .brokerUnregistered(let broker):
                sessions.remove(broker.id)
                refusals[broker.id] = nil
                emit(.brokerUnregistered(broker.id), now: now)
            case .brokerShuttingDown, .producerIdsAllocated, .nothing: break
            }
        }
        for name in created {
            guard let partitions = state.image.topic(named: name)?.partitions else { continue }
            let factor = Int16(clamping: partitions.first?.replicas.count ?? 0)
            emit(
                .topicCreated(name, partitions: Int32(partitions.count), replicationFactor: factor), now: now)
        }
        for name in grown {
            guard let partitions = state.image.topic(named: name)?.partitions else { continue }
            emit(.partitionsAdded(name, total: Int32(partitions.count)), now: now)
        }
    }

    private mutating func tell(
        _ partition: TopicPartition, from old: PartitionImage, to new: PartitionImage, now: Instant
    ) {
        if old.leaderEpoch != new.leaderEpoch {
            // A reassignment ends with a leader that joins the ISR by the same record: its log was complete before.
            let unclean =
                new.leader != .none && !old.isr.contains(new.leader) && new.leaderRecoveryState == .recovering
            emit(
                .leaderElected(
                    partition, leader: new.leader, previous: old.leader, leaderEpoch: new.leaderEpoch, isr: new.isr,
                    unclean: unclean),
                now: now)
        }
        if old.replicas != new.replicas {
            emit(.replicasChanged(partition, from: old.replicas, to: new.replicas), now: now)
        }
        if old.isr != new.isr {
            emit(.isrChanged(partition, from: old.isr, to: new.isr, leaderEpoch: new.leaderEpoch), now: now)
        }
    }
}
