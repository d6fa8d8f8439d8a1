import KafkaProtocol
import NIOCore

/// The idempotent producers of one log, and their snapshots on disk.
///
/// Invariant: the state is what reading the log from its start to `endOffset` gives, less producers that have expired.
struct ProducerStateManager {
    private var producers: [Int64: ProducerState] = [:]
    /// The state covers the log up to here.
    private(set) var endOffset: Int64 = 0
    /// The last offset that changed anything.
    private var lastChange: Int64 = -1
    private var openTransactions = 0
    private let directory: String
    private let disk: any Disk

    init(directory: String, on disk: any Disk) {
        self.directory = directory
        self.disk = disk
    }

    /// All producers by id.
    var all: [ProducerState] { producers.values.sorted { $0.producerID < $1.producerID } }

    var isEmpty: Bool { producers.isEmpty }

    subscript(producerID: Int64) -> ProducerState? { producers[producerID] }

    /// Where the oldest transaction that is under way began.
    var firstUnstableOffset: Int64? {
        openTransactions == 0 ? nil : producers.values.lazy.compactMap(\.currentTransactionFirstOffset).min()
    }

    /// A batch was appended with its final offsets. `marker` is what it says if it is a control batch.
    mutating func append(_ header: RecordBatchHeader, marker: EndTransactionMarker?) {
        endOffset = header.nextOffset
        guard header.hasProducerId, !header.isControl || marker != nil else { return }
        lastChange = header.lastOffset
        var wasOpen = false
        var isOpen = false
        func change(_ state: inout ProducerState) {
            wasOpen = state.currentTransactionFirstOffset != nil
            if let marker {
                state.endTransaction(header, coordinatorEpoch: marker.coordinatorEpoch)
            } else {
                state.append(header)
            }
            isOpen = state.currentTransactionFirstOffset != nil
        }
        change(
            &producers[
                header.producerId,
                default: ProducerState(producerID: header.producerId, producerEpoch: header.producerEpoch)])
        openTransactions += (isOpen ? 1 : 0) - (wasOpen ? 1 : 0)
    }

    /// The log was read up to here; nothing before it concerned a producer.
    mutating func advance(to offset: Int64) { endOffset = max(endOffset, offset) }

    mutating func removeExpired(now: Int64, after expirationMs: Int64) {
        let expired = producers.values.filter {
            $0.currentTransactionFirstOffset == nil
                && now.subtractingReportingOverflow($0.lastTimestamp).partialValue >= expirationMs
        }
        for producer in expired { producers[producer.producerID] = nil }
    }

    /// Nothing is known of any producer, and the log ends at `offset`.
    mutating func reset(to offset: Int64) {
        producers.removeAll()
        endOffset = offset
        lastChange = -1
        openTransactions = 0
    }

    /// Whether the state is the same for a log that ends at `offset`.
    func isUnchanged(from offset: Int64) -> Bool { lastChange < offset && endOffset >= offset }

    mutating func cut(to offset: Int64) { endOffset = min(endOffset, offset) }
}

// MARK: Snapshots
extension ProducerStateManager {
    func takeSnapshot() throws(DiskError) {
        try disk.replace(path(endOffset), with: ProducerSnapshotFile.render(all), durably: false)
    }

    /// The offsets of the snapshots on disk, in order.
    func snapshotOffsets() throws(DiskError) -> [Int64] {
        try disk.list(directory).compactMap { SegmentName.offset(in: $0.name, SegmentName.snapshot) }
    }

    /// Takes the newest sound snapshot that is not after `offset`; damaged ones are removed. Without any, the state is
    /// empty at `start`. `known` are the snapshots on disk, where they are known already.
    mutating func load(
        newestUpTo offset: Int64, orEmptyAt start: Int64, among known: [Int64]? = nil
    ) throws(DiskError) {
        reset(to: start)
        let candidates = if let known { known } else { try snapshotOffsets() }
        for candidate in candidates.reversed() where candidate <= offset && candidate >= start {
            if let contents = try disk.contents(of: path(candidate)),
                let loaded = ProducerSnapshotFile.parse(contents)
            {
                for producer in loaded {
                    producers[producer.producerID] = producer
                    lastChange = max(lastChange, producer.batches.last?.lastOffset ?? candidate - 1)
                }
                endOffset = candidate
                // A marker leaves no trace of its own offset.
                if !loaded.isEmpty { lastChange = candidate - 1 }
                openTransactions = loaded.count { $0.currentTransactionFirstOffset != nil }
                return
            }
            try disk.remove(path(candidate))
        }
    }

    /// Removes snapshots after `end` and before `start`: the log that they speak of is gone.
    func removeSnapshots(
        before start: Int64 = .min, after end: Int64 = .max, among known: [Int64]? = nil
    ) throws(DiskError) {
        let candidates = if let known { known } else { try snapshotOffsets() }
        for offset in candidates where offset < start || offset > end {
            try disk.remove(path(offset))
        }
    }

    private func path(_ offset: Int64) -> String {
        directory + "/" + SegmentName.file(offset, SegmentName.snapshot)
    }
}
