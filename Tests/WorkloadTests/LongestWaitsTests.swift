import KafkaCluster
import KafkaProtocol
import Testing
import Workload

@Suite struct LongestWaitsTests {
    private static func at(_ milliseconds: Int64) -> Instant {
        Instant(monotonicNanoseconds: milliseconds * 1_000_000, wallClockMilliseconds: milliseconds)
    }

    @Test func `of each second the longest wait is kept, for ten of them`() {
        // A record that was held for three seconds hides among thousands of fast ones.
        var waits = LongestWaits()
        func record(_ milliseconds: Int64, at time: Int64) {
            waits.record(microseconds: milliseconds * 1000, nanoseconds: time * 1_000_000) { Self.at(time) }
        }
        record(2, at: 100)
        record(3021, at: 200)
        record(4, at: 900)
        record(5, at: 1000)
        let expected = [
            AcknowledgementWait(.milliseconds(3021), at: Self.at(200)),
            AcknowledgementWait(.milliseconds(5), at: Self.at(1000)),
        ]
        #expect(waits.waits == expected)
        for second in 2..<30 { record(1, at: Int64(second) * 1000) }
        #expect(waits.waits.map(\.at) == (20..<30).map { Self.at($0 * 1000) })
    }
}
