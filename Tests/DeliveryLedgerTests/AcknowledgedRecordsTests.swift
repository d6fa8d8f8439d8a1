import KafkaProtocol
import NIOCore
import Testing

@testable import DeliveryLedger

@Suite struct AcknowledgedRecordsTests {
    private var script = LedgerScript()

    // MARK: Lost, and nearly

    @Test mutating func `what a new leader never had is lost`() throws {
        // The case that everybody fears: acks=1, and the leader dies before its followers have fetched.
        script.leads(2, epoch: 6, end: 4180, epochs: [(6, 0)])
        script.acknowledges(4180...4183, by: 2, epoch: 6, highWatermark: 4180)
        script.ledger.befell(2, .killed, at: script.tick())
        let changes = script.leads(1, epoch: 7, end: 4181, epochs: [(6, 0), (7, 4181)])
        let loss = try #require(script.onlyLoss(of: changes))
        #expect(loss.offsets == 4181...4183)
        #expect(loss.count == 3)
        #expect(loss.broker == 2)
        #expect(loss.misfortunes.map(\.fate) == [.killed])
        #expect(loss.election.leader == 1)
        #expect(loss.election.logEndOffset == 4181)
    }

    @Test mutating func `what the new leader has is not lost`() {
        // The near miss: the follower had fetched all of it.
        script.leads(2, epoch: 6, end: 0, epochs: [(6, 0)])
        script.acknowledges(0...9, by: 2, epoch: 6)
        #expect(script.leads(1, epoch: 7, end: 10, epochs: [(6, 0), (7, 10)]).isEmpty)
    }

    @Test mutating func `another epoch's records at the same offsets are a loss`() throws {
        // The new leader's log is as long, but something else was written there.
        script.leads(1, epoch: 1, end: 5, epochs: [(1, 0)])
        script.acknowledges(5...7, by: 1, epoch: 1)
        let changes = script.leads(2, epoch: 3, end: 9, epochs: [(1, 0), (2, 5), (3, 9)])
        #expect(try #require(script.onlyLoss(of: changes)).offsets == 5...7)
    }

    @Test mutating func `a zombie's late word is lost as soon as it is given`() throws {
        // It does not know yet that another leads.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.leads(2, epoch: 2, end: 3, epochs: [(1, 0), (2, 3)])
        let changes = script.acknowledges(3...4, by: 1, epoch: 1)
        #expect(try #require(script.onlyLoss(of: changes)).offsets == 3...4)
        #expect(script.acknowledges(3...9, by: 2, epoch: 2).isEmpty)
    }

    @Test mutating func `what a zombie goes on acknowledging is one loss, told at each doubling and at its end`() throws
    {
        // One event for each of fifty batches a second would bury everything else.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.leads(2, epoch: 2, end: 0, epochs: [(2, 0)])
        var told: [Int64] = []
        for offset in 0..<Int64(100) {
            for change in script.acknowledges(offset...offset, by: 1, epoch: 1) {
                switch change {
                case .lost(let loss) where told.isEmpty: told.append(loss.count)
                case .updated(let loss) where loss.mayGrow: told.append(loss.count)
                case .lost, .updated, .returned: Issue.record("one loss is told as another: \(change)")
                }
            }
        }
        #expect(told == [1, 2, 4, 8, 16, 32, 64])
        #expect(script.ledger.losses.map(\.count) == [100])
        let batch = try LedgerScript.batch(["a"], at: 0, epoch: 1)
        let changes = script.ledger.dropped(
            LedgerScript.orders, 0..<100, batches: batch, from: 1, .truncated, at: script.tick())
        guard case .updated(let whole)? = changes.first, changes.count == 1 else {
            Issue.record("\(changes)")
            return
        }
        #expect(whole.count == 100 && !whole.mayGrow)
    }

    @Test mutating func `that a loss grows no more is told, though it has not grown since`() throws {
        // It was told as one that may grow.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.leads(2, epoch: 2, end: 0, epochs: [(2, 0)])
        let changes = script.acknowledges(0...0, by: 1, epoch: 1)
        #expect(try #require(script.onlyLoss(of: changes)).mayGrow)
        let batch = try LedgerScript.batch(["a"], at: 0, epoch: 1)
        let dropped = script.ledger.dropped(
            LedgerScript.orders, 0..<1, batches: batch, from: 1, .truncated, at: script.tick())
        guard case .updated(let whole)? = dropped.first else {
            Issue.record("\(dropped)")
            return
        }
        #expect(whole.count == 1 && !whole.mayGrow)
    }

    @Test(arguments: [BrokerFate.killed, .lostPower, .wiped, .stopped, .diskFailed("full"), .frozen])
    mutating func `a loss grows no more when who acknowledged it has ended`(_ fate: BrokerFate) throws {
        // "So far" would stand there for good, beside a number that was true once.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.leads(2, epoch: 2, end: 0, epochs: [(2, 0)])
        script.ledger.isCutOff(1, at: script.tick())
        for offset in 0..<Int64(3) { script.acknowledges(offset...offset, by: 1, epoch: 1) }
        #expect(script.ledger.befell(2, .killed, at: script.tick()).isEmpty, "of others nothing changes")
        let changes = script.ledger.befell(1, fate, at: script.tick())
        guard fate != .frozen else {
            #expect(changes.isEmpty && script.ledger.losses[0].mayGrow)
            return
        }
        guard case .updated(let whole)? = changes.first, changes.count == 1 else {
            Issue.record("\(changes)")
            return
        }
        #expect(whole.count == 3 && !whole.mayGrow)
        #expect(whole.misfortunes.map(\.fate) == [.cutOff], "which is why it was lost")
        #expect(script.ledger.befell(1, fate, at: script.tick()).isEmpty, "it is told once")
    }

    @Test mutating func `a zombie's word costs nothing of what the new leader has acknowledged since`() throws {
        script.leads(2, epoch: 2, end: 3, epochs: [(1, 0), (2, 3)])
        script.acknowledges(3...50, by: 2, epoch: 2)
        let changes = script.acknowledges(3...3, by: 1, epoch: 1)
        #expect(try #require(script.onlyLoss(of: changes)).broker == 1)
    }

    @Test mutating func `a leader that comes back shorter has lost what it had acknowledged`() throws {
        // The only replica lost power, and leads again.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.acknowledges(0...9, by: 1, epoch: 1, isr: [1])
        script.ledger.befell(1, .lostPower, at: script.tick())
        let changes = script.leads(1, epoch: 3, end: 6, epochs: [(1, 0), (3, 6)])
        let loss = try #require(script.onlyLoss(of: changes))
        #expect(loss.offsets == 6...9)
        #expect(loss.misfortunes.map(\.fate) == [.lostPower])
    }

    @Test mutating func `a leader that comes back shorter in its own epoch has lost them too`() throws {
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.acknowledges(0...9, by: 1, epoch: 1, isr: [1])
        #expect(try #require(script.onlyLoss(of: script.leads(1, epoch: 1, end: 6, epochs: [(1, 0)]))).offsets == 6...9)
    }

    @Test mutating func `a broker that acknowledges while it is cut off is told to have been`() throws {
        // The cut came first: what befell it before it spoke does not count, unless it still goes on.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.ledger.befell(1, .killed, at: script.tick())
        script.ledger.isCutOff(1, at: script.tick())
        script.acknowledges(0...1, by: 1, epoch: 1)
        let first = try #require(script.onlyLoss(of: script.leads(2, epoch: 2, end: 0, epochs: [(2, 0)])))
        #expect(first.misfortunes.map(\.fate) == [.cutOff])
        script.ledger.isLinkedAgain(1, at: script.tick())
        script.leads(3, epoch: 3, end: 0, epochs: [(3, 0)])
        let second = try #require(script.onlyLoss(of: script.acknowledges(2...3, by: 1, epoch: 1)))
        #expect(second.misfortunes.isEmpty)
    }

    @Test(arguments: [BrokerFate.frozen, .cutOff])
    mutating func `a loss names what had gone on before its broker was killed`(_ fate: BrokerFate) throws {
        // "Broker 1 was killed": and that nobody could fetch from it for a minute before was not said.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.acknowledges(0...1, by: 1, epoch: 1)
        script.ledger.befell(1, fate, at: script.tick())
        script.ledger.befell(1, .killed, at: script.tick())
        let loss = try #require(script.onlyLoss(of: script.leads(2, epoch: 2, end: 0, epochs: [(2, 0)])))
        #expect(loss.misfortunes.map(\.fate) == [fate, .killed])
        #expect(
            loss.summary.contains("broker 1 \(fate.words) and then was killed, and the log of 2"), "\(loss.summary)")
        let chain = loss.chain { "\($0)" }
        #expect(chain.filter { $0.hasPrefix("broker 1 was") }.count == 2, "\(chain)")
    }

    @Test mutating func `a leader that was frozen while another was elected is told to have been`() throws {
        // It wakes, does not know yet that nobody follows it, and acknowledges in vain: no cause was named.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.ledger.befell(1, .frozen, at: script.tick())
        script.leads(2, epoch: 2, end: 0, epochs: [(2, 0)])
        script.ledger.isThawed(1, at: script.tick())
        let loss = try #require(script.onlyLoss(of: script.acknowledges(0...1, by: 1, epoch: 1)))
        #expect(loss.misfortunes.map(\.fate) == [.frozen])
        // What was over before all that has nothing to do with it.
        script.ledger.befell(3, .frozen, at: script.tick())
        script.ledger.areThawed(at: script.tick())
        script.leads(3, epoch: 3, end: 0, epochs: [(3, 0)])
        script.acknowledges(0...1, by: 3, epoch: 3)
        let other = try #require(script.onlyLoss(of: script.leads(2, epoch: 4, end: 0, epochs: [(4, 0)])))
        #expect(other.broker == 3 && other.misfortunes.isEmpty)
    }

    // MARK: What is no loss

    @Test mutating func `what retention or the cleaner may have removed is not lost`() throws {
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.acknowledges(0...9, by: 1, epoch: 1)
        // After a cleaning no record of epoch 1 need be left, nor its entry.
        let changes = script.leads(2, epoch: 2, end: 8, epochs: [(2, 5)], knownFrom: 5)
        #expect(try #require(script.onlyLoss(of: changes)).offsets == 5...9)
    }

    @Test mutating func `a deleted topic takes its account along`() {
        // A topic of the same name begins at epoch 0 again.
        script.leads(1, epoch: 4, end: 0, epochs: [(4, 0)])
        script.acknowledges(0...9, by: 1, epoch: 4)
        script.ledger.topicDeleted("orders")
        #expect(script.leads(2, epoch: 0, end: 0, epochs: [(0, 0)]).isEmpty)
        script.acknowledges(0...1, by: 2, epoch: 0)
        #expect(script.leads(3, epoch: 1, end: 2, epochs: [(0, 0), (1, 2)]).isEmpty)
    }

    @Test mutating func `who still leads a deleted topic costs nothing of the new one of its name`() {
        // It has not heard yet, and goes on acknowledging beside the new topic's leader (seed 653 of the simulator).
        script.leads(1, epoch: 0, end: 0, epochs: [(0, 0)])
        script.ledger.topicDeleted("orders")
        let former = script.topicID
        script.topicID = Uuid(high: 1, low: 2)
        script.leads(2, epoch: 0, end: 0, epochs: [(0, 0)])
        script.topicID = former
        #expect(script.acknowledges(7...9, by: 1, epoch: 0).isEmpty)
        script.topicID = Uuid(high: 1, low: 2)
        #expect(script.leads(3, epoch: 1, end: 0, epochs: [(1, 0)]).isEmpty)
    }

    @Test mutating func `what was acknowledged stays counted when its topic is deleted`() {
        // klamm_acknowledged_records_total is a counter, and counters do not go down.
        script.leads(1, epoch: 4, end: 0, epochs: [(4, 0)])
        script.acknowledges(0...9, by: 1, epoch: 4)
        script.ledger.topicDeleted("orders")
        #expect(script.ledger.acknowledged == 10)
        #expect(script.ledger.runCount == 0)
        script.topicID = Uuid(high: 1, low: 2)
        script.leads(1, epoch: 0, end: 0, epochs: [(0, 0)])
        script.acknowledges(0...1, by: 1, epoch: 0)
        #expect(script.ledger.acknowledged == 12)
    }

    @Test mutating func `an unclean election of a deleted topic says nothing of the next one's`() throws {
        script.ledger.electedUncleanly(LedgerScript.orders, leaderEpoch: 1)
        script.ledger.topicDeleted("orders")
        script.leads(1, epoch: 0, end: 0, epochs: [(0, 0)])
        script.acknowledges(0...1, by: 1, epoch: 0)
        let loss = try #require(script.onlyLoss(of: script.leads(2, epoch: 1, end: 0, epochs: [(1, 0)])))
        #expect(!loss.election.isUnclean)
    }

    @Test mutating func `what is dropped of a new topic is nothing that its namesake lost`() throws {
        script.leads(2, epoch: 1, end: 0, epochs: [(1, 0)])
        script.acknowledges(0...0, by: 2, epoch: 1)
        script.leads(1, epoch: 2, end: 0, epochs: [(2, 0)])
        script.ledger.topicDeleted("orders")
        script.topicID = Uuid(high: 1, low: 2)
        script.leads(2, epoch: 1, end: 0, epochs: [(1, 0)])
        let batch = try LedgerScript.batch(["another"], at: 0, epoch: 1)
        script.ledger.dropped(LedgerScript.orders, 0..<1, batches: batch, from: 2, .truncated, at: script.tick())
        #expect(try #require(script.ledger.losses.first).records.isEmpty)
    }

    @Test mutating func `who led a deleted topic on leaves nothing behind`() {
        script.leads(1, epoch: 0, end: 0, epochs: [(0, 0)])
        script.ledger.topicDeleted("orders")
        script.acknowledges(0...9, by: 1, epoch: 0)
        #expect(script.ledger.runCount == 1)
        script.topicID = Uuid(high: 1, low: 2)
        script.leads(2, epoch: 0, end: 0, epochs: [(0, 0)])
        #expect(script.ledger.runCount == 0)
        #expect(script.ledger.acknowledged == 10)
    }

    @Test mutating func `an older leader's word about its log comes too late`() {
        script.leads(2, epoch: 7, end: 0, epochs: [(7, 0)])
        script.acknowledges(0...9, by: 2, epoch: 7)
        #expect(script.leads(1, epoch: 6, end: 0, epochs: [(6, 0)]).isEmpty)
    }

    // MARK: Back again

    @Test mutating func `what a replica had kept comes back with it`() throws {
        // An unclean election may lose records, and the next one bring them back.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.acknowledges(0...9, by: 1, epoch: 1)
        script.ledger.electedUncleanly(LedgerScript.orders, leaderEpoch: 2)
        let lost = try #require(script.onlyLoss(of: script.leads(2, epoch: 2, end: 4, epochs: [(1, 0), (2, 4)])))
        #expect(lost.election.isUnclean)
        let changes = script.leads(1, epoch: 3, end: 10, epochs: [(1, 0), (3, 10)])
        guard case .returned(let back)? = changes.first, changes.count == 1 else {
            Issue.record("\(changes)")
            return
        }
        #expect(back.number == lost.number)
        #expect(back.returnedAt != nil)
        // And they can be lost once more.
        let again = script.leads(2, epoch: 4, end: 4, epochs: [(1, 0), (4, 4)])
        #expect(try #require(script.onlyLoss(of: again)).offsets == 4...9)
    }

    @Test mutating func `a part of what was lost may come back`() throws {
        // Seed 601381: its leader lost power, and then a replica was elected uncleanly that had died in mid-copy
        // before.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.acknowledges(0...3, by: 1, epoch: 1)
        script.acknowledges(4...9, by: 1, epoch: 1)
        let lost = try #require(script.onlyLoss(of: script.leads(1, epoch: 2, end: 2, epochs: [(1, 0), (2, 2)])))
        #expect(lost.offsets == 2...9)
        let changes = script.leads(2, epoch: 3, end: 6, epochs: [(1, 0), (3, 6)])
        guard case .returned(let back)? = changes.first, changes.count == 1 else {
            Issue.record("\(changes)")
            return
        }
        #expect(back.batches.map(\.offsets) == [2...3, 4...5] && back.number == 2)
        #expect(script.ledger.losses.map(\.offsets) == [6...9, 2...5])
        #expect(script.ledger.losses.map { $0.returnedAt != nil } == [false, true])
        // The rest comes, too.
        let rest = script.leads(3, epoch: 4, end: 10, epochs: [(1, 0), (4, 10)])
        #expect(rest.count == 1 && script.ledger.losses.allSatisfy { $0.returnedAt != nil })
        let again = script.leads(2, epoch: 5, end: 0, epochs: [(5, 0)])
        #expect(try #require(script.onlyLoss(of: again)).count == 10)
    }

    @Test mutating func `what was lost does not come back because retention has passed it`() throws {
        // DeleteRecords moves the log's start beyond the lost offsets, where others' records had come to lie.
        script.leads(1, epoch: 5, end: 100, epochs: [(5, 0)])
        script.acknowledges(100...109, by: 1, epoch: 5)
        script.leads(2, epoch: 6, end: 100, epochs: [(5, 0), (6, 100)])
        #expect(script.leads(3, epoch: 7, end: 500, epochs: [(6, 100), (7, 500)], knownFrom: 300).isEmpty)
        #expect(script.ledger.losses.map(\.count) == [10])
        #expect(script.ledger.losses.map(\.returnedAt) == [nil])
    }

    @Test mutating func `of what a replica had kept, only what its log still holds comes back`() throws {
        script.leads(1, epoch: 5, end: 100, epochs: [(5, 0)])
        script.acknowledges(100...109, by: 1, epoch: 5)
        script.leads(2, epoch: 6, end: 100, epochs: [(5, 0), (6, 100)])
        script.leads(1, epoch: 7, end: 110, epochs: [(5, 0), (7, 110)], knownFrom: 104)
        #expect(script.ledger.losses.map(\.offsets) == [100...103, 104...109])
        #expect(script.ledger.losses.map { $0.returnedAt != nil } == [false, true])
    }

    // MARK: Receipts

    @Test mutating func `an answer of a leader that is cut off is doubted, too`() throws {
        // Its records were lost as it acknowledged them; that its client had not read all of it is known only now.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.leads(2, epoch: 2, end: 0, epochs: [(2, 0)])
        for number in UInt64(1)...3 {
            script.acknowledges(Int64(number)...Int64(number), by: 1, epoch: 1, answer: number)
        }
        script.ledger.connectionBroke(LedgerScript.connection, of: 1, answersRead: 1)
        let loss = try #require(script.ledger.losses.first)
        #expect(loss.batches.map(\.receiptIsUnknown) == [false, true, true])
        #expect(loss.count == 3 && loss.countOfUnknownReceipt == 2)
    }

    @Test mutating func `what came back while its answer was on its way is doubted as before`() throws {
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.acknowledges(0...0, by: 1, epoch: 1, answer: 1)
        script.acknowledges(1...1, by: 1, epoch: 1, answer: 2)
        script.leads(2, epoch: 2, end: 0, epochs: [(2, 0)])
        script.leads(1, epoch: 3, end: 2, epochs: [(1, 0), (3, 2)])
        script.ledger.connectionBroke(LedgerScript.connection, of: 1, answersRead: 1)
        let loss = try #require(script.onlyLoss(of: script.leads(2, epoch: 4, end: 0, epochs: [(4, 0)])))
        #expect(loss.batches.map(\.receiptIsUnknown) == [false, true])
    }

    @Test mutating func `a retry that is acknowledged again is one record, and read if either answer was`() throws {
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.acknowledges(3...4, by: 1, epoch: 1, answer: 1)
        script.ledger.connectionBroke(LedgerScript.connection, of: 1, answersRead: 0)
        script.acknowledges(0...1, by: 1, epoch: 1, answer: 2)
        script.acknowledges(3...4, by: 1, epoch: 1, answer: 3)
        let loss = try #require(script.onlyLoss(of: script.leads(2, epoch: 2, end: 0, epochs: [(2, 0)])))
        #expect(loss.batches.map(\.offsets) == [0...1, 3...4])
        #expect(loss.count == 4 && loss.countOfUnknownReceipt == 0)
        // Also one that comes later and lies before.
        script.acknowledges(2...2, by: 1, epoch: 1, answer: 4)
        #expect(script.ledger.losses.map(\.offsets) == [0...4])
    }

    @Test mutating func `an answer that broke off with its connection is told apart`() throws {
        script.leads(2, epoch: 1, end: 0, epochs: [(1, 0)])
        script.acknowledges(0...0, by: 2, epoch: 1, answer: 1)
        script.acknowledges(1...1, by: 2, epoch: 1, answer: 2)
        script.ledger.connectionBroke(LedgerScript.connection, of: 2, answersRead: 1)
        let loss = try #require(script.onlyLoss(of: script.leads(1, epoch: 2, end: 0, epochs: [(2, 0)])))
        #expect(loss.batches.map(\.receiptIsUnknown) == [false, true])
        #expect(loss.countOfUnknownReceipt == 1)
        // Who counts what clients have heard counts one, and this says why it is two here.
        #expect(
            loss.summary.hasPrefix("2 acknowledged records of orders-1 (offsets 0–1, acks=1; 1 of unknown receipt): "))
    }

    // MARK: The records themselves

    @Test(arguments: [true, false])
    mutating func `dropped records show their keys and values`(beforeTheElection: Bool) throws {
        // Power takes them before anybody is elected; a killed leader truncates them long after.
        script.leads(2, epoch: 5, end: 10, epochs: [(5, 0)])
        script.acknowledges(10...12, by: 2, epoch: 5)
        let batch = try LedgerScript.batch(["a", "b", "c", "d"], at: 10, epoch: 5)
        func drop(_ script: inout LedgerScript) {
            script.ledger.dropped(
                LedgerScript.orders, 10..<14, batches: batch, from: 2, .powerLost, at: script.tick())
        }
        if beforeTheElection { drop(&script) }
        script.leads(1, epoch: 6, end: 11, epochs: [(5, 0), (6, 11)])
        if !beforeTheElection { drop(&script) }
        let loss = try #require(script.ledger.losses.first)
        // The first was there, and nobody acknowledged the last.
        #expect(loss.records.map { $0.value.map { String(buffer: $0) } } == ["b", "c"])
        #expect(loss.drops.map(\.broker) == [2])
    }

    @Test mutating func `another epoch's batch at these offsets is not what was lost`() throws {
        script.leads(2, epoch: 5, end: 10, epochs: [(5, 0)])
        script.acknowledges(10...12, by: 2, epoch: 5)
        script.leads(1, epoch: 6, end: 10, epochs: [(5, 0), (6, 10)])
        let batch = try LedgerScript.batch(["x", "y", "z"], at: 10, epoch: 4)
        script.ledger.dropped(LedgerScript.orders, 10..<13, batches: batch, from: 3, .truncated, at: script.tick())
        #expect(try #require(script.ledger.losses.first).records.isEmpty)
    }

    // MARK: Bounds

    @Test mutating func `a million acknowledgements take little memory, and the last are still exact`() throws {
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        for offset in 0..<Int64(1_000_000) {
            script.acknowledges(offset...offset, by: 1, epoch: 1, highWatermark: offset, answer: UInt64(offset) + 1)
        }
        #expect(script.ledger.acknowledged == 1_000_000)
        #expect(script.ledger.runCount < 6000)
        #expect(script.ledger.forgotten == 0)
        let loss = try #require(
            script.onlyLoss(of: script.leads(2, epoch: 2, end: 999_998, epochs: [(1, 0), (2, 999_998)])))
        #expect(loss.offsets == 999_998...999_999)
        #expect(loss.batches.count == 2)
    }

    @Test mutating func `what cannot be folded becomes a count in the end`() {
        // Every second offset is somebody's that asked for no answer: no two of them follow each other.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        for index in 0..<Int64(50_000) {
            script.acknowledges(index * 2...index * 2, by: 1, epoch: 1, highWatermark: index * 2)
        }
        #expect(script.ledger.runCount <= 16_384 + 4096 + 256)
        #expect(script.ledger.forgotten > 0)
        #expect(script.ledger.acknowledged == 50_000)
    }

    @Test mutating func `a leader that is cut off for long takes little memory, and is told in full`() throws {
        // Each batch was lost as it was acknowledged.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.leads(2, epoch: 2, end: 0, epochs: [(2, 0)])
        for offset in 0..<Int64(100_000) {
            script.acknowledges(offset...offset, by: 1, epoch: 1, answer: UInt64(offset) + 1)
        }
        #expect(script.ledger.runCount < 6000)
        let loss = try #require(script.ledger.losses.first)
        #expect(loss.count == 100_000)
        #expect(loss.batches.count == 1000)
        script.ledger.connectionBroke(LedgerScript.connection, of: 1, answersRead: 99_990)
        #expect(script.ledger.losses.map(\.countOfUnknownReceipt) == [10])
        #expect(script.ledger.losses.map(\.count) == [100_000])
        // All of it comes back, when it is elected again after all.
        let changes = script.leads(1, epoch: 3, end: 100_000, epochs: [(1, 0), (3, 100_000)])
        #expect(changes.count == 1 && script.ledger.losses.map { $0.returnedAt != nil } == [true])
    }

    @Test mutating func `of a loss that cannot be folded the rest is counted`() throws {
        // Every second offset asked for no answer.
        script.leads(1, epoch: 1, end: 0, epochs: [(1, 0)])
        script.leads(2, epoch: 2, end: 0, epochs: [(2, 0)])
        for index in 0..<Int64(30_000) { script.acknowledges(index * 2...index * 2, by: 1, epoch: 1) }
        let loss = try #require(script.ledger.losses.first)
        #expect(loss.count == 30_000)
        #expect(loss.batches.count == 10_000 && loss.unnamed == 20_000)
        #expect(script.ledger.runCount <= 16_384 + 4096 + 4096)
        #expect(
            loss.chain(time: { "\($0)" }).contains("and 20,000 records besides, of which only their number is kept"))
    }

    @Test mutating func `a loss shows ten thousand records and says how many more were seen`() throws {
        // Nobody may take the first of them for all of them.
        script.leads(2, epoch: 5, end: 0, epochs: [(5, 0)])
        script.acknowledges(0...10_499, by: 2, epoch: 5)
        let values = Array(repeating: "a", count: 10_400)
        let batch = try LedgerScript.batch(values, at: 0, epoch: 5)
        script.ledger.dropped(LedgerScript.orders, 0..<10_500, batches: batch, from: 2, .powerLost, at: script.tick())
        script.leads(1, epoch: 6, end: 0, epochs: [(6, 0)])
        let loss = try #require(script.ledger.losses.first)
        #expect(loss.count == 10_500 && loss.records.count == 10_000 && loss.recordsLeftOut == 400)
    }

    @Test func `what is dropped of all partitions together is bounded`() {
        // A disk with thousands of logs is wiped.
        var contents = DroppedContents()
        let orders = (0..<Int32(100)).map { TopicPartition(topic: "orders", partition: $0) }
        for partition in orders {
            contents.keep(.init(1 << 20), of: partition)
            contents.keep(.init(0), of: partition)
        }
        #expect(contents.bytes <= DroppedContents.mostBytes)
        #expect(contents.bytes > DroppedContents.mostBytes - (2 << 20))
        #expect(contents[orders[0]].isEmpty)
        #expect(contents[orders[99]].count == 2)
        contents.remove("orders")
        #expect(contents.bytes == 0 && contents[orders[99]].isEmpty)
        contents.keep(.init(10), of: orders[3])
        #expect(contents[orders[3]].count == 1)
    }

    // MARK: Words

    @Test mutating func `a loss tells how far the rest of the ISR had come`() throws {
        // "Broker 2 was killed before 1 and 3 had fetched" is what one wants to hear.
        script.leads(2, epoch: 6, end: 4180, epochs: [(6, 0)])
        script.acknowledges(
            4180...4182, by: 2, epoch: 6, followers: [.init(1, logEndOffset: 4180), .init(3, logEndOffset: 4180)])
        let first = script.leads(1, epoch: 7, end: 4180, epochs: [(6, 0), (7, 4180)])
        let sentence =
            "at 2, when broker 2 acknowledged last, brokers 1 and 3 had fetched none of them and stood at 4,180"
        #expect(try #require(script.onlyLoss(of: first)).chain(time: { "\($0)" }).contains(sentence))
        script.acknowledges(
            4183...4183, by: 2, epoch: 6, followers: [.init(1, logEndOffset: nil), .init(3, logEndOffset: 4182)])
        #expect(
            try #require(script.ledger.losses.first).chain(time: { "\($0)" }).contains(
                "at 4, when broker 2 acknowledged last, broker 1 had fetched nothing from it yet, "
                    + "broker 3 had fetched those before 4,182"))
    }

    @Test mutating func `the chain tells from the acknowledgement to the truncation`() throws {
        script.leads(2, epoch: 6, end: 4182, epochs: [(6, 0)])
        script.acknowledges(4182...4182, by: 2, epoch: 6, highWatermark: 4180)
        script.ledger.befell(2, .killed, at: script.tick())
        script.leads(1, epoch: 7, end: 4180, epochs: [(6, 0), (7, 4180)])
        let batch = try LedgerScript.batch(["a"], at: 4182, epoch: 6)
        script.ledger.dropped(LedgerScript.orders, 4180..<4183, batches: batch, from: 2, .truncated, at: script.tick())
        let loss = try #require(script.ledger.losses.first)
        #expect(
            loss.summary
                == "1 acknowledged record of orders-1 (offset 4,182, acks=1): broker 2 was killed, and the log of "
                + "1, which leads now, ended at 4,180")
        #expect(
            loss.chain(time: { "\($0)" }) == [
                "offset 4,182 of orders-1, acks=1, acknowledged to shop by broker 2 at 2 with ISR {1,2,3}, "
                    + "high watermark 4,180",
                "broker 2 was killed at 3",
                "broker 1 led from 4 on under epoch 7, with a log that ended at 4,180",
                "broker 2 truncated them at 5, following broker 1 under epoch 7",
            ])
    }
}

extension DroppedContent {
    fileprivate init(_ bytes: Int) {
        let at = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)
        self.init(
            drop: Loss.Drop(broker: 1, reason: .wiped, at: at), offsets: 0..<1,
            batches: ByteBuffer(repeating: 0, count: bytes))
    }
}
