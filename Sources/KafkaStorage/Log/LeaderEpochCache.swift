import KafkaProtocol
import NIOCore

/// Which leader epoch began at which offset of this log: what two replicas compare to find where their logs part.
///
/// Invariant: epochs and start offsets both rise from entry to entry. Kept in Kafka's `leader-epoch-checkpoint`. The file is
/// replaced without a flush, since an epoch begins on many partitions at once when a broker fails: a log's flush makes
/// it durable together with the records, and recovery adds the epochs of the batches that it reads.
struct LeaderEpochCache {
    typealias Entry = EpochEntry

    static let fileName = "leader-epoch-checkpoint"

    private(set) var entries: [Entry] = []
    /// The file has been replaced since the last flush.
    private(set) var isUnflushed = false
    /// An epoch without records is not in the file yet: it is written with the first of them. A broker that comes to lead
    /// ten thousand partitions would else write as many files; and what is not written, no record needs.
    private(set) var isUnwritten = false
    /// What the file said of the part of the log that recovery reads again.
    private var recalled: [Entry] = []
    let path: String
    private let disk: any Disk

    /// An empty cache; `read` fills it.
    init(directory: String, on disk: any Disk) {
        path = directory + "/" + Self.fileName
        self.disk = disk
    }

    /// Reads the file. False if it is missing or damaged: the batches themselves must be asked then.
    mutating func read() throws(DiskError) -> Bool {
        entries = []
        guard let text = try disk.text(of: path), let lines = CheckpointFile.entries(of: text) else { return false }
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count == 2, let epoch = Int32(words[0]), let offset = Int64(words[1]),
                epoch > entries.last?.epoch ?? -1, offset >= entries.last?.startOffset ?? 0
            else {
                entries = []
                return false
            }
            entries.append(Entry(epoch: epoch, startOffset: offset))
        }
        return true
    }

    var latest: Entry? { entries.last }

    /// `epoch` begins at `startOffset`. Entries that contradict this are wrong and go.
    mutating func assign(_ epoch: Int32, startOffset: Int64) throws(DiskError) {
        guard note(epoch, startOffset: startOffset) || isUnwritten else { return }
        try write()
    }

    /// `epoch` begins at `startOffset`, and nothing is written in it yet.
    mutating func begin(_ epoch: Int32, startOffset: Int64) {
        if note(epoch, startOffset: startOffset) { isUnwritten = true }
    }

    /// As `assign`, but leaves the file as it is. Whether anything changed.
    mutating func note(_ epoch: Int32, startOffset: Int64) -> Bool {
        guard epoch >= 0 else { return false }
        if let latest = entries.last, latest.epoch == epoch, latest.startOffset <= startOffset { return false }
        while let last = entries.last, last.epoch >= epoch || last.startOffset >= startOffset { entries.removeLast() }
        entries.append(Entry(epoch: epoch, startOffset: startOffset))
        return true
    }

    /// Doubts what recovery is about to read again. The file stays as it is.
    mutating func doubt(from offset: Int64) {
        recalled = entries.filter { $0.startOffset >= offset }
        entries.removeAll { $0.startOffset >= offset }
    }

    /// Recovery has read a batch of `epoch`. Where it leaves a hole behind the `end` of the batch before it, the cleaner took
    /// what lay there: of that the file alone knows, and followers must still cut there.
    mutating func recovered(_ epoch: Int32, startOffset: Int64, after end: Int64) {
        for entry in recalled
        where entry.startOffset >= end && entry.startOffset <= startOffset && entry.epoch <= epoch {
            noteNewer(entry.epoch, startOffset: entry.startOffset)
        }
        noteNewer(epoch, startOffset: startOffset)
    }

    mutating func recoveryEnded() { recalled = [] }

    private mutating func noteNewer(_ epoch: Int32, startOffset: Int64) {
        if epoch > entries.last?.epoch ?? -1 { _ = note(epoch, startOffset: startOffset) }
    }

    /// Where `epoch` ends, or the largest epoch before it. Undefined for an epoch that this log has never heard of.
    func endOffset(for epoch: Int32, logEndOffset: Int64) -> EpochEndOffset {
        guard epoch >= 0, let latest = entries.last else { return .undefined }
        if epoch == latest.epoch { return EpochEndOffset(leaderEpoch: epoch, endOffset: logEndOffset) }
        guard let next = entries.first(where: { $0.epoch > epoch }) else { return .undefined }
        // A log that begins after this epoch has none of its records: it ends where the log begins.
        let floor = entries.last { $0.epoch <= epoch }
        return EpochEndOffset(leaderEpoch: floor?.epoch ?? epoch, endOffset: next.startOffset)
    }

    /// The epoch of the record at `offset`.
    func epoch(at offset: Int64) -> Int32? { entries.last { $0.startOffset <= offset }?.epoch }

    /// Forgets epochs that begin at or after the log's new end.
    mutating func truncate(to endOffset: Int64) throws(DiskError) {
        guard let last = entries.last, last.startOffset >= endOffset else { return }
        while let last = entries.last, last.startOffset >= endOffset { entries.removeLast() }
        try write()
    }

    /// Forgets epochs that end at or before the log's new start; the one that is under way there begins there.
    mutating func removePrefix(before startOffset: Int64) throws(DiskError) {
        guard let first = entries.first, first.startOffset < startOffset else { return }
        var current = first
        while let first = entries.first, first.startOffset <= startOffset { current = entries.removeFirst() }
        current.startOffset = startOffset
        entries.insert(current, at: 0)
        try write()
    }

    mutating func clear() throws(DiskError) {
        entries = []
        try write()
    }

    mutating func write(durably: Bool = false) throws(DiskError) {
        let lines = entries.map { "\($0.epoch) \($0.startOffset)" }
        try disk.replace(path, with: CheckpointFile.render(lines), durably: durably)
        isUnflushed = !durably
        isUnwritten = false
    }

    /// The disk has made everything durable.
    mutating func noteFlushed() { isUnflushed = false }

    /// Makes the file durable, if it is not. A small file is flushed by writing it once more.
    mutating func flush() throws(DiskError) {
        if isUnflushed { try write(durably: true) }
    }
}
