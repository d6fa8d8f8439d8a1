import KafkaProtocol

/// The log of a partition's leader as it was when it came to lead: the truth about the partition from then on.
package struct LeaderLog: Hashable, Sendable {
    /// An epoch and where it begins in the log.
    package struct Epoch: Hashable, Sendable {
        package var epoch: Int32
        package var startOffset: Int64

        package init(_ epoch: Int32, startOffset: Int64) {
            self.epoch = epoch
            self.startOffset = startOffset
        }
    }

    package var topicID: Uuid
    package var leader: BrokerID
    package var leaderEpoch: Int32
    package var logEndOffset: Int64
    /// Before it nothing can be told of the log: by retention, DeleteRecords or the cleaner, records may rightly be gone.
    package var knownFrom: Int64
    /// The oldest first.
    package var epochs: [Epoch]

    package init(
        topicID: Uuid, leader: BrokerID, leaderEpoch: Int32, logEndOffset: Int64, knownFrom: Int64, epochs: [Epoch]
    ) {
        self.topicID = topicID
        self.leader = leader
        self.leaderEpoch = leaderEpoch
        self.logEndOffset = logEndOffset
        self.knownFrom = knownFrom
        self.epochs = epochs
    }

    /// Those of the records of an epoch that this log has for certain: none of those before `knownFrom`. At most one piece.
    func present(_ offsets: ClosedRange<Int64>, of epoch: Int32) -> [ClosedRange<Int64>] {
        guard let index = epochs.firstIndex(where: { $0.epoch == epoch }) else { return [] }
        let first = max(offsets.lowerBound, knownFrom, epochs[index].startOffset)
        let last = min(offsets.upperBound, end(ofEpochAt: index) - 1)
        return first <= last ? [first...last] : []
    }

    /// Its records end where its successor's begin; the last epoch's end with the log.
    private func end(ofEpochAt index: Int) -> Int64 {
        index + 1 < epochs.count ? epochs[index + 1].startOffset : logEndOffset
    }

    /// Those of the records of an epoch that this log does not have: what lies there, if anything, was written in another
    /// epoch. At most two pieces.
    func missing(_ offsets: ClosedRange<Int64>, of epoch: Int32) -> [ClosedRange<Int64>] {
        guard offsets.upperBound >= knownFrom else { return [] }
        let asked = max(offsets.lowerBound, knownFrom)...offsets.upperBound
        guard let index = epochs.firstIndex(where: { $0.epoch == epoch }) else { return [asked] }
        let start = epochs[index].startOffset
        let end = end(ofEpochAt: index)
        guard end > start else { return [asked] }
        var pieces: [ClosedRange<Int64>] = []
        if asked.lowerBound < start { pieces.append(asked.lowerBound...min(asked.upperBound, start - 1)) }
        if asked.upperBound >= end { pieces.append(max(asked.lowerBound, end)...asked.upperBound) }
        return pieces
    }
}
