import KafkaProtocol
import NIOCore

/// One partition's log on one disk: batches in segments, the epochs in which they were written, and the producers that
/// wrote them, in Kafka's own format.
///
/// Belongs to one node and is used on its loop alone. It knows nothing of replication: high watermark and last stable
/// offset come in as limits of a read.
///
/// Invariants: `logStartOffset <= logEndOffset`; segments lie in the order of their base offsets and the last one is the
/// only one that grows; every batch lies at or after the end of the one before it. After the disk has failed in the middle
/// of a change (`failure`), memory and disk may differ: as in Kafka such a log is offline until it is loaded anew.
package final class UnifiedLog {
    /// Reads of fewer bytes come as bytes; more stay in the file, where sendfile takes them.
    package static let bytesPayloadLimit = 16 << 10

    package let topicPartition: TopicPartition
    package let directory: String
    /// The topic's settings. A change holds from the next append on.
    package var config: LogConfig
    /// The topic that the folder belongs to, as `partition.metadata` says.
    package private(set) var topicID: Uuid?
    /// `partition.metadata` has reached the platter. It does so before the first record: records that outlived it would be
    /// taken for those of the next topic of this name.
    private var topicIDIsDurable: Bool
    /// The first offset that may be read.
    package internal(set) var logStartOffset: Int64
    /// The offset that the next record gets.
    package internal(set) var logEndOffset: Int64
    /// Everything before it has reached the platter: recovery begins here after a crash. The broker keeps it in
    /// `recovery-point-offset-checkpoint`.
    package internal(set) var recoveryPoint: Int64
    package internal(set) var sizeInBytes: Int64
    /// Why this log takes nothing any more.
    package internal(set) var failure: DiskError?
    /// What recovery had to cut off the end when the log was loaded.
    package let bytesCutByRecovery: Int64

    let disk: any Disk
    var segments: [LogSegment] { didSet { baseOffsets = segments.map(\.baseOffset) } }
    /// Those of `segments`, side by side: a search through the segments themselves would wait for memory at each step.
    private var baseOffsets: [Int64]
    var epochs: LeaderEpochCache
    var producers: ProducerStateManager
    /// A flush up to here has been asked for.
    var flushAskedUpTo: Int64
    var lastFlush: Instant
    var truncations = 0
    /// How often segments have gone or been replaced: a cleaning that began before is of no use.
    var segmentChanges = 0
    /// The log is compacted up to here: no key before it has a later value before it. The broker keeps it in
    /// `cleaner-offset-checkpoint`; forgetting it costs a longer cleaning and nothing else.
    package private(set) var cleanedUpTo: Int64 = 0
    var deletions = DelayedDeletions()

    init(_ parts: LogParts, topicPartition: TopicPartition, directory: String, config: LogConfig, now: Instant) {
        precondition(!parts.segments.isEmpty, "a log has at least the segment that it appends to")
        self.topicPartition = topicPartition
        self.directory = directory
        self.config = config
        disk = parts.disk
        segments = parts.segments
        baseOffsets = parts.segments.map(\.baseOffset)
        epochs = parts.epochs
        producers = parts.producers
        topicID = parts.topicID
        topicIDIsDurable = parts.topicID != nil && parts.segments.contains { $0.size > 0 }
        logStartOffset = parts.logStartOffset
        logEndOffset = parts.logEndOffset
        recoveryPoint = parts.recoveryPoint
        sizeInBytes = parts.segments.reduce(0) { $0 + $1.size }
        bytesCutByRecovery = parts.bytesCut
        flushAskedUpTo = parts.recoveryPoint
        lastFlush = now
    }

    /// Opens the log in one go: see `LogLoader`, which does it in slices, for what the arguments mean.
    package static func load(
        _ topicPartition: TopicPartition, directory: String? = nil, on disk: any Disk, config: LogConfig = LogConfig(),
        recoveryPoint: Int64 = 0, logStartOffset: Int64 = 0, wasCleanlyStopped: Bool = false, now: Instant
    ) throws(DiskError) -> UnifiedLog {
        var loader = LogLoader(
            topicPartition, directory: directory, on: disk, config: config, recoveryPoint: recoveryPoint,
            logStartOffset: logStartOffset, wasCleanlyStopped: wasCleanlyStopped)
        while true {
            if let log = try loader.run(maxBytes: .max, now: now) { return log }
        }
    }

    package var segmentCount: Int { segments.count }
    package var segmentBaseOffsets: [Int64] { baseOffsets }

    /// The epochs of this log and where each begins, the oldest first.
    package var epochEntries: [EpochEntry] { epochs.entries }

    /// The newest epoch that this log has heard of.
    package var latestEpoch: Int32? { epochs.latest?.epoch }

    /// Where the newest epoch began.
    package var latestEpochStartOffset: Int64? { epochs.latest?.startOffset }

    /// Where the oldest transaction that is under way began; nil if there is none.
    package var firstUnstableOffset: Int64? { producers.firstUnstableOffset }

    /// What is known of idempotent producers, by id.
    package var producerStates: [ProducerState] { producers.all }

    /// Where `epoch` ends in this log, or else the largest epoch before it (KIP-101, KIP-279).
    package func endOffset(forEpoch epoch: Int32) -> EpochEndOffset {
        epochs.endOffset(for: epoch, logEndOffset: logEndOffset)
    }

    /// The epoch in which the record at `offset` was written.
    package func epoch(at offset: Int64) -> Int32? { epochs.epoch(at: offset) }

    /// A new leader says that its epoch begins at its log end, before it appends anything.
    package func assignEpoch(_ epoch: Int32, startOffset: Int64) throws(DiskError) {
        try changing { () throws(DiskError) in epochs.begin(epoch, startOffset: startOffset) }
    }

    package func assignTopicID(_ id: Uuid) throws(DiskError) {
        guard topicID != id else { return }
        try changing { () throws(DiskError) in
            try PartitionMetadataFile.write(id, in: directory, on: disk, durably: false)
        }
        topicID = id
        topicIDIsDurable = false
    }

    /// Called before records are written.
    func makeTopicIDDurable() throws(DiskError) {
        guard !topicIDIsDurable, let topicID else { return }
        try PartitionMetadataFile.write(topicID, in: directory, on: disk, durably: true)
        topicIDIsDurable = true
    }

    /// Forgets producers that have been idle for `producer.id.expiration.ms`.
    package func removeExpiredProducers(now: Instant) {
        producers.removeExpired(now: now.wallClockMilliseconds, after: config.producerIdExpirationMs)
    }

    /// What the checkpoint or a cleaning says about how far the log is compacted.
    package func noteCleaned(upTo offset: Int64) { cleanedUpTo = min(max(offset, 0), logEndOffset) }

    /// Takes the log offline, for a reason that others have found: a flush that failed.
    package func fail(_ error: DiskError) {
        if failure == nil { failure = error }
    }

    /// Writes to the files what is still in memory: the first half of `close`, for a broker that then makes all of its logs
    /// durable at once.
    package func prepareToClose() throws(DiskError) {
        try changing { () throws(DiskError) in
            producers.advance(to: logEndOffset)
            try producers.takeSnapshot()
            try active.seal()
        }
    }

    /// Flushes everything and gives the files back. A start after this, with the marker that all logs were closed, reads no
    /// segment. `isDurable`: the log was prepared, and the disk has flushed everything since.
    package func close(isDurable: Bool = false) throws(DiskError) {
        if !isDurable { try prepareToClose() }
        try changing { () throws(DiskError) in
            if isDurable {
                recoveryPoint = logEndOffset
                epochs.noteFlushed()
            } else {
                try flush()
                try epochs.flush()
            }
            for segment in segments { try segment.close() }
            segmentChanges += 1
            try deletions.removeAll()
        }
    }

    /// Removes the log. The folder is renamed first, so that a crash in the middle leaves nothing that looks like a log.
    package func delete() throws(DiskError) {
        for segment in segments { segment.abandon() }
        segmentChanges += 1
        failure = DiskError(operation: "use", path: directory, reason: "the log was deleted")
        let doomed = directory + Self.deletedDirectorySuffix
        try disk.remove(doomed)
        try disk.rename(directory, to: doomed)
        try disk.remove(doomed)
    }

    /// What a folder is called while it is being removed.
    package static let deletedDirectorySuffix = ".0-delete"

    /// Removes folders of logs that were being deleted when the broker stopped.
    package static func removeDeletedDirectories(in root: String = "", on disk: any Disk) throws(DiskError) {
        for entry in try disk.list(root) where entry.isDirectory && entry.name.hasSuffix("-delete") {
            try disk.remove(root.isEmpty ? entry.name : root + "/" + entry.name)
        }
    }

    var active: LogSegment { segments[segments.count - 1] }

    /// The number of the last segment that begins at or before `offset`; nil if all begin after it.
    func segmentIndex(atOrBefore offset: Int64) -> Int? {
        // Most look at the end.
        if let last = baseOffsets.last, last <= offset { return baseOffsets.count - 1 }
        let next = baseOffsets.lowerBound { $0 <= offset }
        return next == 0 ? nil : next - 1
    }

    /// Runs a change of memory and disk, and takes the log offline if it fails in between.
    func changing<T>(_ change: () throws(DiskError) -> T) throws(DiskError) -> T {
        if let failure { throw failure }
        do throws(DiskError) {
            return try change()
        } catch {
            failure = error
            throw error
        }
    }
}

/// What a loader has put together.
struct LogParts {
    var disk: any Disk
    var segments: [LogSegment]
    var epochs: LeaderEpochCache
    var producers: ProducerStateManager
    var topicID: Uuid?
    var logStartOffset: Int64
    var logEndOffset: Int64
    var recoveryPoint: Int64
    var bytesCut: Int64
}
