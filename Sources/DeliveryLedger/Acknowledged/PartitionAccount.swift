import KafkaProtocol

/// What was acknowledged of one partition, whose log is its truth, and what that log does not have.
struct PartitionAccount {
    /// So many brokers and epochs may have their last word told when their records are lost.
    private static let mostLastWords = 8

    let partition: TopicPartition
    let topicID: Uuid
    private(set) var runs = RunList()
    private(set) var leaderLog: LeaderLog?
    /// The election that made it so.
    private var election: Loss.Election?
    /// What was lost and is not back, with the runs that it was made of.
    private(set) var lost: [(number: Int, runs: RunList)] = []
    private var lostRunCount = 0
    private var lastWords: [(broker: Int32, leaderEpoch: Int32, word: Loss.LastWord)] = []

    init(_ partition: TopicPartition, _ topicID: Uuid) {
        self.partition = partition
        self.topicID = topicID
    }

    var runCount: Int { runs.runs.count + lostRunCount }

    // MARK: What happens

    /// Nil unless a younger leader has come already, whose log may not have them. What came before this run has been judged.
    mutating func acknowledged(
        _ run: AcknowledgedRun, highWatermark: Int64, followers: [Loss.Follower], isCrowded: Bool
    ) -> Taken? {
        let word = Loss.LastWord(at: run.to, followers: followers)
        if let index = lastWords.lastIndex(where: { $0.broker == run.broker && $0.leaderEpoch == run.leaderEpoch }) {
            lastWords[index].word = word
        } else {
            if lastWords.count == Self.mostLastWords { lastWords.removeFirst() }
            lastWords.append((run.broker, run.leaderEpoch, word))
        }
        guard let leaderLog, let election, run.leaderEpoch < leaderLog.leaderEpoch else {
            runs.append(run, highWatermark: highWatermark, isCrowded: isCrowded)
            return nil
        }
        let (lost, kept) = run.split(by: leaderLog.missing(run.offsets, of: run.leaderEpoch))
        for run in kept { runs.append(run, highWatermark: highWatermark, isCrowded: isCrowded) }
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
        var left: RunList
    }

    /// A log is the truth from now on. Gives what it does not have, and the losses that it undoes, or a part of them.
    mutating func led(_ log: LeaderLog, election: Loss.Election) -> (taken: Taken?, returned: [Returned]) {
        if let leaderLog, log.leaderEpoch < leaderLog.leaderEpoch { return (nil, []) }
        leaderLog = log
        self.election = election
        var returned: [Returned] = []
        for index in lost.indices {
            // What lies before the known part of the log was not there when retention or the cleaner passed it.
            let back = lost[index].runs.takeOut { log.present($0.offsets, of: $0.leaderEpoch) }
            if back.isEmpty { continue }
            runs.takeBack(back)
            returned.append(Returned(number: lost[index].number, back: back, left: lost[index].runs))
        }
        lost.removeAll(where: \.runs.runs.isEmpty)
        countLostRuns()
        // Also of its own epoch: a leader that comes back in it may have lost what it had appended.
        let lost = runs.takeOut { run in
            run.leaderEpoch <= log.leaderEpoch ? log.missing(run.offsets, of: run.leaderEpoch) : []
        }
        return (lost.isEmpty ? nil : Taken(runs: lost, election: election), returned)
    }

    /// They rise, and what was kept of this loss comes before them.
    mutating func keep(_ runs: [AcknowledgedRun], as number: Int, isCrowded: Bool) {
        let index: Int
        if let known = lost.lastIndex(where: { $0.number == number }) {
            index = known
        } else {
            index = lost.count
            lost.append((number, RunList()))
        }
        lostRunCount -= lost[index].runs.runs.count
        for run in runs { lost[index].runs.append(run, highWatermark: .max, isCrowded: isCrowded) }
        lostRunCount += lost[index].runs.runs.count
    }

    /// Gives the losses of which it is true, too: a leader that is cut off loses what it acknowledges at once.
    mutating func doubt(_ connection: UInt64, of broker: BrokerID, after answer: UInt64) -> [(
        number: Int, runs: RunList
    )] {
        runs.doubt(connection, of: broker, after: answer)
        return lost.indices.compactMap { index in
            lost[index].runs.doubt(connection, of: broker, after: answer) ? lost[index] : nil
        }
    }

    private mutating func countLostRuns() { lostRunCount = lost.reduce(0) { $0 + $1.runs.runs.count } }

    // MARK: What is known

    /// What a broker knew of its followers when it acknowledged last in an epoch; nil after many others have.
    func lastWord(of broker: BrokerID, leaderEpoch: Int32) -> Loss.LastWord? {
        lastWords.last { $0.broker == broker.rawValue && $0.leaderEpoch == leaderEpoch }?.word
    }
}
