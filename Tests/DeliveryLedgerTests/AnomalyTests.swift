import DeliveryLedger
import KafkaProtocol
import Testing

/// For each anomaly the smallest history that shows it, and one that comes near and does not.
@Suite struct AnomalyTests {
    private var script = HistoryScript()

    // MARK: lost-write

    @Test mutating func `acknowledged, and passed over by a read: a lost write`() {
        for offset in 0..<3 { script.sends("a\(offset)", at: Int64(offset)) }
        script.reads("a0", at: 0)
        script.reads("a2", at: 2)
        #expect(script.names(.lostWrite) == ["a1"])
        #expect(script.lost == ["a1"])
    }

    @Test mutating func `acknowledged before the place where a reader begins: no lost write`() {
        // With auto.offset.reset=latest, or after a seek: nobody has looked there.
        script.sends("a0", at: 0)
        script.sends("a1", at: 1)
        script.reads("a1", at: 1)
        #expect(script.names(.lostWrite).isEmpty)
        #expect(script.names(.unseen) == ["a0"])
        script.reads("a1", at: 1, by: "another")
        #expect(script.lost.isEmpty)
    }

    @Test mutating func `acknowledged and read by somebody else: no lost write`() {
        for offset in 0..<3 { script.sends("a\(offset)", at: Int64(offset)) }
        script.reads("a0", at: 0)
        script.reads("a2", at: 2)
        script.reads("a1", at: 1, by: "another")
        #expect(script.names(.lostWrite).isEmpty)
    }

    @Test mutating func `an answer that is still waited for is unknown, and told apart`() {
        // A producer that runs always has some; its own figure of unknown ones does not count them.
        for name in ["a0", "a1"] { script.attempts(name) }
        script.settles("a0", .unknown)
        #expect(script.history.verdict().unknown == 2 && script.history.verdict().pending == 1)
        script.settles("a1", .acknowledged(HistoryScript.partition(0), offset: 1))
        #expect(script.history.verdict().unknown == 1 && script.history.verdict().pending == 0)
    }

    @Test mutating func `unknown and never read: no lost write`() {
        // A timeout promises nothing.
        script.sends("a0", at: 0)
        script.attempts("a1")
        script.settles("a1", .unknown)
        script.sends("a2", at: 2)
        script.reads("a0", at: 0)
        script.reads("a2", at: 2)
        #expect(script.names(.lostWrite).isEmpty)
        #expect(script.history.verdict().unknown == 1)
    }

    @Test mutating func `retention has taken it: no lost write`() {
        for offset in 0..<3 { script.sends("a\(offset)", at: Int64(offset)) }
        script.reads("a0", at: 0)
        script.history.note(.retired(HistoryScript.partition(0), before: 2))
        script.reads("a2", at: 2)
        #expect(script.names(.lostWrite).isEmpty)
        #expect(script.lost.isEmpty)
    }

    @Test mutating func `another partition was read further: no lost write`() {
        script.sends("a0", at: 3, of: 0)
        for offset in 1..<6 {
            script.sends("a\(offset)", at: Int64(offset), of: 1)
            script.reads("a\(offset)", at: Int64(offset), of: 1)
        }
        #expect(script.names(.lostWrite).isEmpty)
        #expect(script.names(.unseen) == ["a0"])
    }

    // MARK: unseen

    @Test mutating func `nobody has read so far: unseen, and lost after the final read`() {
        // A truncated tail that nothing was written over: nobody ever reads past it.
        script.sends("a0", at: 0)
        script.sends("a1", at: 1)
        script.reads("a0", at: 0)
        #expect(script.names(.unseen) == ["a1"])
        #expect(script.lost.isEmpty)
        script.history.note(.finalRead)
        #expect(script.lost == ["a1"])
    }

    @Test mutating func `read in the end: seen`() {
        script.sends("a0", at: 0)
        script.reads("a0", at: 0)
        script.history.note(.finalRead)
        #expect(script.names(.unseen).isEmpty)
        #expect(script.lost.isEmpty)
    }

    @Test mutating func `a final read says nothing of what is sent after it`() {
        script.history.note(.finalRead)
        script.sends("a0", at: 0)
        #expect(script.lost.isEmpty)
    }

    // MARK: duplicate

    @Test mutating func `one record at two places: a duplicate`() {
        script.sends("a0", at: 0)
        script.reads("a0", at: 0)
        script.reads("a0", at: 1)
        #expect(script.names(.duplicate) == ["a0"])
        #expect(script.history.verdict()[.duplicate].count == 1)
    }

    @Test mutating func `acknowledged at two places and read at neither so far: a duplicate`() {
        script.sends("a0", at: 0)
        script.sends("a0", at: 1)
        #expect(script.names(.duplicate) == ["a0"])
    }

    @Test mutating func `lost at its first place, sent again and read there: no duplicate`() {
        // The outbox sends what was not processed; the log holds one of the two.
        script.sends("a0", at: 0)
        script.sends("b0", at: 0)
        script.reads("b0", at: 0)
        script.sends("a0", at: 1)
        script.reads("a0", at: 1)
        #expect(script.names(.duplicate).isEmpty)
        #expect(script.lost.isEmpty)
    }

    @Test mutating func `sent again, and both are read in the end: a duplicate`() {
        script.sends("a0", at: 0)
        script.sends("a0", at: 1)
        script.reads("a0", at: 1, by: "another")
        #expect(script.names(.duplicate) == ["a0"])
        script.reads("a0", at: 0)
        script.reads("a0", at: 1)
        #expect(script.names(.duplicate) == ["a0"])
        #expect(script.history.verdict()[.duplicate].count == 1)
    }

    @Test mutating func `one record read twice at its place: no duplicate`() {
        // Delivery again is not the log's doing.
        script.sends("a0", at: 0)
        script.reads("a0", at: 0)
        script.reads("a0", at: 0, by: "another")
        #expect(script.names(.duplicate).isEmpty)
    }

    // MARK: aborted read

    @Test mutating func `failed for certain and read: an aborted read`() {
        script.attempts("a0")
        script.settles("a0", .failed)
        script.reads("a0", at: 0)
        #expect(script.names(.abortedRead) == ["a0"])
    }

    @Test mutating func `unknown, not taken the second time, and read: no aborted read`() {
        // What became of the first attempt a full buffer at the second does not tell.
        script.attempts("a0")
        script.settles("a0", .unknown)
        script.attempts("a0")
        script.settles("a0", .failed)
        script.reads("a0", at: 0)
        #expect(script.names(.abortedRead).isEmpty)
        #expect(script.history.verdict().unknown == 1)
    }

    @Test mutating func `failed, and read after it was sent again: no aborted read`() {
        script.attempts("a0")
        script.settles("a0", .failed)
        script.attempts("a0")
        script.reads("a0", at: 0)
        #expect(script.names(.abortedRead).isEmpty)
    }

    @Test mutating func `unknown and read: no aborted read`() {
        script.attempts("a0")
        script.settles("a0", .unknown)
        script.reads("a0", at: 0)
        #expect(script.names(.abortedRead).isEmpty)
    }

    // MARK: inconsistent offsets

    @Test mutating func `one offset that held two records: inconsistent`() {
        script.sends("a0", at: 0)
        script.sends("b0", at: 0)
        #expect(script.names(.inconsistentOffsets) == ["b0"])
    }

    @Test mutating func `an offset that held two records and is read, twice: one offset`() {
        script.sends("a0", at: 0)
        script.sends("b0", at: 0)
        script.reads("b0", at: 0)
        script.reads("b0", at: 0)
        #expect(script.names(.inconsistentOffsets) == ["b0"])
    }

    @Test mutating func `the same offset of two partitions: consistent`() {
        script.sends("a0", at: 0, of: 0)
        script.sends("b0", at: 0, of: 1)
        #expect(script.names(.inconsistentOffsets).isEmpty)
    }

    // MARK: nonmonotonic send

    @Test mutating func `sent later and before it in the log: reordered`() {
        // The first batch was refused and sent again, the second had got through.
        script.sends("a0", at: 1)
        script.sends("a1", at: 0)
        #expect(script.names(.nonmonotonicSend) == ["a1"])
    }

    @Test mutating func `reports in another order than sends: not reordered`() {
        script.attempts("a0")
        script.attempts("a1")
        script.settles("a1", .acknowledged(HistoryScript.partition(0), offset: 1))
        script.settles("a0", .acknowledged(HistoryScript.partition(0), offset: 0))
        #expect(script.names(.nonmonotonicSend).isEmpty)
    }

    @Test mutating func `another producer's record in between: not reordered`() {
        script.sends("a0", at: 1)
        script.sends("b0", at: 0)
        #expect(script.names(.nonmonotonicSend).isEmpty)
    }

    @Test mutating func `sent again by its application, and so later: not reordered`() {
        script.attempts("a0")
        script.settles("a0", .unknown)
        script.sends("a1", at: 0)
        script.sends("a0", at: 1)
        #expect(script.names(.nonmonotonicSend).isEmpty)
    }

    // MARK: poll-skip

    @Test mutating func `a consumer goes past a record that is there: skipped`() {
        for offset in 0..<3 { script.sends("a\(offset)", at: Int64(offset)) }
        script.reads("a0", at: 0)
        script.reads("a2", at: 2)
        script.reads("a1", at: 1, by: "another")
        #expect(script.names(.pollSkip) == ["a1"])
    }

    @Test mutating func `past an offset that holds nothing: not skipped`() {
        // A marker of a transaction, or what compaction took.
        script.sends("a0", at: 0)
        script.sends("a1", at: 2)
        script.reads("a0", at: 0)
        script.reads("a1", at: 2)
        #expect(script.names(.pollSkip).isEmpty)
    }

    @Test mutating func `past a record after an assignment: not skipped`() {
        for offset in 0..<3 { script.sends("a\(offset)", at: Int64(offset)) }
        script.reads("a0", at: 0)
        script.reads("a1", at: 1, by: "another")
        script.repositions()
        script.reads("a2", at: 2)
        #expect(script.names(.pollSkip).isEmpty)
    }

    // MARK: nonmonotonic poll

    @Test mutating func `a consumer goes back: nonmonotonic`() {
        script.sends("a0", at: 0)
        script.sends("a1", at: 1)
        script.reads("a0", at: 0)
        script.reads("a1", at: 1)
        script.reads("a0", at: 0)
        #expect(script.names(.nonmonotonicPoll) == ["a0"])
    }

    @Test mutating func `a consumer goes back after a seek: as it was told`() {
        script.sends("a0", at: 0)
        script.sends("a1", at: 1)
        script.reads("a0", at: 0)
        script.reads("a1", at: 1)
        script.repositions()
        script.reads("a0", at: 0)
        #expect(script.names(.nonmonotonicPoll).isEmpty)
    }

    // MARK: Groups

    @Test mutating func `committed past and never processed`() throws {
        // Auto-commit, and a crash in mid-work.
        script.sends("a0", at: 0)
        script.sends("a1", at: 1)
        script.reads("a0", at: 0, group: "billing")
        script.reads("a1", at: 1, group: "billing")
        script.processes("a0")
        script.commits(2)
        let group = try #require(script.group())
        #expect(HistoryScript.names(group.committedPast) == ["a1"])
        #expect(group.processedOnce == 1)
    }

    @Test mutating func `not processed and not committed past: still to come`() throws {
        script.sends("a0", at: 0)
        script.sends("a1", at: 1)
        script.processes("a0")
        script.commits(1)
        #expect(try #require(script.group()).committedPast.count == 0)
    }

    @Test mutating func `what was lost on the way is not the group's fault`() throws {
        // Another record lies at its offset: there was nothing to process.
        script.sends("a0", at: 0)
        script.sends("b0", at: 0)
        script.reads("b0", at: 0, group: "billing")
        script.processes("b0")
        script.commits(1)
        #expect(try #require(script.group()).committedPast.count == 0)
        #expect(script.names(.lostWrite) == ["a0"])
    }

    @Test mutating func `deleted before the group had come to it: not its fault, and said so`() throws {
        // Retention is not loss, and a group that was too slow has still not seen the record.
        script.sends("a0", at: 0)
        script.sends("a1", at: 1)
        script.sends("a2", at: 2)
        script.processes("a0")
        script.history.note(.retired(HistoryScript.partition(0), before: 2))
        script.reads("a2", at: 2, group: "billing")
        script.processes("a2")
        script.commits(3)
        let group = try #require(script.group())
        #expect(HistoryScript.names(group.retiredUnread) == ["a1"])
        #expect(group.committedPast.count == 0)
    }

    @Test mutating func `deleted where the group has been, or has not come yet: nothing to say`() throws {
        // What it has done is done; what lies before it may still be read by whoever begins anew.
        script.sends("a0", at: 0)
        script.sends("a1", at: 1)
        script.processes("a0")
        script.commits(1)
        script.history.note(.retired(HistoryScript.partition(0), before: 2))
        #expect(try #require(script.group()).retiredUnread.count == 0)
    }

    // MARK: The order of work

    @Test mutating func `processed after one that was sent later: out of order`() throws {
        // Across partitions nothing keeps the order: what one producer sends in turn comes as the partitions are read.
        for record in ["a0", "a2", "a1", "b0"] { script.processes(record) }
        #expect(try #require(script.group()).outOfOrder == 1)
    }

    @Test mutating func `processed once more: a repetition, and not out of order`() throws {
        // After a crash the batch comes again; the order of what comes for the first time is kept.
        for record in ["a0", "a1", "a0", "a1", "a2"] { script.processes(record) }
        #expect(try #require(script.group()).outOfOrder == 0)
    }

    @Test mutating func `processed twice, by one group`() throws {
        script.sends("a0", at: 0)
        script.processes("a0")
        script.processes("a0")
        #expect(HistoryScript.names(try #require(script.group()).processedMoreThanOnce) == ["a0"])
        #expect(script.history.processedAgain(by: "billing") == 1 && script.history.processedAgain(by: "audit") == 0)
    }

    @Test mutating func `processed once by each of two groups`() throws {
        script.sends("a0", at: 0)
        script.processes("a0")
        script.processes("a0", by: "shipping")
        #expect(try #require(script.group()).processedMoreThanOnce.count == 0)
        #expect(try #require(script.group("shipping")).processedOnce == 1)
    }
}
