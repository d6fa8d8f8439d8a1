import KafkaProtocol
import NIOCore

/// Records that were acknowledged and that the partition does not have any more: one loss for what one election took from
/// one epoch.
package struct Loss: Hashable, Sendable {
    /// What was acknowledged at one time.
    package struct Batch: Hashable, Sendable {
        package var offsets: ClosedRange<Int64>
        package var acks: Int16
        /// Nil where several clients' records are counted together.
        package var client: String?
        package var isr: [BrokerID]
        /// As it stood when the first of them was acknowledged.
        package var highWatermark: Int64
        /// Milliseconds since 1970, from the first acknowledgement to the last.
        package var from: Int64
        package var to: Int64
        /// Nobody knows whether the client has read the answer: its connection broke just then.
        package var receiptIsUnknown: Bool

        package var count: Int64 { offsets.upperBound - offsets.lowerBound + 1 }
    }

    package struct Election: Hashable, Sendable {
        package var leader: BrokerID
        package var leaderEpoch: Int32
        /// Where the new leader's log ended.
        package var logEndOffset: Int64
        package var isUnclean: Bool
        package var at: Instant
    }

    package struct Misfortune: Hashable, Sendable {
        package var fate: BrokerFate
        package var at: Instant
    }

    package struct Drop: Hashable, Sendable {
        package var broker: BrokerID
        package var reason: DropReason
        package var at: Instant
    }

    /// A replica of the ISR beside its leader.
    package struct Follower: Hashable, Sendable {
        package var broker: BrokerID
        /// It has all before this offset, as its fetches have told the leader; nil for one that had not fetched from it yet.
        package var logEndOffset: Int64?

        package init(_ broker: BrokerID, logEndOffset: Int64?) {
            self.broker = broker
            self.logEndOffset = logEndOffset
        }
    }

    /// What a leader knew as it acknowledged for the last time.
    package struct LastWord: Hashable, Sendable {
        /// Milliseconds since 1970.
        package var at: Int64
        package var followers: [Follower]
    }

    /// Numbered from 1 on, in the order in which they were noticed.
    package var number: Int
    package var partition: TopicPartition
    package var topicID: Uuid
    package var leaderEpoch: Int32
    /// Who acknowledged them.
    package var broker: BrokerID
    /// By offset.
    package private(set) var batches: [Batch]
    /// Records beside those in `batches`, of which nothing but their number is kept.
    package private(set) var unnamed: Int64 = 0
    /// What the broker that acknowledged them knew of its followers then; nil where that is forgotten.
    package var lastWord: LastWord?
    package var election: Election
    /// What befell the broker that had acknowledged them, up to the election, in the order of time.
    package var misfortunes: [Misfortune]
    /// Whether what acknowledged them has ended since, whatever its misfortunes were.
    var isOver = false
    /// Where they were dropped, if it is known yet: a replica that is down still has them.
    package var drops: [Drop] = []
    /// The records themselves as far as they were seen before they went; the first `mostRecords` of them.
    package var records: [Record] = []
    /// How many more were seen.
    package var recordsLeftOut = 0
    /// A replica that still had them came to lead, and they are there again.
    package var returnedAt: Instant?

    package static let mostRecords = 10_000
    static let mostBatches = 1000
    static let mostBatchesApart = 10_000

    init(
        number: Int, partition: TopicPartition, topicID: Uuid, leaderEpoch: Int32, broker: BrokerID, batches: [Batch],
        election: Election, misfortunes: [Misfortune]
    ) {
        self.number = number
        self.partition = partition
        self.topicID = topicID
        self.leaderEpoch = leaderEpoch
        self.broker = broker
        self.batches = []
        self.election = election
        self.misfortunes = misfortunes
        add(batches)
    }

    // MARK: What grows and shrinks

    /// More that was acknowledged in vain. Beyond `mostBatches` those that follow each other are told as one, and beyond
    /// `mostBatchesApart` the rest is a mere count. Gives how many records are new.
    @discardableResult
    mutating func add(_ more: [Batch]) -> Int64 { more.reduce(0) { $0 + add($1) } }

    private mutating func add(_ batch: Batch) -> Int64 {
        let place = place(of: batch.offsets.lowerBound)
        if place < batches.count, batches[place].offsets.contains(batch.offsets) {
            // A retry was acknowledged as well.
            if batches[place].offsets == batch.offsets, !batch.receiptIsUnknown {
                batches[place].receiptIsUnknown = false
            }
            return 0
        }
        let last = batches.count - 1
        if place > last, batches.count >= Self.mostBatches, batches[last].isFollowed(by: batch) {
            batches[last].offsets = batches[last].offsets.lowerBound...batch.offsets.upperBound
            batches[last].to = batch.to
            if batches[last].client != batch.client { batches[last].client = nil }
        } else if batches.count < Self.mostBatchesApart {
            batches.insert(batch, at: place)
        } else {
            unnamed += batch.count
        }
        return batch.count
    }

    /// These are its records now, and so many more.
    mutating func consist(of batches: [Batch], unnamed: Int64) {
        self.batches = []
        self.unnamed = unnamed
        add(batches)
    }

    /// The same loss, of these of its records alone.
    func part(of batches: [Batch], unnamed: Int64) -> Self {
        var part = self
        part.consist(of: batches, unnamed: unnamed)
        part.records = records.filter { part.batch(of: $0.offset) != nil }
        part.recordsLeftOut = min(recordsLeftOut, Int(clamping: part.count) - part.records.count)
        return part
    }

    /// Takes in what was dropped of it.
    mutating func take(_ content: DroppedContent) {
        guard content.offsets.overlaps(offsets) else { return }
        let (found, leftOut) = content.records(
            of: leaderEpoch, where: { batch(of: $0) != nil }, most: Self.mostRecords)
        guard !found.isEmpty else { return }
        if !drops.contains(content.drop) { drops.append(content.drop) }
        guard found.count + leftOut > records.count + recordsLeftOut else { return }
        (records, recordsLeftOut) = (found, leftOut)
    }

    // MARK: What is known

    /// Whether who acknowledged them may still be at it: it has not been heard of as gone, nor has it dropped what the new
    /// leader does not have.
    package var mayGrow: Bool {
        if isOver || returnedAt != nil || drops.contains(where: { $0.broker == broker }) { return false }
        return !misfortunes.contains { $0.fate.isAnEnd }
    }

    /// How many records were acknowledged in vain, those of unknown receipt among them.
    package var count: Int64 { batches.reduce(unnamed) { $0 + $1.count } }
    package var countOfUnknownReceipt: Int64 { batches.reduce(0) { $0 + ($1.receiptIsUnknown ? $1.count : 0) } }
    package var offsets: ClosedRange<Int64> {
        batches[0].offsets.lowerBound...batches[batches.count - 1].offsets.upperBound
    }

    /// What was acknowledged of this offset; nil where nothing was.
    package func batch(of offset: Int64) -> Batch? {
        let place = place(of: offset)
        return place < batches.count && batches[place].offsets.contains(offset) ? batches[place] : nil
    }

    /// The first batch that does not end before this offset.
    private func place(of offset: Int64) -> Int {
        batches.lowerBound { $0.offsets.upperBound < offset }
    }
}

extension Loss.Batch {
    /// Nothing that matters differs, and no offset lies between.
    fileprivate func isFollowed(by next: Self) -> Bool {
        offsets.upperBound + 1 == next.offsets.lowerBound && acks == next.acks
            && receiptIsUnknown == next.receiptIsUnknown
    }
}
