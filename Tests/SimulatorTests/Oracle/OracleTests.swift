import KafkaBroker
import KafkaProtocol
import NIOCore
import Simulator
import Testing

/// Each promise both ways: what Kafka allows passes, what it promises not to do is seen.
@Suite struct OracleTests {
    @Test func `a high watermark is believed once all of the ISR has the record`() throws {
        // What one member lacks may be lost with the others.
        var script = try OracleScript()
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2])
        var early = script
        #expect(violation { try early.tells(1, by: 1) } == "not held by all of the ISR")
        try script.write(batch, on: [3])
        try script.tells(1, by: 1, serving: batch)
        #expect(violation { try script.tells(0, by: 1) } == "the high watermark went back")
    }

    @Test func `a member that the controller has removed is not waited for`() throws {
        // The ISR is what the metadata log says.
        var script = try OracleScript()
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2])
        try script.change(isr: [1, 2])
        try script.tells(1, by: 1, serving: batch)
    }

    @Test func `what a follower loses after all had it may still be told`() throws {
        // A leader tells later than it counts; Kafka acknowledges without fsync.
        var script = try OracleScript()
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2, 3])
        try script.losePower(3, keeping: [])
        try script.acknowledges(batch, by: 1)
    }

    @Test func `a leader counts on what a member had before it lost power, until that one fetches again`() throws {
        // The leader cannot know; the follower's disk is what Kafka relies on without fsync.
        var script = try OracleScript()
        try script.registers(2, brokerEpoch: 3)
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2])
        try script.losePower(2, keeping: [])
        var again = script
        try script.change(isr: [1, 2])
        try script.tells(1, by: 1)
        // What it asked before it died is read late, and says what it had then.
        try again.fetches(2, from: 1, brokerEpoch: 3)
        var late = again
        try late.change(isr: [1, 2])
        try late.tells(1, by: 1)
        try again.fetches(2, from: 1, brokerEpoch: 9)
        try again.change(isr: [1, 2])
        #expect(violation { try again.tells(1, by: 1) } == "not held by all of the ISR")
    }

    @Test func `acks=all needs the batch in the log, on all of the ISR, and enough replicas in it`() throws {
        // The three ways to break it are three rules of the broker.
        var script = try OracleScript(settings: ["min.insync.replicas": "2"])
        let batch = try OracleScript.batch(at: 0, producer: 9, sequence: 0)
        var empty = script
        #expect(violation { try empty.acknowledges(batch, by: 1) } == "acknowledged what is not in the log")
        try script.write(batch, on: [1])
        var alone = script
        #expect(violation { try alone.acknowledges(batch, by: 1) } == "not held by all of the ISR")
        try alone.change(isr: [1])
        // It knows its ISR by now: it has read on.
        try alone.reads(1, upTo: 3)
        #expect(violation { try alone.acknowledges(batch, by: 1) } == "acknowledged with too few in-sync replicas")
        try script.write(batch, on: [2, 3])
        try script.acknowledges(batch, by: 1)
    }

    @Test func `a smaller min.insync.replicas holds for what was there before`() throws {
        // The leader acknowledges as soon as it hears of the setting.
        var script = try OracleScript(settings: ["min.insync.replicas": "2"])
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1])
        try script.change(isr: [1])
        try script.reads(1, upTo: 3)
        var early = script
        #expect(violation { try early.acknowledges(batch, by: 1) } == "acknowledged with too few in-sync replicas")
        try script.configure("min.insync.replicas", "1")
        try script.acknowledges(batch, by: 1)
    }

    @Test func `an answer may come after the leadership in which it was earned`() throws {
        // A request to several partitions is answered when the slowest is done.
        var script = try OracleScript()
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2, 3])
        let later = try OracleScript.batch(at: 1, epoch: 1)
        func follow(_ script: inout OracleScript) throws {
            try script.change(leader: 2)
            try script.begins(2, epoch: 1, at: 1)
            try script.write(later, on: [2, 1])
        }
        var reborn = script
        try follow(&script)
        try script.acknowledges(batch, by: 1)
        #expect(violation { try script.acknowledges(later, by: 1) } == "acknowledged by one who does not lead")
        try reborn.losePower(1, keeping: [batch])
        try follow(&reborn)
        #expect(violation { try reborn.acknowledges(batch, by: 1) } == "acknowledged by one who does not lead")
    }

    @Test func `an answer about a topic that was replaced meanwhile promises nothing of the next`() throws {
        // A request to several topics waits for the slowest.
        var script = try OracleScript()
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2, 3])
        try script.acknowledges(batch, by: 1) { script in
            try script.replaceTopic()
            for broker in [BrokerID(1), 2, 3] { try script.makesFolder(broker) }
            try script.begins(1, epoch: 0, at: 0)
        }
        #expect(violation { try script.acknowledges(batch, by: 1) } == "acknowledged what is not in the log")
    }

    @Test func `an answer may come after its leader's replica was moved away`() throws {
        // What it has earned is with its successor.
        for lacks in [false, true] {
            var script = try OracleScript()
            let batch = try OracleScript.batch(at: 0, producer: 9, sequence: 0)
            try script.write(batch, on: [1, 2, 3])
            let other = try OracleScript.batch(at: lacks ? 0 : 1, epoch: 1, value: "other")
            func move(_ script: inout OracleScript) throws {
                if lacks { try script.cut(batch, on: 2) }
                try script.change(isr: [2, 3], leader: 2, replicas: [2, 3])
                try script.begins(2, epoch: 1, at: lacks ? 0 : 1)
                try script.write(other, on: [2])
                try script.see(.disk(1, .renamed(from: "orders-0", to: "orders-0.1-delete")))
            }
            let seen = violation { try script.acknowledges(batch, by: 1, meanwhile: move) }
            #expect(seen == (lacks ? "acknowledged what is not in the log" : nil))
        }
    }

    @Test func `a former leader may tell of what its successor's disk has lost since`() throws {
        // Its successor had it: whoever is elected next has to answer for it.
        var script = try OracleScript(replicas: [1, 2])
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2])
        try script.change(isr: [2], leader: 2)
        try script.begins(2, epoch: 1, at: 1)
        try script.losePower(2, keeping: [])
        try script.tells(1, by: 1)
        var other = script
        try script.change(leader: 2)
        try script.begins(2, epoch: 2, at: 0)
        #expect(script.oracle.losses.map(\.offsets) == [0..<1])
        // Not if there was another in the ISR that has it.
        try other.change(isr: [1, 2])
        try other.change(leader: 2)
        #expect(violation { try other.begins(2, epoch: 2, at: 0) } == "committed records are lost")
    }

    @Test func `a former leader tells of what its successor lost before it began: that is lost by its election`() throws
    {
        // Seed 682: the damage of the one elected uncleanly is older than its epoch.
        var script = try OracleScript(replicas: [1, 2], settings: ["unclean.leader.election.enable": "true"])
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2])
        try script.change(isr: [1])
        try script.losePower(2, keeping: [])
        try script.change(isr: [2], leader: 2)
        try script.begins(2, epoch: 1, at: 0)
        try script.tells(1, by: 1)
        #expect(script.oracle.losses.map(\.offsets) == [0..<1])
        // It is not waited for: who joins needs what the new leader has.
        let next = try OracleScript.batch(at: 0, epoch: 1)
        try script.write(next, on: [2])
        try script.cut(batch, on: 1)
        try script.change(isr: [1, 2])
    }

    @Test func `what was cut but not durably is back after a loss of power, in the place of what came since`() throws {
        // Seed 2552: the log is longer than before and still lacks what its broker had acknowledged alone.
        var script = try OracleScript(replicas: [1, 2], isr: [1])
        let old = [try OracleScript.batch(at: 0), try OracleScript.batch(at: 1)]
        for batch in old { try script.write(batch, on: [1]) }
        for batch in old.reversed() { try script.cut(batch, on: 1) }
        try script.change(leader: 1)
        try script.begins(1, epoch: 1, at: 0)
        let new = try OracleScript.batch(at: 0, epoch: 1)
        try script.write(new, on: [1])
        try script.tells(1, by: 1)
        var other = script
        try script.losePower(1, keeping: old)
        try script.change(leader: 1)
        try script.begins(1, epoch: 2, at: 2)
        #expect(script.oracle.losses.map(\.cause) == [.soleMember(.powerLoss)])
        #expect(script.oracle.losses.map(\.offsets) == [0..<1])
        // Not if another has it.
        try other.write(new, on: [2])
        try other.change(isr: [1, 2])
        try other.losePower(1, keeping: old)
        try other.change(leader: 1)
        #expect(violation { try other.begins(1, epoch: 2, at: 2) } == "committed records are lost")
    }

    @Test func `a folder whose removal was not durable counts again`() throws {
        // A loss of power brings it back, and a replica that is moved there goes on from what it has.
        var script = try OracleScript()
        let first = try OracleScript.batch(at: 0)
        try script.write(first, on: [1, 2, 3])
        try script.see(.disk(3, .renamed(from: "orders-0", to: "orders-0.1-delete")))
        try script.losePower(3, keeping: [first])
        try script.write(try OracleScript.batch(at: 1), on: [1, 2, 3])
        try script.tells(2, by: 1)
    }

    @Test func `a leader that has lost all may begin where its log is to start`() throws {
        // DeleteRecords outlives the records: there is nothing before its log start that could be committed.
        var script = try OracleScript(replicas: [1])
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1])
        try script.losePower(1, keeping: [])
        try script.change(leader: 1)
        try script.begins(1, epoch: 1, at: 5)
        try script.tells(5, by: 1)
        #expect(violation { try script.tells(6, by: 1) } == "not held by all of the ISR")
    }

    @Test func `a leader without what is committed loses it, and only by name`() throws {
        // Any other loss fails the run.
        var script = try OracleScript()
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2, 3])
        try script.tells(1, by: 1)
        var whole = script
        try whole.change(isr: [2, 3], leader: 2)
        try whole.begins(2, epoch: 1, at: 1)
        #expect(whole.oracle.losses.isEmpty)

        var broken = script
        try broken.cut(batch, on: 2)
        try broken.change(isr: [2, 3], leader: 2)
        #expect(violation { try broken.begins(2, epoch: 1, at: 0) } == "committed records are lost")

        var sole = script
        try sole.change(isr: [2])
        try sole.losePower(2, keeping: [])
        try sole.change(leader: 2)
        try sole.begins(2, epoch: 1, at: 0)
        #expect(sole.oracle.losses.map(\.cause) == [.soleMember(.powerLoss)])
        #expect(sole.oracle.losses.map(\.offsets) == [0..<1])
    }

    @Test func `a log that ends before what was deleted goes on by name only, and then from there`() throws {
        // No record is missing, but offsets are given a second time.
        var script = try OracleScript()
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2, 3])
        try script.tells(1, by: 1, logStart: 1)
        var broken = script
        try broken.cut(batch, on: 2)
        try broken.change(isr: [2, 3], leader: 2)
        #expect(violation { try broken.begins(2, epoch: 1, at: 0) } == "committed records are lost")

        try script.change(isr: [2])
        try script.losePower(2, keeping: [])
        try script.change(leader: 2)
        try script.begins(2, epoch: 1, at: 0)
        #expect(script.oracle.losses.map(\.offsets) == [0..<1])
        let next = try OracleScript.batch(at: 0, epoch: 1, value: "other")
        try script.write(next, on: [2])
        try script.tells(1, by: 2, serving: next)
        // Nobody asks any more for what lay at those offsets before.
        var again = script
        try again.change(leader: 2)
        try again.begins(2, epoch: 2, at: 1)
        #expect(again.oracle.losses.count == 1)
        #expect(violation { try script.change(isr: [2, 3]) } == "one joined the ISR that lacks records")
    }

    @Test func `an election outside the ISR needs the topic's setting`() throws {
        // Nobody else may decide to lose records.
        var script = try OracleScript(isr: [1, 2])
        #expect(violation { try script.change(isr: [3], leader: 3) } == "elected outside the ISR")
        var allowed = try OracleScript(isr: [1, 2], settings: ["unclean.leader.election.enable": "true"])
        let batch = try OracleScript.batch(at: 0)
        try allowed.write(batch, on: [1, 2])
        try allowed.tells(1, by: 1)
        try allowed.change(isr: [3], leader: 3)
        var dead = allowed
        try allowed.begins(3, epoch: 1, at: 0)
        #expect(allowed.oracle.losses.map(\.cause) == [.uncleanElection])
        // One that dies before it leads has decided the loss all the same.
        try dead.change(leader: -1)
        try dead.change(leader: 3)
        try dead.begins(3, epoch: 3, at: 0)
        #expect(dead.oracle.losses.map(\.cause) == [.uncleanElection])
    }

    @Test func `who joins the ISR must have what is committed`() throws {
        // It may be elected a moment later.
        var script = try OracleScript(isr: [1, 2])
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2])
        try script.tells(1, by: 1)
        var early = script
        #expect(violation { try early.change(isr: [1, 2, 3]) } == "one joined the ISR that lacks records")
        try script.write(batch, on: [3])
        try script.change(isr: [1, 2, 3])
    }

    @Test func `sequences of a producer follow each other`() throws {
        // A repeat doubles records, a gap has lost some.
        var script = try OracleScript()
        try script.write(try OracleScript.batch(at: 0, producer: 9, sequence: 0), on: [1])
        try script.write(try OracleScript.batch(at: 1, producer: 9, sequence: 1), on: [1])
        var twice = script
        #expect(
            violation { try twice.write(try OracleScript.batch(at: 2, producer: 9, sequence: 1), on: [1]) }
                == "a batch of a producer was appended twice, or out of order")
        var gap = script
        #expect(
            violation { try gap.write(try OracleScript.batch(at: 2, producer: 9, sequence: 3), on: [1]) }
                == "sequences have a gap")
        try script.write(
            try OracleScript.batch(at: 2, producer: 9, producerEpoch: 1, sequence: 0), on: [1])
    }

    @Test func `a follower that copies on after a difference is seen`() throws {
        // Truncation by epoch makes logs equal before every record that they share.
        var script = try OracleScript()
        try script.write(try OracleScript.batch(at: 0), on: [1, 2])
        try script.write(try OracleScript.batch(at: 1), on: [2])
        try script.change(isr: [2, 3], leader: 3)
        let first = try OracleScript.batch(at: 0)
        try script.write(first, on: [3])
        try script.begins(3, epoch: 1, at: 1)
        try script.write(try OracleScript.batch(at: 1, epoch: 1, value: "other"), on: [3])
        let third = try OracleScript.batch(at: 2, epoch: 1)
        try script.write(third, on: [3])
        #expect(violation { try script.write(third, on: [2]) } == "logs differ before a record that both have")
    }

    @Test func `a record is served as the log has it, below the high watermark`() throws {
        // A consumer must not see what may vanish.
        var script = try OracleScript()
        let first = try OracleScript.batch(at: 0)
        let second = try OracleScript.batch(at: 1)
        try script.write(first, on: [1, 2, 3])
        try script.write(second, on: [1])
        try script.tells(1, by: 1, serving: first)
        var early = script
        #expect(
            violation { try early.tells(1, by: 1, serving: second) }
                == "an uncommitted record was served to a consumer")
        let other = try OracleScript.batch(at: 0, value: "never written")
        #expect(
            violation { try script.tells(1, by: 1, serving: other) } == "a record was served that is not in the log")
    }

    @Test func `a fetch of an old epoch is not served`() throws {
        // The reader's log may have left the leader's.
        var script = try OracleScript()
        try script.change(isr: [2, 3], leader: 2)
        try script.begins(2, epoch: 1, at: 0)
        try script.tells(0, by: 2, askedInEpoch: 1)
        #expect(violation { try script.tells(0, by: 2, askedInEpoch: 0) } == "an old leader epoch was served")
    }

    @Test func `a log does not go on after torn bytes`() throws {
        // Recovery must have cut them.
        var script = try OracleScript()
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [2])
        let next = try OracleScript.batch(at: 1)
        let torn = Int64(batch.header.sizeInBytes) + 30
        #expect(
            violation { try script.see(.disk(2, .wrote(path: OracleScript.path(), offset: torn, next.bytes))) }
                == "a log goes on after bytes that are no batch")
    }

    @Test func `a member commits only what it was handed`() throws {
        // Else records are passed over.
        var script = try OracleScript()
        let id = OracleScript.partition
        try script.see(.client(.positioned(consumer: "c", group: "g", id, offset: 0)))
        try script.see(.client(.delivered(consumer: "c", group: "g", id, offset: 0, record: "a")))
        try script.see(.client(.commitSent(consumer: "c", group: "g", generation: 1, id, offset: 1)))
        #expect(
            violation { try script.see(.client(.commitSent(consumer: "c", group: "g", generation: 1, id, offset: 2))) }
                == "a member commits what it was not handed")
    }

    @Test func `who has not heard that its topic was deleted breaks no promise of the one that took its name`() throws {
        // Metadata reaches brokers late, and what the old topic held is nobody's loss.
        var script = try OracleScript()
        let old = try OracleScript.batch(at: 0, value: "old")
        try script.write(old, on: [1, 2, 3])
        try script.acknowledges(old, by: 1)
        try script.replaceTopic(replicas: [2, 3, 1])
        let late = try OracleScript.batch(at: 1, value: "late")
        try script.write(late, on: [1])
        try script.acknowledges(late, by: 1)
        try script.makesFolder(2)
        try script.begins(2, epoch: 0, at: 0)
        let new = try OracleScript.batch(at: 0, value: "new")
        try script.write(new, on: [2])
        #expect(violation { try script.acknowledges(new, by: 2) } == "not held by all of the ISR")
        for broker in [BrokerID(1), 3] {
            try script.makesFolder(broker)
            try script.write(new, on: [broker])
        }
        try script.acknowledges(new, by: 2)
    }

    @Test func `a leader may go by the min ISR that it knows, until it knows better`() throws {
        // A setting is changed by one record, and heard of later.
        var script = try OracleScript(isr: [1])
        try script.configure("min.insync.replicas", "2")
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1])
        try script.acknowledges(batch, by: 1)
        try script.reads(1, upTo: 9)
        let second = try OracleScript.batch(at: 1)
        try script.write(second, on: [1])
        #expect(violation { try script.acknowledges(second, by: 1) } == "acknowledged with too few in-sync replicas")
    }

    @Test func `the cleaner may take what has a successor, and nothing else`() throws {
        // Of each key the last record stays, as it was.
        var script = try OracleScript(settings: ["log.cleanup.policy": "compact"])
        let batches = try [("a", 0), ("b", 1), ("a", 2)].map { try OracleScript.batch(at: Int64($0.1), key: $0.0) }
        for batch in batches { try script.write(batch, on: [1, 2, 3]) }
        try script.tells(3, by: 1)
        var greedy = script
        #expect(
            violation { try greedy.cleans([batches[2]], on: 1) } == "the cleaner took the last record of a key")
        var forger = script
        let forged = try OracleScript.batch(at: 1, value: "forged", key: "b")
        #expect(violation { try forger.cleans([forged, batches[2]], on: 1) } == "the cleaner changed a record")
        try script.cleans([batches[1], batches[2]], on: 1)
        // Whoever copies from a cleaned log, or leads without having cleaned, breaks no promise.
        try script.change(isr: [2, 3], leader: 2)
        try script.begins(2, epoch: 1, at: 3)
        let next = try OracleScript.batch(at: 3, epoch: 1, key: "b")
        try script.write(next, on: [2, 3])
        try script.tells(4, by: 2, serving: next)
    }

    @Test func `the cleaner of a topic that was deleted concerns nobody`() throws {
        // Its broker has not heard yet; the topic that took the name has other records.
        var script = try OracleScript(settings: ["log.cleanup.policy": "compact"])
        let batches = try ["a", "b", "a"].enumerated().map { try OracleScript.batch(at: Int64($0), key: $1) }
        for batch in batches { try script.write(batch, on: [1, 2, 3]) }
        try script.tells(3, by: 1)
        try script.replaceTopic(replicas: [2, 3, 1])
        try script.cleans([batches[1], batches[2]], on: 1)
        try script.cleans([batches[2]], on: 1)
    }

    @Test func `who was away while a key was deleted may have it still, and nothing else`() throws {
        // Tombstones are not kept for ever, but they go after what they delete.
        var script = try OracleScript(isr: [1, 2], settings: ["log.cleanup.policy": "compact"])
        let first = try OracleScript.batch(at: 0, key: "a")
        let second = try OracleScript.batch(at: 1, key: "b")
        let tombstone = try OracleScript.batch(at: 2, key: "a", isTombstone: true)
        let last = try OracleScript.batch(at: 3, key: "c")
        try script.write(first, on: [1, 2, 3])
        for batch in [second, tombstone, last] { try script.write(batch, on: [1, 2]) }
        try script.tells(4, by: 1)
        var greedy = script
        #expect(
            violation { try greedy.cleans([first, second, last], on: 1) }
                == "the cleaner took a tombstone before what it deletes")
        // Retention has taken both on the leader; here their files wait for the cleaner.
        var behind = script
        try behind.tells(4, by: 1, logStart: 3)
        try behind.cleans([first, second, last], on: 2)
        for broker in [BrokerID(1), 2] { try script.cleans([second, last], on: broker) }
        var lacking = script
        for batch in [second, last] { try script.write(batch, on: [3]) }
        try script.change(isr: [1, 2, 3])
        try script.settle()

        try lacking.write(last, on: [3])
        try lacking.change(isr: [1, 2, 3])
        #expect(violation { try lacking.settle() } == "compacted logs differ at the end")
    }

    @Test func `an old leader commits at offsets where the next has others by name only`() throws {
        // It has not heard of the election, and answers its producers when all of its ISR has the record.
        var allowed = try OracleScript(replicas: [1, 2], settings: ["unclean.leader.election.enable": "true"])
        try allowed.change(isr: [1])
        try allowed.change(isr: [2], leader: 2)
        try allowed.begins(2, epoch: 1, at: 0)
        let next = try OracleScript.batch(at: 0, epoch: 1)
        try allowed.write(next, on: [2])
        try allowed.tells(1, by: 2)
        let late = try OracleScript.batch(at: 0, value: "late")
        try allowed.write(late, on: [1])
        try allowed.acknowledges(late, by: 1)
        #expect(allowed.oracle.losses.map(\.offsets) == [0..<1])

        // Nobody loses what was elected from the ISR.
        var clean = try OracleScript(replicas: [1, 2])
        try clean.change(isr: [2], leader: 2)
        try clean.begins(2, epoch: 1, at: 0)
        try clean.write(next, on: [2])
        try clean.tells(1, by: 2)
        try clean.write(late, on: [1])
        #expect(violation { try clean.acknowledges(late, by: 1) } != nil)
    }

    @Test func `what a leader has removed nobody compares, and a log may begin anew before its end`() throws {
        // Logs differ where both can be read; an empty one is seen on no disk.
        var script = try OracleScript(replicas: [3, 1, 2])
        try script.write(try OracleScript.batch(at: 0, value: "parted"), on: [3])
        try script.change(isr: [1, 2], leader: 1)
        try script.begins(1, epoch: 1, at: 0)
        try script.write(try OracleScript.batch(at: 0, epoch: 1), on: [1])
        let second = try OracleScript.batch(at: 1, epoch: 1)
        let path = OracleScript.path("00000000000000000001.log")
        try script.see(.disk(1, .wrote(path: path, offset: 0, second.bytes)))
        var early = script
        #expect(
            violation { try early.see(.disk(3, .wrote(path: path, offset: 0, second.bytes))) }
                == "logs differ before a record that both have")
        try script.change(isr: [2], leader: 2)
        try script.begins(2, epoch: 2, at: 0)
        // Cut off, it goes on with what it believes to be its own.
        let removed = OracleScript.path("00000000000000000000.log.1.deleted")
        try script.see(.disk(1, .renamed(from: OracleScript.path(), to: removed)))
        try script.see(.disk(3, .wrote(path: path, offset: 0, second.bytes)))

        for name in ["00000000000000000000.log", "00000000000000000001.log"] {
            try script.see(.disk(3, .removed(path: OracleScript.path(name))))
        }
        #expect(script.oracle.unrest != nil)
        let id = OracleScript.partition
        try script.see(.event(script.event(.logTruncated(id, from: 2, to: 0), on: 3)))
        try script.change(isr: [1, 2, 3])
        #expect(script.oracle.unrest == nil)
    }

    @Test func `a cleaned log may end behind its last record, and a follower take what its leader just removed`() throws
    {
        // Neither has less than is committed.
        let settings = ["log.cleanup.policy": "compact", "unclean.leader.election.enable": "true"]
        var script = try OracleScript(replicas: [2, 1], isr: [2], settings: settings)
        let batches = try ["a", "b", "b"].enumerated().map { try OracleScript.batch(at: Int64($0), key: $1) }
        for batch in batches { try script.write(batch, on: batch.baseOffset < 2 ? [1, 2] : [2]) }
        try script.tells(3, by: 2)
        try script.cleans([batches[0], batches[2]], on: 2)
        try script.change(isr: [1], leader: 1)
        try script.begins(1, epoch: 1, at: 2)
        #expect(script.oracle.losses.map(\.offsets) == [2..<3])
        try script.see(.disk(2, .truncated(path: OracleScript.path(), size: Int64(batches[0].sizeInBytes))))
        try script.change(isr: [1, 2])
        try script.change(leader: 2)
        try script.begins(2, epoch: 2, at: 2)
        try script.tells(2, by: 2)
        // All of it retires; it leads on.
        let removed = OracleScript.path("00000000000000000000.log.2.deleted")
        try script.see(.disk(2, .renamed(from: OracleScript.path(), to: removed)))
        let next = try OracleScript.batch(at: 2, epoch: 2, key: "b")
        for (broker, name) in [(BrokerID(2), "00000000000000000002.log"), (1, "00000000000000000002.log")] {
            try script.see(.disk(broker, .wrote(path: OracleScript.path(name), offset: 0, next.bytes)))
        }
        try script.acknowledges(next, by: 2)
        var plain = try OracleScript(replicas: [1, 2])
        try plain.write(batches[0], on: [1, 2])
        try plain.change(leader: 2)
        try plain.begins(2, epoch: 1, at: 1)
        #expect(violation { try plain.tells(3, by: 2) } == "not held by all of the ISR")

        var removing = try OracleScript(replicas: [1, 2], isr: [1])
        let first = try OracleScript.batch(at: 0)
        let second = try OracleScript.batch(at: 1)
        try removing.write(first, on: [1])
        try removing.write(second, on: [1])
        try removing.tells(2, by: 1)
        try removing.see(
            .disk(1, .renamed(from: OracleScript.path(), to: OracleScript.path("00000000000000000000.log.1.deleted"))))
        try removing.write(first, on: [2])
        var early = removing
        #expect(violation { try early.change(isr: [1, 2]) } == "one joined the ISR that lacks records")
        try removing.write(second, on: [2])
        try removing.change(isr: [1, 2])
    }

    @Test func `retention takes only what is committed`() throws {
        // The leader decides alone what goes.
        var script = try OracleScript()
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2])
        let removal = Observation.disk(
            1, .renamed(from: OracleScript.path(), to: OracleScript.path("00000000000000000000.log.1.deleted")))
        var early = script
        #expect(violation { try early.see(removal) } == "retention took what is not committed")
        try script.write(batch, on: [3])
        try script.tells(1, by: 1)
        try script.see(removal)
    }

    @Test func `damage stays where it is`() throws {
        // A damaged replica excuses nothing of the others, and nothing before the damage.
        var script = try OracleScript()
        let whole = try OracleScript.batch(at: 0)
        let second = try OracleScript.batch(at: 1)
        try script.write(whole, on: [1, 2, 3])
        try script.write(second, on: [1, 3])
        try script.flips(1, at: Int64(whole.header.sizeInBytes) + 70)
        var bytes = second.bytes
        let last = bytes.writerIndex - 1
        bytes.setInteger(bytes.getInteger(at: last, as: UInt8.self)! ^ 4, at: last)
        let damaged = try RecordBatch(bytes)
        // A leader serves what lies in its log, as in Kafka; no follower may take it.
        var copying = script
        #expect(violation { try copying.write(damaged, on: [2]) } != nil)
        try script.write(second, on: [2])
        try script.tells(2, by: 1, serving: damaged)
        let forged = try OracleScript.batch(at: 0, value: "forged")
        #expect(
            violation { try script.tells(2, by: 1, serving: forged) } == "a record was served that is not in the log")
    }

    @Test func `of what is before the log start nothing is promised`() throws {
        // Retention takes an epoch's end with it: a follower that parted there keeps records that nobody can read.
        var script = try OracleScript(replicas: [3, 1, 2])
        try script.write(OracleScript.batch(at: 0, value: "parted"), on: [3])
        try script.change(isr: [1, 2], leader: 1)
        try script.begins(1, epoch: 1, at: 0)
        for offset in 0..<2 { try script.write(OracleScript.batch(at: Int64(offset), epoch: 1), on: [1, 2]) }
        try script.tells(2, by: 1)
        let next = try OracleScript.batch(at: 2, epoch: 1)
        try script.write(next, on: [1, 2])
        var keeping = script
        #expect(violation { try keeping.write(next, on: [3]) } == "logs differ before a record that both have")
        try script.tells(2, by: 1, logStart: 2)
        try script.write(next, on: [3])
        try script.tells(3, by: 1, logStart: 2)
        try script.change(isr: [1, 2, 3])
        try script.change(leader: 3)
        try script.begins(3, epoch: 2, at: 3)
    }
}
