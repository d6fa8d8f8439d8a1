import Glibc
import KafkaProtocol

/// The one place that reads the machine's clocks for nodes.
package enum SystemClock {
    package static func now() -> Instant {
        var monotonic = timespec()
        var wall = timespec()
        clock_gettime(CLOCK_MONOTONIC, &monotonic)
        clock_gettime(CLOCK_REALTIME, &wall)
        return Instant(
            monotonicNanoseconds: Int64(monotonic.tv_sec) * 1_000_000_000 + Int64(monotonic.tv_nsec),
            wallClockMilliseconds: Int64(wall.tv_sec) * 1_000 + Int64(wall.tv_nsec) / 1_000_000)
    }
}
