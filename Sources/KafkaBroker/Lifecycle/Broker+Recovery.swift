import KafkaProtocol
import KafkaStorage

/// Opening the logs that are on disk, in slices, so that a broker with much to recover still answers its driver.
extension Broker {
    private static let bytesPerSlice = 32 << 20
    private static let logsPerSlice = 32

    /// One slice.
    mutating func recover() {
        guard case .recovering(var recovery) = lifecycle else { return }
        do throws(DiskError) {
            if recovery.remaining == nil { try list(&recovery) }
            if try open(&recovery) {
                try readHighWatermarks()
                becomeRecovered()
            } else {
                lifecycle = .recovering(recovery)
                // A later deadline, so that the driver has its turn in between.
                timers.set(.recovery, at: now + .nanoseconds(1))
            }
        } catch {
            logDirectoryFailed(error)
            becomeRecovered()
        }
    }

    private mutating func list(_ recovery: inout LogRecovery) throws(DiskError) {
        try openLogDirectory()
        try UnifiedLog.removeDeletedDirectories(in: settings.logDir, on: disk)
        recovery.wasCleanlyStopped = try CleanShutdownFile.take(in: settings.logDir, on: disk)
        for (partition, offset) in try CheckpointFile.readOffsets(path(CheckpointFile.recoveryPoints), on: disk) {
            recovery.recoveryPoints[partition] = offset
        }
        for (partition, offset) in try CheckpointFile.readOffsets(path(CheckpointFile.logStartOffsets), on: disk) {
            recovery.logStartOffsets[partition] = offset
        }
        let folders = try disk.list(settings.logDir).filter(\.isDirectory)
        recovery.remaining = folders.compactMap { TopicPartition(directoryName: $0.name) }.reversed()
    }

    /// Opens some logs; true when all are open.
    private mutating func open(_ recovery: inout LogRecovery) throws(DiskError) -> Bool {
        for _ in 0..<Self.logsPerSlice {
            if recovery.loader == nil {
                guard let next = recovery.remaining?.popLast() else { return true }
                recovery.loading = next
                recovery.loader = LogLoader(
                    next, directory: directory(of: next), on: disk, config: logConfig(defaultTopicConfig()),
                    recoveryPoint: recovery.recoveryPoints[next] ?? 0,
                    logStartOffset: recovery.logStartOffsets[next] ?? 0,
                    wasCleanlyStopped: recovery.wasCleanlyStopped)
            }
            let log: UnifiedLog?
            do throws(DiskError) {
                log = try recovery.loader?.run(maxBytes: Self.bytesPerSlice, now: now)
            } catch {
                // As in Kafka, the directory does not serve in part; the event says where to look.
                if let partition = recovery.loading { emit(.replicaFailed(partition, reason: error.description)) }
                throw error
            }
            guard let log else { return false }
            recovery.loader = nil
            if log.bytesCutByRecovery > 0 {
                emit(
                    .logRecovered(
                        log.topicPartition, endOffset: log.logEndOffset, bytesCut: log.bytesCutByRecovery))
            }
            openLogs[log.topicPartition] = log
        }
        return false
    }

    private mutating func readHighWatermarks() throws(DiskError) {
        for (partition, offset) in try CheckpointFile.readOffsets(path(CheckpointFile.highWatermarks), on: disk) {
            checkpointedHighWatermarks[partition] = offset
        }
        for (partition, offset) in try CheckpointFile.readOffsets(path(CheckpointFile.cleanedOffsets), on: disk) {
            openLogs[partition]?.noteCleaned(upTo: offset)
            lastCleanedOffsets.append((partition, offset))
        }
    }

    func path(_ name: String) -> String { settings.logDir.isEmpty ? name : settings.logDir + "/" + name }
    func directory(of partition: TopicPartition) -> String { path(partition.directoryName) }
}
