import KafkaBroker
import KafkaProtocol
import NIOCore
import Simulator
import Testing

/// Logs that lose records at their start, or everywhere, and keep their promises.
@Suite struct CleaningOracleTests {
    @Test func `a replica keeps to its own log start, and one without records begins there`() throws {
        // An election may make a lower start that of the others (seeds 8512 and 13228).
        var script = try OracleScript(replicas: [3, 1, 2], settings: ["unclean.leader.election.enable": "true"])
        try script.change(isr: [1], leader: 1)
        try script.begins(1, epoch: 1, at: 0)
        try script.write(try OracleScript.batch(at: 0, epoch: 1), on: [1])
        try script.tells(1, by: 1, logStart: 1)
        try script.change(isr: [3], leader: 3)
        try script.begins(3, epoch: 2, at: 0)
        #expect(script.oracle.losses.map(\.offsets) == [0..<1])
        try script.write(try OracleScript.batch(at: 0, epoch: 2), on: [3])
        let next = try OracleScript.batch(at: 1, epoch: 2)
        try script.write(next, on: [3])
        var unheard = script
        #expect(violation { try unheard.write(next, on: [1]) } == "logs differ before a record that both have")
        try script.fetches(1, from: 3, at: 1, logStart: 1)
        try script.write(next, on: [1])
        try script.change(isr: [1, 3])

        var empty = try OracleScript(replicas: [1, 2], isr: [1])
        try empty.write(try OracleScript.batch(at: 0), on: [1])
        try empty.tells(1, by: 1, logStart: 1)
        try empty.see(.disk(1, .removed(path: OracleScript.path())))
        unheard = empty
        #expect(violation { try unheard.change(isr: [1, 2]) } == "one joined the ISR that lacks records")
        try empty.see(.disk(2, .wrote(path: OracleScript.path(), offset: 0, ByteBuffer())))
        try empty.fetches(2, from: 1, at: 1, logStart: 1)
        try empty.change(isr: [1, 2])
    }

    @Test func `a log that is cut where the cleaner left a hole goes on from there`() throws {
        // It ends behind its last record, as its broker says (seed 7513).
        var script = try OracleScript(replicas: [1, 2], settings: ["log.cleanup.policy": "compact"])
        let batches = try (0..<3).map { try OracleScript.batch(at: $0, key: "a") }
        for batch in batches { try script.write(batch, on: [1, 2]) }
        try script.tells(3, by: 1)
        try script.cleans([], on: 2)
        try script.see(.event(script.event(.logTruncated(OracleScript.partition, from: 3, to: 2), on: 2)))
        #expect(script.oracle.unrest != nil)
        try script.write(batches[2], on: [2])
        #expect(script.oracle.unrest == nil)
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

    /// A key is deleted while replica 3, which has its record, is away; the batches are those at offsets 0 to 3.
    private func deletion() throws -> (script: OracleScript, batches: [RecordBatch]) {
        var script = try OracleScript(isr: [1, 2], settings: ["log.cleanup.policy": "compact"])
        let batches = [
            try OracleScript.batch(at: 0, key: "a"), try OracleScript.batch(at: 1, key: "b"),
            try OracleScript.batch(at: 2, key: "a", isTombstone: true), try OracleScript.batch(at: 3, key: "c"),
        ]
        try script.write(batches[0], on: [1, 2, 3])
        for batch in batches[1...] { try script.write(batch, on: [1, 2]) }
        return (script, batches)
    }

    /// Replica 3 comes back after the cleaner: it may have the key still, and may lack nothing else.
    private func expectOnlyTheKey(_ script: OracleScript, _ second: RecordBatch, _ last: RecordBatch) throws {
        var (whole, lacking) = (script, script)
        for batch in [second, last] { try whole.write(batch, on: [3]) }
        try whole.change(isr: [1, 2, 3])
        try whole.settle()

        try lacking.write(last, on: [3])
        try lacking.change(isr: [1, 2, 3])
        #expect(violation { try lacking.settle() } == "compacted logs differ at the end")
    }

    @Test func `who was away while a key was deleted may have it still, and nothing else`() throws {
        // Tombstones are not kept for ever, but they go after what they delete.
        let (begun, batches) = try deletion()
        var script = begun
        let (first, second, last) = (batches[0], batches[1], batches[3])
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
        try expectOnlyTheKey(script, second, last)
    }

    @Test func `a key may be deleted before anybody has heard that it was`() throws {
        // Seed 2005131: what the leader had committed it had cleaned before it told anybody.
        let (begun, batches) = try deletion()
        var script = begun
        let (second, last) = (batches[1], batches[3])
        for broker in [BrokerID(1), 2] { try script.cleans([second, last], on: broker) }
        try script.tells(4, by: 1)
        try expectOnlyTheKey(script, second, last)
    }

    @Test func `who was away has an older record of a key than one that has its tombstone still`() throws {
        // Seeds 2109661 and 2116713: the leader's cleaner took the tombstone, another's has not yet.
        let (begun, batches) = try deletion()
        var script = begun
        try script.tells(4, by: 1)
        var unheard = script
        // While nobody has taken it, everybody is to have it.
        try unheard.cleans([batches[1], batches[2], batches[3]], on: 1)
        for batch in [batches[1], batches[3]] { try unheard.write(batch, on: [3]) }
        try unheard.change(isr: [1, 2, 3])
        #expect(violation { try unheard.settle() } == "compacted logs differ at the end")

        try script.cleans([batches[1], batches[3]], on: 1)
        for batch in [batches[1], batches[3]] { try script.write(batch, on: [3]) }
        try script.change(isr: [1, 2, 3])
        try script.change(leader: 3)
        try script.begins(3, epoch: 1, at: 4)
        try script.settle()
        var newer = script
        let again = try OracleScript.batch(at: 4, epoch: 1, key: "a")
        try newer.write(again, on: [3])
        try newer.write(try OracleScript.batch(at: 4, epoch: 1, key: "d"), on: [1, 2])
        #expect(violation { try newer.settle() } == "compacted logs differ at the end")
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

    @Test func `sequences that the cleaner took are known where a newer batch of their producer is cut off`() throws {
        // A broker knows them by its snapshots (seed 908923).
        var script = try OracleScript(replicas: [1, 2], settings: ["log.cleanup.policy": "compact"])
        let first = try OracleScript.batch(at: 0, producer: 9, sequence: 0, key: "a")
        let second = try OracleScript.batch(at: 1, producer: 9, sequence: 1, key: "b")
        for batch in [first, second] { try script.write(batch, on: [1, 2]) }
        try script.tells(2, by: 1)
        let third = try OracleScript.batch(at: 2, producer: 9, sequence: 2, key: "b")
        try script.write(third, on: [1])
        try script.cleans([first, third], on: 1)
        try script.change(leader: 2)
        try script.begins(2, epoch: 1, at: 2)
        try script.cut(third, on: 1)
        try script.see(.event(script.event(.logTruncated(OracleScript.partition, from: 3, to: 2), on: 1)))
        try script.change(leader: 1)
        try script.begins(1, epoch: 2, at: 2)
        var gap = script
        #expect(
            violation {
                try gap.write(try OracleScript.batch(at: 2, epoch: 2, producer: 9, sequence: 3, key: "b"), on: [1])
            } == "sequences have a gap")
        try script.write(try OracleScript.batch(at: 2, epoch: 2, producer: 9, sequence: 2, key: "b"), on: [1])
    }

    @Test func `a broker has nothing for a consumer only where nothing is left`() throws {
        // What superseded the records was cut off again: a reader stands before them for good, as in Kafka (seed
        // 912573).
        var script = try OracleScript(replicas: [1], settings: ["log.cleanup.policy": "compact"])
        let batches = try (0..<2).map { try OracleScript.batch(at: $0, key: "a") }
        for batch in batches { try script.write(batch, on: [1]) }
        try script.tells(2, by: 1)
        let nothing = Observation.client(
            .foundNothing(consumer: "consumer-0", OracleScript.partition, in: 0..<1, by: 1))
        var withheld = script
        #expect(violation { try withheld.see(nothing) } == "records were withheld")
        try script.cleans([batches[1]], on: 1)
        try script.see(nothing)
    }
}
