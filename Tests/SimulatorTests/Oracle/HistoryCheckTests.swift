import KafkaProtocol
import Testing

@testable import Simulator

/// A check of the history that agreed with everything would be worth nothing.
@Suite struct HistoryCheckTests {
    private static let orders = TopicPartition(topic: "orders", partition: 0)
    private var check = HistoryCheck()
    private var facts = HistoryCheck.Facts(partition: Self.orders, start: 0)

    init() {
        note(.opened(producer: "producer-0", acks: -1, idempotent: true, keepsOrder: true))
        note(.positioned(consumer: "member-0", group: "readers", Self.orders, offset: 0))
    }

    private mutating func note(_ note: ClientNote) { check.see(.client(note)) }

    private static func name(_ number: Int) -> String {
        "producer-0-" + String(repeating: "0", count: 6 - String(number).count) + String(number)
    }

    private mutating func sends(_ number: Int, at offset: Int64?, acks: Int16 = -1) {
        let record = Self.name(number)
        note(.sent(producer: "producer-0", record: record, Self.orders, acks: acks, idempotent: acks == -1))
        if let offset {
            note(.acknowledged(producer: "producer-0", record: record, Self.orders, offset: offset, acks: acks))
        }
    }

    private mutating func reads(_ number: Int, at offset: Int64, by consumer: String = "member-0") {
        let group: String? = consumer.hasPrefix("member") ? "readers" : nil
        note(
            .delivered(consumer: consumer, group: group, Self.orders, offset: offset, record: Self.name(number)))
    }

    private mutating func commits(_ offset: Int64) {
        note(.commitAcknowledged(consumer: "member-0", group: "readers", generation: 1, Self.orders, offset: offset))
    }

    private mutating func holds(_ number: Int, at offset: Int64) { facts.log.append((offset, Self.name(number))) }

    private var objection: String? { check.objection(to: [facts]) }

    @Test mutating func `records that are all read and there are no cause for an objection`() {
        for number in 0..<3 {
            sends(number, at: Int64(number))
            reads(number, at: Int64(number))
            holds(number, at: Int64(number))
        }
        commits(3)
        #expect(objection == nil)
    }

    @Test mutating func `a record of acks=all may be lost by name alone`() {
        sends(0, at: 0)
        sends(1, at: 1)
        holds(0, at: 0)
        #expect(objection?.contains("record 1 of producer-0 at offset 1 of orders-0, of acks=all") == true)
        facts.named = [1..<2]
        #expect(objection?.contains("ledger does not know") == true)
        facts.lost = [1...1]
        #expect(objection == nil)
    }

    @Test mutating func `a record of acks=1 may be lost if its brokers' ledger knows`() {
        sends(0, at: 0, acks: 1)
        #expect(objection?.contains("ledger does not know") == true)
        facts.lost = [0...0]
        #expect(objection == nil)
    }

    @Test mutating func `what is before the log's start is not lost`() {
        sends(0, at: 0)
        facts.start = 1
        #expect(objection == nil)
    }

    @Test mutating func `an idempotent producer's record lies there once`() {
        sends(0, at: 0)
        holds(0, at: 0)
        holds(0, at: 1)
        #expect(objection?.hasPrefix("duplicate: record 0") == true)
        var other = self
        facts.named = [0..<1]
        #expect(objection == nil)
        // Nor if a leader's log never had anything of the producer: retention had taken the first (seed 2113317).
        other.facts.metAnew = ["producer-0"]
        #expect(other.objection == nil)
    }

    @Test mutating func `what has failed for certain is not read`() {
        sends(0, at: nil)
        note(
            .failed(
                producer: "producer-0", record: Self.name(0), Self.orders, .notEnoughReplicas, mayBeWritten: false))
        holds(0, at: 0)
        #expect(objection?.hasPrefix("aborted-read: record 0") == true)
    }

    @Test mutating func `an offset holds one record, unless its broker has lost the first`() {
        sends(0, at: 0, acks: 1)
        sends(1, at: 0, acks: 1)
        holds(1, at: 0)
        facts.lost = [0...0]
        #expect(objection?.hasPrefix("inconsistent-offsets") == true)
        facts.hasEverLost = true
        #expect(objection == nil)
    }

    @Test mutating func `a producer that keeps its order keeps it`() {
        sends(0, at: 1)
        sends(1, at: 0)
        holds(1, at: 0)
        holds(0, at: 1)
        #expect(objection?.hasPrefix("nonmonotonic-send: record 1") == true)
        note(.opened(producer: "producer-0", acks: -1, idempotent: true, keepsOrder: false))
        #expect(objection == nil)
    }

    @Test mutating func `a consumer neither goes back nor leaves out, unless it was told to`() {
        for number in 0..<3 {
            sends(number, at: Int64(number))
            holds(number, at: Int64(number))
        }
        reads(0, at: 0, by: "consumer-0")
        reads(2, at: 2, by: "consumer-0")
        #expect(objection?.hasPrefix("poll-skip: record 1") == true)
        reads(1, at: 1, by: "consumer-0")
        #expect(objection?.contains("record 1") == true)
        note(.positionReset(consumer: "consumer-1", Self.orders, from: 0, to: 0, reason: ""))
        var back = Self()
        for number in 0..<2 {
            back.sends(number, at: Int64(number))
            back.holds(number, at: Int64(number))
            back.reads(number, at: Int64(number), by: "consumer-0")
        }
        var told = back
        back.reads(0, at: 0, by: "consumer-0")
        #expect(back.objection?.hasPrefix("nonmonotonic-poll: record 0") == true)
        told.note(.positionReset(consumer: "consumer-0", Self.orders, from: 2, to: 0, reason: "truncated"))
        told.reads(0, at: 0, by: "consumer-0")
        #expect(told.objection == nil)
    }

    @Test mutating func `a group does not commit past what it was not handed`() {
        for number in 0..<2 {
            sends(number, at: Int64(number))
            holds(number, at: Int64(number))
        }
        reads(0, at: 0)
        commits(2)
        #expect(objection?.hasPrefix("group readers has committed past record 1") == true)
        facts.named = [1..<2]
        #expect(objection == nil)
    }

    @Test mutating func `of a partition that is not to be judged nothing is said`() {
        sends(0, at: 0)
        #expect(check.objection(to: []) == nil)
        note(.corrupt(consumer: "consumer-0", Self.orders, offset: 0))
        #expect(check.damaged == [Self.orders])
    }

    @Test mutating func `a producer that was met in the middle may come out of order, another may not`() {
        // A log without anything of a producer takes any sequence: the second of two batches, whose first was refused
        // (seed 6597).
        sends(0, at: nil)
        sends(1, at: 0)
        note(.acknowledged(producer: "producer-0", record: Self.name(0), Self.orders, offset: 1, acks: -1))
        holds(1, at: 0)
        holds(0, at: 1)
        #expect(objection?.contains("nonmonotonic-send") == true)
        facts.metMidway = ["producer-0"]
        #expect(objection == nil)
    }
}
