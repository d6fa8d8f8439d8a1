import KafkaProtocol
import Testing

@testable import KafkaBroker

@Suite struct ReplicationQuotaTests {
    private func at(_ milliseconds: Int64) -> Instant {
        Instant(monotonicNanoseconds: milliseconds * 1_000_000, wallClockMilliseconds: milliseconds)
    }

    // The operator's figure is a mean: what comes in one go is paid off by waiting.
    @Test func `a burst is paid off at the limit`() {
        var quota = ReplicationQuota(limit: 1000)
        #expect(!quota.isExceeded(at: at(0)))
        quota.record(4000, now: at(0))
        #expect(quota.isExceeded(at: at(10)))
        #expect(quota.isExceeded(at: at(3999)))
        #expect(!quota.isExceeded(at: at(4000)))
        quota.record(2000, now: at(4000))
        #expect(quota.isExceeded(at: at(5999)))
        #expect(!quota.isExceeded(at: at(6000)))
    }

    @Test func `what is older than eleven windows does not count`() {
        // Else a long pause would let a burst of any size through, or a burst would never be forgotten.
        var quota = ReplicationQuota(limit: 10)
        quota.record(1_000_000, now: at(0))
        #expect(quota.isExceeded(at: at(10_999)))
        #expect(!quota.isExceeded(at: at(11_000)))
        #expect(quota.rate(at: at(11_000)) == 0)
    }

    @Test func `without a limit nothing is exceeded, and the first window counts in full`() {
        var quota = ReplicationQuota()
        quota.record(.max, now: at(0))
        #expect(!quota.isExceeded(at: at(0)))
        quota.limit = 1000
        quota.record(1000, now: at(0))
        #expect(!quota.isExceeded(at: at(1)))
        quota.record(1, now: at(2))
        #expect(quota.isExceeded(at: at(3)))
    }

    @Test func `replicas are named as Kafka names them`() {
        #expect(ThrottledReplicas(["*"]) == .all)
        #expect(ThrottledReplicas([])?.contains(0, on: 1) == false)
        let some = ThrottledReplicas(["0:1", "2:3"])
        #expect(some?.contains(0, on: 1) == true)
        #expect(some?.contains(2, on: 1) == false)
        for bad in ["0", "a:b", "0:1:2", "-1:2", "", "*:1"] { #expect(ThrottledReplicas([bad]) == nil) }
        #expect(ThrottledReplicas(["*", "0:1"]) == nil)
    }
}
