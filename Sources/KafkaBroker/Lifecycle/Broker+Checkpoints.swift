import KafkaProtocol
import KafkaStorage

/// What a broker writes to its log folder now and then: high watermarks, recovery points, log starts; and what it makes
/// durable.
extension Broker {
    mutating func checkpointHighWatermarks() {
        timers.set(.highWatermarkCheckpoint, at: now + settings.replicaHighWatermarkCheckpointInterval)
        // Logs that no metadata has claimed yet keep what the last life wrote down.
        var offsets = partitions.all.map { ($0.id, $0.highWatermark) }
        for partition in openLogs.keys.sorted() {
            if let offset = checkpointedHighWatermarks[partition] { offsets.append((partition, offset)) }
        }
        let isNew =
            offsets.count != lastHighWatermarks.count
            || !zip(offsets, lastHighWatermarks).allSatisfy { $0.0 == $1.0 && $0.1 == $1.1 }
        guard isNew else { return }
        lastHighWatermarks = offsets
        write(offsets.sorted { $0.0 < $1.0 }, to: CheckpointFile.highWatermarks, durably: false)
    }

    /// Writes down how far each log is durable, so that recovery after a crash begins there.
    mutating func checkpointRecoveryPoints() {
        timers.set(.recoveryPointCheckpoint, at: now + settings.logFlushOffsetCheckpointInterval)
        checkpointLogs(durably: false)
    }

    mutating func checkpointLogs(durably: Bool) {
        let logs =
            (partitions.all.map(\.log) + openLogs.keys.sorted().compactMap { openLogs[$0] })
            .sorted { $0.topicPartition < $1.topicPartition }
        write(logs.map { ($0.topicPartition, $0.recoveryPoint) }, to: CheckpointFile.recoveryPoints, durably: durably)
        let starts = logs.filter { $0.logStartOffset > ($0.segmentBaseOffsets.first ?? 0) }
        write(
            starts.map { ($0.topicPartition, $0.logStartOffset) }, to: CheckpointFile.logStartOffsets, durably: durably)
    }

    mutating func write(_ offsets: [(TopicPartition, Int64)], to name: String, durably: Bool) {
        // What is in memory is no longer what is on a failed disk.
        if logDirectory.failure != nil { return }
        do throws(DiskError) {
            try CheckpointFile.writeOffsets(offsets, to: path(name), on: disk, durably: durably)
        } catch {
            logDirectoryFailed(error)
        }
    }

    // MARK: Flushes

    /// Segments that have ended are made durable in the background, and what `flush.ms` asks for when its time has come.
    mutating func flushIfDue(_ partition: Partition) {
        do throws(DiskError) {
            if let flush = try partition.log.flushDue(now: now) { begin(flush, of: partition) }
        } catch {
            return fail(partition, error)
        }
        guard !partition.awaitsFlush, let due = partition.log.flushDeadline else { return }
        partition.awaitsFlush = true
        timers.set(.logFlush(slot: partition.slot), at: due)
    }

    mutating func flushTimer(slot: Int) {
        guard let partition = partitions[slot], partition.awaitsFlush else { return }
        partition.awaitsFlush = false
        if case .offline = partition.role { return }
        flushIfDue(partition)
    }

    private mutating func begin(_ flush: LogFlush, of partition: Partition) {
        if flush.files.isEmpty { return partition.log.completeFlush(flush) }
        let group = nextFlushGroup
        nextFlushGroup += 1
        flushGroups[group] = FlushGroup(key: partition.key, slot: partition.slot, flush: flush, left: flush.files.count)
        for file in flush.files {
            let id = FlushID(rawValue: nextFlushID)
            nextFlushID += 1
            flushes[id] = group
            out.append(.flush(id, file))
        }
    }

    mutating func flushEnded(_ id: FlushID, _ result: Result<Void, FlushError>) {
        guard let number = flushes.removeValue(forKey: id), var group = flushGroups[number] else { return }
        group.left -= 1
        if case .failure(let error) = result { group.error = group.error ?? error }
        flushGroups[number] = group.left == 0 ? nil : group
        guard group.left == 0, let partition = partitions[group.slot], partition.key == group.key else { return }
        if let error = group.error {
            let failure = DiskError(operation: "flush", path: partition.log.directory, reason: error.reason)
            partition.log.fail(failure)
            fail(partition, failure)
        } else {
            partition.log.completeFlush(group.flush)
        }
    }
}

/// The files of one log that are being made durable together.
struct FlushGroup {
    var key: PartitionKey
    var slot: Int
    var flush: LogFlush
    var left: Int
    var error: FlushError?
}
