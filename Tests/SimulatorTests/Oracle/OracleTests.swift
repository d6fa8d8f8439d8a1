import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

@testable import Simulator

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
        for (lacks, hasBegun) in [(false, true), (false, false), (true, true)] {
            var script = try OracleScript()
            let batch = try OracleScript.batch(at: 0, producer: 9, sequence: 0)
            try script.write(batch, on: [1, 2, 3])
            let other = try OracleScript.batch(at: lacks ? 0 : 1, epoch: 1, value: "other")
            func move(_ script: inout OracleScript) throws {
                if lacks { try script.cut(batch, on: 2) }
                try script.change(isr: [2, 3], leader: 2, replicas: [2, 3])
                // It may not have heard of it yet (seed 11917).
                if hasBegun {
                    try script.begins(2, epoch: 1, at: lacks ? 0 : 1)
                    try script.write(other, on: [2])
                }
                try script.see(.disk(1, .renamed(from: "orders-0", to: "orders-0.1-delete")))
            }
            let seen = violation { try script.acknowledges(batch, by: 1, meanwhile: move) }
            #expect(seen == (lacks ? "acknowledged what is not in the log" : nil))
        }
    }

    @Test(arguments: [false, true])
    func `a member that is refused is waited for no longer`(namesTopicTwice: Bool) throws {
        // From when the leader asks for it until it hears (seed 7400), also behind others of its topic (seed 624837).
        var script = try OracleScript(replicas: [1, 2], isr: [1])
        let batch = try OracleScript.batch(at: 0)
        try script.asksForISR([1, 2], by: 1, answer: .ineligibleReplica, namesTopicTwice: namesTopicTwice) { script in
            try script.write(batch, on: [1])
            var early = script
            #expect(violation { try early.tells(1, by: 1) } == "not held by all of the ISR")
        }
        try script.tells(1, by: 1)
    }

    @Test func `who has left the replicas and has thrown its log away counts until the leader hears of it`() throws {
        // Seed 2105816: a reassignment is over, and who leaves hears of it before the leader.
        var script = try OracleScript()
        let batch = try OracleScript.batch(at: 0)
        try script.write(batch, on: [1, 2])
        try script.see(.disk(2, .renamed(from: "orders-0", to: "orders-0.0-delete")))
        var early = script
        #expect(violation { try early.tells(1, by: 1) } == "not held by all of the ISR")
        try script.write(batch, on: [3])
        try script.tells(1, by: 1)
    }

    @Test func `a leader whose log never had anything of a producer does not know it`() throws {
        // A replica that was added when retention had taken what the producer wrote (seed 2113317).
        var script = try OracleScript(replicas: [1, 2])
        let first = try OracleScript.batch(at: 0, producer: 9, sequence: 0)
        try script.write(first, on: [1])
        var other = script
        try script.change(isr: [2], leader: 2)
        try script.begins(2, epoch: 1, at: 0)
        try script.write(
            try OracleScript.batch(at: 0, epoch: 1, value: "producer-0-000001 ", producer: 9, sequence: 0), on: [2])
        #expect(script.oracle.partitions.map(\.metAnew) == [["producer-0"]])
        // Who had it remembers it.
        try other.write(first, on: [2])
        try other.change(isr: [2], leader: 2)
        try other.begins(2, epoch: 1, at: 1)
        try other.write(try OracleScript.batch(at: 1, epoch: 1, producer: 9, sequence: 1), on: [2])
        #expect(other.oracle.partitions.map(\.metAnew) == [[]])
    }

    @Test func `a request for a member that comes late waits for nobody`() throws {
        // It lay before a frozen controller, while another one answered the next (seed 2006518).
        var script = try OracleScript(replicas: [1, 2], isr: [1])
        try script.asksForISR([1, 2], by: 1, answer: .ineligibleReplica) { _ in }
        try script.askedForISRBefore([1, 2], by: 1)
        try script.write(try OracleScript.batch(at: 0), on: [1])
        try script.tells(1, by: 1)
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

    @Test func `a flipped length makes no record uncommitted`() throws {
        // As in Kafka, Fetch does not check what it serves; the client does (seed 359101287).
        var script = try OracleScript()
        let first = try OracleScript.batch(at: 0)
        let second = try OracleScript.batch(at: 1)
        try script.write(first, on: [1, 2, 3])
        try script.write(second, on: [1])
        try script.tells(1, by: 1, serving: first)
        var bytes = first.bytes
        // The second byte from the right of `lastOffsetDelta`.
        let place = bytes.readerIndex + 25
        bytes.setInteger(bytes.getInteger(at: place, as: UInt8.self).map { $0 ^ 8 } ?? 0, at: place)
        let longer = try RecordBatch(bytes)
        #expect(longer.nextOffset == 2049)
        var sound = script
        #expect(
            violation { try sound.tells(1, by: 1, serving: longer) } == "an uncommitted record was served to a consumer"
        )
        try script.flips(1, at: 25)
        try script.tells(1, by: 1, serving: longer)
        // What is sound beside it is held to the promise all the same.
        #expect(
            violation { try script.tells(1, by: 1, serving: second) }
                == "an uncommitted record was served to a consumer")
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

    @Test func `a broker that hears of several epochs at once serves in the last`() throws {
        // It writes in the last before it tells that it led in the first (seed 912299).
        var script = try OracleScript(replicas: [1, 2])
        try script.change(leader: 2)
        try script.change(leader: 1)
        try script.change(leader: 2)
        for offset in 0..<2 {
            let batch = try OracleScript.batch(at: Int64(offset), epoch: 3)
            try script.write(batch, on: [2])
            if offset == 0 {
                try script.begins(2, epoch: 1, at: 0)
                try script.begins(2, epoch: 3, at: 0)
            }
            try script.write(batch, on: [1])
            try script.acknowledges(batch, by: 2)
        }
    }

    @Test func `a fetch that waits while its topic is replaced may be answered for the one that is gone`() throws {
        // Its other partitions are taken away in the same step.
        var script = try OracleScript(replicas: [1, 2])
        for offset in 0..<3 { try script.write(try OracleScript.batch(at: Int64(offset)), on: [1, 2]) }
        func fetch(by version: Int16, _ script: inout OracleScript) throws {
            var wanted = FetchRequest.FetchTopic()
            wanted.topic = OracleScript.partition.topic
            wanted.partitions = [FetchRequest.FetchPartition()]
            var request = FetchRequest()
            request.topics = [wanted]
            var told = FetchResponse.PartitionData()
            told.highWatermark = 3
            told.records = .bytes(ByteBuffer())
            var topic = FetchResponse.FetchableTopicResponse()
            topic.topic = OracleScript.partition.topic
            topic.partitions = [told]
            var answer = FetchResponse()
            answer.responses = [topic]
            try script.exchange(
                request, answer, version: version, by: 1, to: .client(ConnectionID(rawValue: 5)),
                meanwhile: { script in
                    guard version == 12 else { return }
                    try script.replaceTopic(replicas: [1, 2])
                    for broker in [1, 2] as [BrokerID] { try script.makesFolder(broker) }
                    try script.begins(1, epoch: 0, at: 0)
                })
        }
        try fetch(by: 12, &script)
        #expect(violation { try fetch(by: 11, &script) } == "not held by all of the ISR")
        // Of other topics the same broker is judged as before.
        var deleted = try OracleScript(replicas: [1, 2])
        try deleted.deletesAnother(on: 1)
        #expect(violation { try fetch(by: 11, &deleted) } == "not held by all of the ISR")
    }
}
