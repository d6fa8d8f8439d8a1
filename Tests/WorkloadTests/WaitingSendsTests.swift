import Testing

@testable import Workload

/// What waits is in no figure of what has come.
@Suite struct WaitingSendsTests {
    private static let slice = WaitingSends.sliceNanoseconds

    @Test func `the oldest that waits is known until it is answered, whatever is answered before it`() {
        // One partition stands still and five go on.
        var waiting = WaitingSends()
        #expect(waiting.oldest == nil)
        for tag in 0..<100 { waiting.sent(UInt(tag), at: Int64(tag) * Self.slice) }
        for tag in 0..<100 where tag != 7 { waiting.settled(UInt(tag)) }
        #expect(waiting.oldest == 7 * Self.slice)
        waiting.settled(7)
        #expect(waiting.oldest == nil)
    }

    @Test func `records of one moment are one entry, and the last of them ends it`() {
        // At a hundred thousand a second each record for itself would cost too much.
        var waiting = WaitingSends()
        for tag in 0..<50 { waiting.sent(UInt(tag), at: 5 + Int64(tag)) }
        waiting.sent(50, at: 5 + Self.slice)
        for tag in (1..<50).reversed() { waiting.settled(UInt(tag)) }
        #expect(waiting.oldest == 5)
        waiting.settled(0)
        #expect(waiting.oldest == 5 + Self.slice)
    }

    @Test func `what nobody handed over, or a client that counts anew, leaves nothing waiting for ever`() {
        var waiting = WaitingSends()
        waiting.settled(3)
        waiting.sent(10, at: 0)
        waiting.settled(3)
        waiting.sent(0, at: 2 * Self.slice)
        #expect(waiting.oldest == 2 * Self.slice)
        waiting.settled(0)
        waiting.settled(0)
        #expect(waiting.oldest == nil)
    }
}
