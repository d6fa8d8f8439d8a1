import KafkaCluster
import KafkaProtocol
import Testing

struct FullBufferWaitTests {
    private func at(_ milliseconds: Int64) -> Instant {
        Instant(monotonicNanoseconds: milliseconds * 1_000_000, wallClockMilliseconds: milliseconds)
    }

    @Test func `drop never waits`() {
        // The application goes on, and counts.
        var wait = FullBufferWait(.drop)
        #expect(wait.noRoom(now: at(0)) == .drop)
        #expect(wait.noRoom(now: at(0)) == .drop)
    }

    @Test func `block without limit waits for ever`() {
        // Nothing is lost while the application can stand still.
        var wait = FullBufferWait(.block)
        #expect(wait.noRoom(now: at(0)) == .wait(until: nil))
        #expect(wait.noRoom(now: at(86_400_000)) == .wait(until: nil))
    }

    @Test func `a bounded block gives each record its whole time, and no more`() {
        // The time runs from the first refusal of a record, and anew for the next.
        var wait = FullBufferWait(.blockUpTo(milliseconds: 100))
        #expect(wait.noRoom(now: at(1000)) == .wait(until: at(1100)))
        #expect(wait.noRoom(now: at(1099)) == .wait(until: at(1100)))
        #expect(wait.noRoom(now: at(1100)) == .drop)
        wait.over()
        #expect(wait.noRoom(now: at(1101)) == .wait(until: at(1201)))
        wait.over()
        #expect(wait.noRoom(now: at(1150)) == .wait(until: at(1250)))
    }

    @Test func `a bound of nothing is a drop`() {
        // Kafka's max.block.ms=0.
        var wait = FullBufferWait(.blockUpTo(milliseconds: 0))
        #expect(wait.noRoom(now: at(5)) == .drop)
    }
}
