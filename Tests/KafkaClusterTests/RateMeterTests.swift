import KafkaCluster
import KafkaProtocol
import Testing

@Suite struct RateMeterTests {
    private func instant(_ milliseconds: Int64) -> Instant {
        Instant(monotonicNanoseconds: milliseconds * 1_000_000, wallClockMilliseconds: milliseconds)
    }

    @Test func `a rate is unknown before it has been watched for a while`() {
        // One look at a counter says nothing about its speed; zero would be a lie.
        var meter = RateMeter()
        #expect(meter.perSecond == nil)
        meter.note(500, at: instant(0))
        meter.note(510, at: instant(50))
        #expect(meter.perSecond == nil)
    }

    @Test func `a steady counter gives its rate, and a stopped one falls to zero within about a second`() {
        // The header shows what happens now, not an average since the start.
        var meter = RateMeter()
        for tick in 0...100 { meter.note(Int64(tick) * 10, at: instant(Int64(tick) * 50)) }
        #expect(meter.perSecond == 200)
        for tick in 101...125 { meter.note(1000, at: instant(Int64(tick) * 50)) }
        #expect(meter.perSecond == 0)
    }

    @Test func `a counter that starts anew does not give a negative rate`() {
        // A restarted broker counts from zero.
        var meter = RateMeter()
        meter.note(1_000_000, at: instant(0))
        meter.note(2_000_000, at: instant(1000))
        meter.note(0, at: instant(1050))
        #expect(meter.perSecond == nil)
        meter.note(100, at: instant(2050))
        #expect(meter.perSecond == 100)
    }

    @Test func `a long pause is not averaged over`() {
        // Nobody looked: what happened meanwhile is not a rate of now.
        var meter = RateMeter()
        meter.note(0, at: instant(0))
        meter.note(100, at: instant(1000))
        meter.note(5_000_000, at: instant(600_000))
        #expect(meter.perSecond == nil)
    }
}
