import KafkaProtocol

/// What was acknowledged of one partition, whose log is its truth, and what that log does not have.
struct PartitionAccount {
    static let mostContentBytes = 4 << 20

    let partition: TopicPartition
    let topicID: Uuid
    private(set) var runs = RunList()
    private(set) var leaderLog: LeaderLog?
    /// The election that made it so.
    private var election: Loss.Election?
    private var content: [DroppedContent] = []
    /// What was lost and is not back, with the runs that it was made of.
    private var lost: [(number: Int, runs: [AcknowledgedRun])] = []

    init(_ partition: TopicPartition, _ topicID: Uuid) {
        self.partition = partition
        self.topicID = topicID
    }

    // MARK: What happens

    /// Nil unless a younger leader has come already, whose log may not have them. What came before this run has been judged.
    mutating func acknowledged(_ run: AcknowledgedRun, highWatermark: Int64, isCrowded: Bool) -> Taken? {
        guard let leaderLog, let election, run.leaderEpoch < leaderLog.leaderEpoch else {
            runs.append(run, highWatermark: highWatermark, isCrowded: isCrowded)
            return nil
        }
        let (lost, kept) = run.split(by: leaderLog.missing(run.offsets, of: run.leaderEpoch))
        runs.append(kept, of: run, highWatermark: highWatermark, isCrowded: isCrowded)
        return lost.isEmpty ? nil : Taken(runs: lost, election: election)
    }

    /// Runs that have just been found lost, and the election that cost them.
    struct Taken {
        var runs: [AcknowledgedRun]
        var election: Loss.Election
    }

    /// What is there again of a loss, and what is not.
    struct Returned {
        var number: Int
        var back: [AcknowledgedRun]
        var left: [AcknowledgedRun]
    }

    /// A log is the truth from now on. Gives what it does not have, and the losses that it undoes, or a part of them.
    mutating func led(_ log: LeaderLog, election: Loss.Election) -> (taken: Taken?, returned: [Returned]) {
        if let leaderLog, log.leaderEpoch < leaderLog.leaderEpoch { return (nil, []) }
        leaderLog = log
        self.election = election
        var returned: [Returned] = []
        for index in lost.indices {
            var parts = Returned(number: lost[index].number, back: [], left: [])
            for run in lost[index].runs {
                let (missing, there) = run.split(by: log.missing(run.offsets, of: run.leaderEpoch))
                parts.back += there
                parts.left += missing
            }
            if parts.back.isEmpty { continue }
            for run in parts.back { runs.takeBack(run) }
            lost[index].runs = parts.left
            returned.append(parts)
        }
        lost.removeAll(where: \.runs.isEmpty)
        // Also of its own epoch: a leader that comes back in it may have lost what it had appended.
        let lost = runs.takeOut { run in
            run.leaderEpoch <= log.leaderEpoch ? log.missing(run.offsets, of: run.leaderEpoch) : []
        }
        return (lost.isEmpty ? nil : Taken(runs: lost, election: election), returned)
    }

    mutating func keep(_ runs: [AcknowledgedRun], as number: Int) {
        if let index = lost.lastIndex(where: { $0.number == number }) {
            lost[index].runs += runs
        } else {
            lost.append((number, runs))
        }
    }

    mutating func dropped(_ records: DroppedContent) {
        content.append(records)
        var bytes = content.reduce(0) { $0 + $1.batches.readableBytes }
        while bytes > Self.mostContentBytes, content.count > 1 {
            bytes -= content.removeFirst().batches.readableBytes
        }
    }

    mutating func doubt(_ connection: UInt64, of broker: BrokerID, after answer: UInt64) {
        runs.doubt(connection, of: broker, after: answer)
    }

    // MARK: What is known

    /// Completes a loss by what was dropped of it so far.
    func fill(_ loss: inout Loss) {
        for content in content where content.offsets.overlaps(loss.offsets) {
            Self.add(content, to: &loss)
        }
    }

    static func add(_ content: DroppedContent, to loss: inout Loss) {
        let epoch = loss.leaderEpoch
        let batches = loss.batches
        guard content.offsets.overlaps(loss.offsets) else { return }
        let records = content.records(
            of: epoch, where: { offset in batches.contains { $0.offsets.contains(offset) } }, most: Loss.mostRecords)
        guard !records.isEmpty else { return }
        if !loss.drops.contains(content.drop) { loss.drops.append(content.drop) }
        if records.count > loss.records.count { loss.records = records }
    }
}
