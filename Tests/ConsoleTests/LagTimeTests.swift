import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct LagTimeTests {
    private func instant(_ seconds: Double) -> Instant { Fixture.instant(seconds: seconds) }

    @Test func `a lag in time is how long ago the log ended where the group stands`() {
        // Ten records behind may be a second or a day.
        var ends = EndOffsets()
        for second in 0..<60 { ends.note(Int64(second) * 100, at: instant(Double(second))) }
        #expect(ends.age(ofOffset: 5_900, now: instant(59)) == .about(.zero))
        #expect(ends.age(ofOffset: 4_900, now: instant(59)) == .about(.seconds(10)))
        #expect(ends.age(ofOffset: 4_950, now: instant(59)) == .about(.milliseconds(9_500)))
        #expect(ends.age(ofOffset: 4_900, now: instant(80)) == .about(.seconds(31)), "it grows while nothing moves")
    }

    @Test func `what was there before the console looked is at least as old`() {
        // Nobody knows more, and none is made up.
        var ends = EndOffsets()
        #expect(ends.age(ofOffset: 0, now: instant(1)) == nil)
        ends.note(500, at: instant(10))
        #expect(ends.age(ofOffset: 400, now: instant(40)) == .atLeast(.seconds(30)))
        ends.note(100, at: instant(41))
        #expect(ends.age(ofOffset: 100, now: instant(42)) == .about(.zero), "a log that was cut back begins anew")
    }

    @Test func `what is behind is not said to be so for no time at all`() {
        // At its first look a console knows that records wait, and not since when.
        #expect(StyledText.lagTime(.atLeast(.zero)).plain == "?")
        #expect(StyledText.lag(nil).plain == "–" && StyledText.lag(nil, hasCommit: true).plain == "?")
        #expect(StyledText.lagTime(.about(.zero)).plain == "0")
        #expect(StyledText.lagTime(.atLeast(.seconds(20))).plain == ">20 s")
    }
}
