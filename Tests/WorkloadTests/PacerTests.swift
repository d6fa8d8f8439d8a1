import Testing
import Workload

struct PacerTests {
    @Test func `records are due at even intervals`() {
        // 2,000 a second: one each half millisecond, whenever we ask.
        var pacer = Pacer(recordsPerSecond: 2000, now: 0)
        var sentAt: [Int64] = []
        for now in stride(from: Int64(0), to: 10_000_000, by: 100_000) {
            let due = pacer.due(now: now)
            pacer.took(due)
            sentAt += Array(repeating: now, count: due)
        }
        #expect(sentAt == (0..<20).map { Int64($0) * 500_000 })
        #expect(pacer.nextDue == 10_000_000)
    }

    @Test func `a late producer catches up with what it missed`() {
        // The rate holds over a short pause.
        var pacer = Pacer(recordsPerSecond: 50, now: 0)
        pacer.took(pacer.due(now: 0))
        #expect(pacer.due(now: 19_999_999) == 0)
        #expect(pacer.due(now: 100_000_000) == 5)
    }

    @Test func `after a long stall only a second is made up`() {
        // An hour without brokers must not end in a burst of an hour.
        var pacer = Pacer(recordsPerSecond: 50, now: 0)
        #expect(pacer.due(now: 3600 * 1_000_000_000) == 51)
    }

    @Test func `what was not taken is due again`() {
        // A full queue delays records and loses none.
        var pacer = Pacer(recordsPerSecond: 100, now: 0)
        #expect(pacer.due(now: 50_000_000) == 6)
        pacer.took(2)
        #expect(pacer.due(now: 50_000_000) == 4)
    }
}

struct LatencyHistogramTests {
    @Test func `percentiles are right to two percent`() throws {
        // Against the sorted values themselves.
        var histogram = LatencyHistogram()
        let values = (1...10_000).map { Int64($0 * $0 % 777_777) + 1 }
        for value in values { histogram.record(microseconds: value) }
        let sorted = values.sorted()
        for share in [0.01, 0.5, 0.95, 0.99, 0.999, 1] {
            let exact = Double(sorted[max(0, Int((share * 10_000).rounded(.up)) - 1)])
            let found = Double(try #require(histogram.percentile(share)))
            #expect(found >= exact && found <= exact * 1.02 + 1, "p\(share): \(found) for \(exact)")
        }
        #expect(histogram.maximum == sorted.last)
    }

    @Test func `an empty histogram knows nothing`() {
        // Unknown is not zero.
        #expect(LatencyHistogram().percentile(0.99) == nil)
    }

    @Test func `old latencies leave the window`() {
        // The console shows the last seconds, not the whole run.
        var window = LatencyWindow()
        window.record(microseconds: 1_000_000, now: 0)
        window.record(microseconds: 10, now: 3_000_000_000)
        #expect(window.percentile(0.99, now: 3_500_000_000) == 1_000_000)
        #expect(window.percentile(0.99, now: 6_000_000_000) == 10)
        #expect(window.percentile(0.99, now: 60_000_000_000) == nil)
    }

    @Test func `a record's name survives in its value`() {
        // A ledger reads it back from whatever a consumer was handed.
        let id = RecordID(producer: "orders:x-1", sequence: 42)
        #expect(RecordID(value: id.value(bytes: 100)) == id)
        #expect(id.value(bytes: 100).count == 100)
        #expect(RecordID(value: id.value(bytes: 1)) == id)
        #expect(RecordID(value: Array("someone else's".utf8)) == nil)
        #expect(RecordID(value: []) == nil)
    }
}
