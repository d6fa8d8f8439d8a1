import KafkaProtocol
import KafkaStorage
import NIOCore

/// What a broker does as the leader of partitions: appending, and moving the high watermark.
extension Broker {
    struct AppendFailure: Error {
        var code: ErrorCode
        var message: String?
    }

    /// Appends a client's or a coordinator's batch to a partition that this broker leads.
    mutating func append(
        _ records: ByteBuffer, to partition: Partition, acks: Int16, origin: AppendOrigin, allowsZstd: Bool = true
    ) throws(AppendFailure) -> LogAppendInfo {
        guard let leader = partition.leader else {
            if case .offline(let reason) = partition.role {
                throw AppendFailure(code: .kafkaStorageError, message: reason)
            }
            throw AppendFailure(code: .notLeaderOrFollower)
        }
        if acks == -1, leader.isUnderMinISR {
            throw AppendFailure(
                code: .notEnoughReplicas,
                message: "\(leader.committedISR.count) replicas are in sync, \(leader.effectiveMinISR) are required")
        }
        let formerEnd = partition.log.logEndOffset
        let info: LogAppendInfo
        do throws(LogAppendError) {
            info = try partition.log.appendAsLeader(
                records, leaderEpoch: leader.leaderEpoch, origin: origin, allowsZstd: allowsZstd, now: now)
        } catch {
            if case .disk(let failure) = error { fail(partition, failure) }
            throw AppendFailure(code: error.errorCode, message: error.description)
        }
        flushIfDue(partition)
        if info.mustFlushBeforeAnswer {
            do throws(DiskError) {
                try partition.log.flush()
            } catch {
                fail(partition, error)
                throw AppendFailure(code: .kafkaStorageError, message: error.description)
            }
        }
        if !info.isDuplicate {
            let now = now
            partition.withLeader { $0.appended(from: formerEnd, now: now) }
            counters.bytesIn += Int64(info.sizeInBytes)
            counters.recordsIn += Int64(info.recordCount)
            if info.firstOffset <= info.lastOffset {
                let offsets = info.firstOffset...info.lastOffset
                mark(partition, .appended(offsets, leaderEpoch: leader.leaderEpoch, acks: acks))
            }
            markMoved(partition)
            advanceHighWatermark(of: partition)
        }
        return info
    }

    /// Tries to move the high watermark, and ends the waits that it has passed.
    mutating func advanceHighWatermark(of partition: Partition) {
        let end = partition.log.logEndOffset
        let image = image
        let now = now
        let before = partition.highWatermark
        let moved = partition.withLeader { leader in
            leader.advanceHighWatermark(leaderLogEndOffset: end, now: now) { image.eligibility(of: $0) }
        }
        guard moved == true else { return }
        markMoved(partition)
        mark(partition, .passed(before..<partition.highWatermark, leaderEpoch: partition.leaderEpoch))
        completeWaiters(of: partition)
    }

    private mutating func completeWaiters(of partition: Partition) {
        guard let leader = partition.leader else { return }
        let error = leader.hasEnoughReplicas ? ErrorCode.none : .notEnoughReplicasAfterAppend
        while let waiter = partition.waiters.first, waiter.offset <= leader.highWatermark {
            partition.waiters.removeFirst()
            end(waiter, with: error)
        }
    }

    /// Ends all waits at once: this broker no longer leads the partition, or the disk has failed.
    mutating func failWaiters(of partition: Partition, with error: ErrorCode) {
        while let waiter = partition.waiters.popFirst() { end(waiter, with: error) }
        retryDeleteRecords()
    }

    private mutating func end(_ waiter: Partition.Waiter, with error: ErrorCode) {
        switch waiter.kind {
        case .produce(let id, let topic, let partition):
            produceAcknowledged(id, topic: topic, partition: partition, with: error)
        case .coordinator(let id):
            coordinatorAppendEnded(id, with: error)
        }
    }

    /// Notes that a partition's log end, high watermark or role has changed, for those who wait for it.
    mutating func markMoved(_ partition: Partition) {
        if partition.isMarkedMoved { return }
        partition.isMarkedMoved = true
        moved.append(partition.slot)
    }
}

extension MetadataImage {
    func eligibility(of broker: BrokerID) -> LeaderReplica.Eligibility? {
        self.broker(broker).map { LeaderReplica.Eligibility(isActive: $0.isActive, brokerEpoch: $0.epoch) }
    }
}
