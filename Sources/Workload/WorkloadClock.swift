import Glibc
import KafkaProtocol

extension Instant {
    /// So long ago.
    static func now(before span: Duration) -> Self { .now() + (.zero - span) }

    /// The system's clocks, the same that the embedded brokers read.
    static func now() -> Self {
        var monotonic = timespec()
        var wall = timespec()
        clock_gettime(CLOCK_MONOTONIC, &monotonic)
        clock_gettime(CLOCK_REALTIME, &wall)
        return Self(
            monotonicNanoseconds: Int64(monotonic.tv_sec) * 1_000_000_000 + Int64(monotonic.tv_nsec),
            wallClockMilliseconds: Int64(wall.tv_sec) * 1_000 + Int64(wall.tv_nsec) / 1_000_000)
    }
}
