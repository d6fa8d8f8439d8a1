import KafkaProtocol

/// What was acknowledged of one partition, in the order in which it was, in bounded memory.
///
/// The newest runs are kept batch by batch. Those that every in-sync replica has and that have grown old are folded
/// together where they follow each other; and of those that cannot be folded, the oldest become mere counts. Where there are
/// too many over all partitions, both are done sooner.
struct RunList {
    /// So many batches are told apart at least until their answers must have been read.
    static let mostUnsettled = 4096
    static let mostRuns = 16_384
    /// After this long an answer was read, or its connection is known to have broken.
    static let settlingMilliseconds: Int64 = 10_000

    private(set) var runs: [AcknowledgedRun] = []
    /// Runs before it are settled.
    private var settled = 0
    /// Records of which nothing but their number is known any more.
    private(set) var forgotten: Int64 = 0

    /// `isCrowded`: all partitions together keep as many runs as they may.
    mutating func append(_ run: AcknowledgedRun, highWatermark: Int64, isCrowded: Bool) {
        runs.append(run)
        settle(upTo: highWatermark, now: run.to, isCrowded: isCrowded)
    }

    /// Takes out the parts that a leader's log does not have.
    mutating func takeOut(_ missing: (AcknowledgedRun) -> [ClosedRange<Int64>]) -> [AcknowledgedRun] {
        var lost: [AcknowledgedRun] = []
        var kept: [AcknowledgedRun] = []
        kept.reserveCapacity(runs.count)
        var keptSettled = 0
        for (index, run) in runs.enumerated() {
            let parts = run.split(by: missing(run))
            lost += parts.lost
            kept += parts.kept
            if index < settled { keptSettled += parts.kept.count }
        }
        if lost.isEmpty { return [] }
        runs = kept
        settled = keptSettled
        return lost
    }

    /// They are there again.
    mutating func takeBack(_ back: [AcknowledgedRun]) {
        let old = back.filter { $0.answer == 0 }
        runs.insert(contentsOf: old + back.filter { $0.answer != 0 }, at: settled)
        settled += old.count
    }

    /// The answers of a connection after the last one that was read are in doubt. Answers whether there are any.
    @discardableResult
    mutating func doubt(_ connection: UInt64, of broker: BrokerID, after answer: UInt64) -> Bool {
        var isDoubtful = false
        for index in settled..<runs.count
        where runs[index].connection == connection && runs[index].broker == broker.rawValue
            && runs[index].answer > answer
        {
            runs[index].receiptIsUnknown = true
            isDoubtful = true
        }
        return isDoubtful
    }

    private mutating func settle(upTo highWatermark: Int64, now: Int64, isCrowded: Bool) {
        // Many at a time, since what follows moves up each time.
        let fewest = max(16, (runs.count - settled) / 8)
        func isDue(_ index: Int) -> Bool {
            now - runs[index].to > Self.settlingMilliseconds && runs[index].last < highWatermark
                || runs.count - index > Self.mostUnsettled
        }
        // They are in the order of time: where one is not due, those after it are not.
        guard settled + fewest <= runs.count, isDue(settled + fewest - 1) else { return }
        var end = settled
        while end < runs.count, isDue(end) { end += 1 }
        guard end - settled >= fewest else { return }
        let mixes = isCrowded || settled > Self.mostRuns / 4
        var folded = settled
        for index in settled..<end {
            if folded > 0, runs[folded - 1].absorb(runs[index], mixingClients: mixes) { continue }
            runs[folded] = runs[index]
            runs[folded].answer = 0
            folded += 1
        }
        runs.removeSubrange(folded..<end)
        settled = folded
        if settled > (isCrowded ? Self.mostRuns / 64 : Self.mostRuns) {
            let gone = settled / 2
            for run in runs[..<gone] { forgotten += run.last - run.first + 1 }
            runs.removeSubrange(..<gone)
            settled -= gone
        }
    }
}
