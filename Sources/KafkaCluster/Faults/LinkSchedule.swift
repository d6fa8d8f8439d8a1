import KafkaProtocol

/// When the bytes of one direction of a link arrive: in the order in which they were sent, each after its delay, no faster
/// than the bandwidth allows.
package struct LinkSchedule: Hashable, Sendable {
    private var lastArrival = Int64.min
    private var lineIsFreeAt = Int64.min

    package init() {}

    /// The monotonic nanoseconds at which `bytes` that are sent now have arrived; `.max` for never. `latency` is the link's
    /// own.
    package mutating func arrival(
        of bytes: Int, now: Instant, latency: Duration, fate: FaultState.LinkFate,
        using generator: inout some RandomNumberGenerator
    ) -> Int64 {
        var sent = now.monotonicNanoseconds
        if let rate = fate.bytesPerSecond {
            let (scaled, overflow) = Int64(bytes).multipliedReportingOverflow(by: 1_000_000_000)
            lineIsFreeAt = max(lineIsFreeAt, sent).saturatingAdd(overflow ? .max : scaled / rate)
            sent = lineIsFreeAt
        }
        var delay = (latency + fate.delay).wholeNanoseconds
        let jitter = fate.jitter.wholeNanoseconds
        if jitter > 0 { delay = max(0, delay.saturatingAdd(Int64.random(in: -jitter...jitter, using: &generator))) }
        lastArrival = max(lastArrival, sent.saturatingAdd(delay))
        return lastArrival
    }
}
