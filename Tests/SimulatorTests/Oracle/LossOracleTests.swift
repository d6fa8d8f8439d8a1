import KafkaBroker
import KafkaProtocol
import NIOCore
import Simulator
import Testing

/// What may be lost, by name, and what may not.
@Suite struct LossOracleTests {
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

    @Test func `who is elected as the others are fenced is the sole remaining member`() throws {
        // Seed 2007498: all lose their power, one comes back before its session is over, and leads as the other's ends.
        var script = try OracleScript(replicas: [1, 2])
        try script.begins(1, epoch: 0, at: 0)
        try script.write(try OracleScript.batch(at: 0), on: [1, 2])
        try script.tells(1, by: 1)
        try script.losePower(2, keeping: [])
        var other = script
        try script.change(isr: [2], leader: 2)
        try script.begins(2, epoch: 1, at: 0)
        #expect(script.oracle.losses.map(\.cause) == [.soleMember(.powerLoss)])
        try other.change(leader: 2)
        #expect(violation { try other.begins(2, epoch: 1, at: 0) } == "committed records are lost")
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

    @Test func `an empty segment that is back after a loss of power ends no log`() throws {
        // Seed 2017912: it was removed, though not durably, and others were written in place of its records.
        var script = try OracleScript(replicas: [1, 2])
        let batches = try (0..<3).map { try OracleScript.batch(at: $0) }
        for batch in batches { try script.write(batch, on: [1, 2]) }
        try script.losePower(2, keeping: batches, emptySegment: 1)
        #expect(script.oracle.losses.isEmpty)
        try script.removes(segment: 1, on: 2)
        try script.settle()
        try script.write(try OracleScript.batch(at: 3), on: [1, 2])
        try script.tells(4, by: 1)
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
}
