import CRdkafka
import KafkaProtocol

/// One page's work: find where each partition begins, read, and merge.
struct Reading {
    /// So many bytes of records are held at most, and those of one record more in each partition.
    static let bytesMax = 32 << 20
    /// Each partition that is read has a queue of its own, of `TopicReader.queueKilobytes`: a page reads so many at once.
    private static let readPartitionsMax = 32
    /// A search reads so many partitions at once ...
    private static let searchedPartitionsMax = 16
    /// ... answers after this time though it goes on, so that one sees how it gets on and can stop it ...
    private static let sliceNanoseconds: Int64 = 300_000_000
    /// ... and takes so many offsets of each partition at a time when it goes back.
    private static let backwardSlice: Int64 = 5000

    private struct Partition {
        var index: Int32
        var log: Range<Int64>
        var start: Int64
        var end: ReadingEnd
        var records: [ConsumedRecord] = []
        var byteCount = 0
        var next: Int64
        var isFinished: Bool
    }

    /// How long is waited for records where a partition seemed to end too early, before its end is asked for again.
    private static let millisecondsInDoubt = 50

    private let consumer: GrouplessConsumer
    private let topic: String
    private let limit: Int
    private let deadline: Int64
    /// Others are passed over; nil for none.
    var wanted: (@Sendable (ConsumedRecord) -> Bool)?
    /// Each partition as if it had no other offsets.
    var window: Range<Int64>?
    private var keepsNewest = false
    private var partitions: [Partition] = []
    private var failures: [TopicPage.Failure] = []

    init(_ consumer: GrouplessConsumer, topic: String, limit: Int, deadline: Int64) {
        self.consumer = consumer
        self.topic = topic
        self.limit = limit
        self.deadline = deadline
    }

    private var millisecondsLeft: Int { max(1, Int((deadline - monotonicNanoseconds()) / 1_000_000)) }

    mutating func locate(_ chosen: [Int32]?, at position: TopicReader.Position) throws(ClientError) {
        keepsNewest = position.keepsNewest
        let metadata = try ClusterMetadata(from: consumer.handle, topic: topic, milliseconds: millisecondsLeft)
        guard let found = metadata.topics.first(where: { $0.name == topic }) else {
            throw ClientError(code: .unknownTopicOrPartition)
        }
        if let error = found.error { throw error }
        let asked = found.partitions.filter { partition in
            guard chosen?.contains(partition.index) ?? true else { return false }
            switch position {
            case .from(let offsets), .before(let offsets): return offsets[partition.index] != nil
            case .beginning, .end, .offset, .beforeEnd, .time: return true
            }
        }
        let logs = logs(of: asked.filter { $0.leader != nil }.map(\.index))
        for partition in asked {
            guard partition.leader != nil else {
                let error = partition.error ?? ClientError(code: .init(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE))
                failures.append(TopicPage.Failure(partition: partition.index, error: error))
                continue
            }
            do throws(ClientError) {
                try partitions.append(open(partition.index, logs[partition.index], at: position))
            } catch {
                failures.append(TopicPage.Failure(partition: partition.index, error: error))
            }
        }
    }

    /// Where partitions begin and end, from one question per broker for either; those of which somebody did not answer soon
    /// are left out, to be asked for one by one.
    private func logs(of indexes: [Int32]) -> [Int32: Range<Int64>] {
        guard indexes.count > 1 else { return [:] }
        let timeout = Int32(clamping: min(1000, millisecondsLeft / 4))
        let partitions = indexes.map { TopicPartition(topic: topic, partition: $0) }
        guard let begins = try? offsets(partitions.map { PartitionOffset($0, PartitionOffset.beginning) }, timeout),
            let ends = try? offsets(partitions.map { PartitionOffset($0, PartitionOffset.end) }, timeout)
        else { return [:] }
        let lasts = Dictionary(ends.map { ($0.partition.partition, $0) }, uniquingKeysWith: { first, _ in first })
        return begins.reduce(into: [:]) { logs, begin in
            guard let end = lasts[begin.partition.partition], begin.error == nil, end.error == nil,
                let low = begin.offset, let high = end.offset
            else { return }
            logs[begin.partition.partition] = low..<max(low, high)
        }
    }

    private func offsets(_ asked: [PartitionOffset], _ timeout: Int32) throws(ClientError) -> [PartitionOffset] {
        let handle = consumer.handle
        return try withPartitionList(asked) { list throws(ClientError) in
            try ClientError.check(rd_kafka_offsets_for_times(handle.pointer, list, timeout))
        }
    }

    private func open(
        _ index: Int32, _ known: Range<Int64>?, at position: TopicReader.Position
    ) throws(ClientError) -> Partition {
        var log: Range<Int64>
        if let known {
            log = known
        } else {
            log = try consumer.watermarks(topic: topic, partition: index, milliseconds: millisecondsLeft)
        }
        if let window { log = log.clamped(to: window) }
        // What is found is worth nothing without what lies between.
        let back = wanted == nil ? Int64(limit) : Self.backwardSlice
        var start: Int64
        var end = log.upperBound
        switch position {
        case .beginning: start = log.lowerBound
        case .end: start = log.upperBound - back
        case .offset(let offset): start = offset
        case .beforeEnd(let count): start = log.upperBound - min(count, log.upperBound)
        case .time(let timestamp): start = try offset(of: timestamp, in: index) ?? log.upperBound
        case .from(let offsets): start = offsets[index] ?? log.upperBound
        case .before(let offsets):
            end = min(end, offsets[index] ?? end)
            start = end - back
        }
        start = min(max(start, log.lowerBound), max(end, log.lowerBound))
        return Partition(
            index: index, log: log, start: start, end: ReadingEnd(offset: end), next: start, isFinished: start >= end)
    }

    private func offset(of timestamp: Int64, in index: Int32) throws(ClientError) -> Int64? {
        let partition = TopicPartition(topic: topic, partition: index)
        let answers = try offsets([PartitionOffset(partition, timestamp)], Int32(clamping: millisecondsLeft))
        if let error = answers.first?.error { throw error }
        return answers.first?.offset
    }

    /// Reads each partition to its limit or its end.
    mutating func read() throws(ClientError) {
        let starts = partitions.filter { !$0.isFinished }.map { (partition: $0.index, offset: $0.start) }
        for first in stride(from: 0, to: starts.count, by: Self.readPartitionsMax) {
            try read(Array(starts[first...].prefix(Self.readPartitionsMax)), untilAnyRecord: false)
        }
        for partition in partitions where !partition.isFinished {
            failures.append(TopicPage.Failure(partition: partition.index, error: ClientError(code: .timedOut)))
        }
    }

    /// Reads some partitions for a while, or until enough was found.
    mutating func readSlice() throws(ClientError) {
        let starts = partitions.filter { !$0.isFinished }.prefix(Self.searchedPartitionsMax)
            .map { (partition: $0.index, offset: $0.start) }
        guard !starts.isEmpty else { return }
        let reader = try PartitionReader(consumer.handle, topic: topic, from: starts, batch: 1000)
        let sliceEnd = min(deadline, monotonicNanoseconds() + Self.sliceNanoseconds)
        var isAnyRead = false
        while partitions.contains(where: { partition in
            !partition.isFinished && starts.contains { $0.partition == partition.index }
        }) {
            let now = monotonicNanoseconds()
            // Going back, a partition is read whole or comes again: what lies between must not be passed over.
            guard now < deadline, keepsNewest || !isAnyRead || now < sliceEnd else { break }
            let found = partitions.reduce(0) { $0 + $1.records.count }
            guard keepsNewest || found < limit else { break }
            let patience = keepsNewest || !isAnyRead ? deadline : sliceEnd
            let count = reader.read(milliseconds: shortened(max(1, Int((patience - now) / 1_000_000)))) {
                take($0, $1, endsAtPartitionEnd: true)
            }
            settleDoubts()
            isAnyRead = isAnyRead || count > 0
        }
        guard !isAnyRead else { return }
        for (partition, _) in starts {
            failures.append(TopicPage.Failure(partition: partition, error: ClientError(code: .timedOut)))
        }
    }

    /// Reads whatever comes first, past what was the end when we looked.
    mutating func waitForRecords() throws(ClientError) {
        for index in partitions.indices {
            partitions[index].end = ReadingEnd(offset: .max)
            partitions[index].isFinished = false
        }
        let starts = partitions.map { (partition: $0.index, offset: $0.start) }
        guard !starts.isEmpty else { return }
        try read(starts, untilAnyRecord: true)
    }

    private mutating func read(
        _ starts: [(partition: Int32, offset: Int64)], untilAnyRecord: Bool
    ) throws(ClientError) {
        let reader = try PartitionReader(consumer.handle, topic: topic, from: starts, batch: 500)
        let read = Set(starts.map(\.partition))
        while monotonicNanoseconds() < deadline,
            partitions.contains(where: { !$0.isFinished && read.contains($0.index) })
        {
            let count = reader.read(milliseconds: shortened(millisecondsLeft)) { message, error in
                take(message, error, endsAtPartitionEnd: !untilAnyRecord)
            }
            settleDoubts()
            if untilAnyRecord && count > 0 && partitions.contains(where: { !$0.records.isEmpty }) { return }
        }
    }

    /// How long is waited for records: not long where an end is in doubt.
    private func shortened(_ milliseconds: Int) -> Int {
        let isInDoubt = partitions.contains { !$0.isFinished && $0.end.doubt != nil }
        return isInDoubt ? min(milliseconds, Self.millisecondsInDoubt) : milliseconds
    }

    /// Asks again where the partitions end that seemed to end too early.
    private mutating func settleDoubts() {
        for at in partitions.indices where !partitions[at].isFinished && partitions[at].end.doubt != nil {
            do throws(ClientError) {
                let log = try consumer.watermarks(
                    topic: topic, partition: partitions[at].index, milliseconds: millisecondsLeft)
                if partitions[at].end.located(at: log.upperBound) { finish(at) }
            } catch {
                // Nobody leads it just now, say: until the time is over somebody may.
                continue
            }
        }
    }

    /// Markers and compacted records leave gaps: the end is reached all the same.
    private mutating func finish(_ at: Int) {
        partitions[at].next = max(partitions[at].next, partitions[at].end.offset)
        partitions[at].isFinished = true
    }

    private mutating func take(
        _ message: UnsafePointer<rd_kafka_message_t>, _ error: ClientError?, endsAtPartitionEnd: Bool
    ) {
        guard let at = partitions.firstIndex(where: { $0.index == message.pointee.partition }) else { return }
        switch error {
        case let error? where error.code == .partitionEnd:
            guard endsAtPartitionEnd, !partitions[at].isFinished else { return }
            if partitions[at].end.partitionEnded(at: message.pointee.offset) { finish(at) }
        case let error?:
            failures.append(TopicPage.Failure(partition: partitions[at].index, error: error))
            partitions[at].isFinished = true
        case nil:
            guard !partitions[at].isFinished else { return }
            let offset = message.pointee.offset
            guard offset < partitions[at].end.offset else { return finish(at) }
            partitions[at].end.wentOn()
            partitions[at].next = offset + 1
            partitions[at].isFinished = offset + 1 >= partitions[at].end.offset
            let record = ConsumedRecord(message, topic: topic)
            guard wanted?(record) ?? true else { return }
            keep(record, at)
        }
    }

    /// Bounded in number, but for searches that go back, and in bytes.
    private mutating func keep(_ record: ConsumedRecord, _ at: Int) {
        let bytesMax = Self.bytesMax / partitions.count
        partitions[at].records.append(record)
        partitions[at].byteCount += record.byteCount
        if keepsNewest {
            while partitions[at].byteCount > bytesMax, partitions[at].records.count > 1 {
                partitions[at].byteCount -= partitions[at].records.removeFirst().byteCount
                if wanted != nil { partitions[at].start = partitions[at].records[0].offset }
            }
        } else if partitions[at].byteCount >= bytesMax {
            partitions[at].isFinished = true
        }
        if wanted == nil, partitions[at].records.count >= limit { partitions[at].isFinished = true }
    }

    /// What a search found, and how far it looked.
    func searchedPage() -> TopicPage {
        var page = TopicPage(topic: topic)
        // Going back, only what was read whole counts: the rest comes again.
        let whole = partitions.map { keepsNewest && !$0.isFinished ? [] : $0.records }
        page.records = TopicPage.merge(whole)
        page.failures = failures
        page.partitions = partitions.map { partition in
            let isBarren = keepsNewest && !partition.isFinished
            return TopicPage.Partition(
                index: partition.index, logStartOffset: partition.log.lowerBound,
                highWatermark: max(partition.log.upperBound, partition.next),
                firstOffset: isBarren ? partition.end.offset : partition.start,
                nextOffset: keepsNewest ? partition.end.offset : partition.next)
        }
        return page
    }

    /// The page: at most `limit` records over all partitions, the newest or the oldest of what was read.
    func page(keepingNewest: Bool) -> TopicPage {
        var page = TopicPage(topic: topic)
        let merged = TopicPage.merge(partitions.map(\.records))
        page.records = Array(keepingNewest ? merged.suffix(limit) : merged.prefix(limit))
        page.failures = failures
        page.partitions = partitions.map { partition in
            let kept = page.records.lazy.filter { $0.partition.partition == partition.index }
            var (first, next) = (partition.start, partition.next)
            if keepingNewest {
                // Nothing of this partition kept: what was read of it lies before the page.
                first = kept.first?.offset ?? next
            } else if let last = partition.records.last?.offset {
                // What did not fit comes again with the next page.
                if let newest = kept.map(\.offset).max() {
                    if newest < last { next = newest + 1 }
                } else {
                    next = partition.start
                }
            }
            return TopicPage.Partition(
                index: partition.index, logStartOffset: partition.log.lowerBound,
                highWatermark: max(partition.log.upperBound, partition.next), firstOffset: first, nextOffset: next)
        }
        return page
    }
}
