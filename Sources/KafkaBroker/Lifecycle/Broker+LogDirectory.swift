import KafkaProtocol
import KafkaStorage

/// What becomes of a broker whose disk fails.
///
/// Kafka's broker goes on with its other log directories, and halts when none is left. A broker of ours has one directory
/// and stays up without it: it answers KAFKA_STORAGE_ERROR where it has replicas, so that one can see what is wrong, and
/// leads and copies nothing until it is started anew on a disk that works.
extension Broker {
    /// Reads or makes the directory's id.
    mutating func openLogDirectory() throws(DiskError) {
        if !settings.logDir.isEmpty { try disk.createDirectory(settings.logDir) }
        let file = path(MetaProperties.name)
        if let known = try MetaProperties.read(file, on: disk) {
            logDirectory.id = known.directoryId
            guard known.clusterID == settings.clusterID, known.nodeId == settings.nodeId else {
                let owner = "broker \(known.nodeId) of cluster \(known.clusterID)"
                throw DiskError(operation: "use", path: file, reason: "the directory belongs to \(owner)")
            }
        } else {
            let id = Uuid.random(using: &generator)
            try MetaProperties(clusterID: settings.clusterID, nodeId: settings.nodeId, directoryId: id)
                .write(file, on: disk)
            logDirectory.id = id
        }
    }

    /// A call to the disk has failed: every replica leaves service with all that waits for it, and the controller hears of
    /// it at once, so that others lead.
    mutating func logDirectoryFailed(_ error: DiskError) {
        guard logDirectory.failure == nil else { return }
        let reason = error.description
        logDirectory.fail(reason)
        emit(.logDirectoryFailed(settings.nodeId, reason: reason))
        let replicas = Array(partitions.all)
        let led = replicas.filter(\.isLeader)
        // All are offline before anybody hears of one: an answer may set off the next write.
        for partition in replicas {
            partition.become(.offline(reason: reason))
            partition.log.fail(error)
            markMoved(partition)
        }
        cleaning = nil
        stopFetchingAll()
        openLogs.removeAll()
        for partition in replicas { failWaiters(of: partition, with: .kafkaStorageError) }
        for partition in led where partition.id.topic == Self.offsetsTopic {
            coordinatorResigned(partition.id.partition)
        }
        retryDeleteRecords()
        heartbeat()
    }

    /// The disk has failed under a replica. A damage that was only read is told once and takes nothing out of service, as in
    /// Kafka: all else in the log is as good as before.
    mutating func fail(_ partition: Partition, _ error: DiskError) {
        guard error.isDamage, partition.log.failure == nil else { return logDirectoryFailed(error) }
        if partition.knownDamage != error.description {
            partition.knownDamage = error.description
            emit(.replicaFailed(partition.id, reason: error.description))
        }
    }
}

extension DiskError {
    /// What a reader is told.
    var errorCode: ErrorCode { isDamage ? .corruptMessage : .kafkaStorageError }
}
