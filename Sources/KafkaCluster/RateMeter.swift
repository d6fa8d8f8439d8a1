import KafkaProtocol

/// How fast a counter grows, over the last second or so.
package struct RateMeter: Hashable, Sendable {
    private struct Sample: Hashable {
        var at: Instant
        var value: Int64
    }

    private static let window: Duration = .seconds(1)
    /// Less time than this between two samples says little.
    private static let shortest: Duration = .milliseconds(200)

    private var samples: [Sample] = []

    package init() {}

    /// Notes the counter's value. One that has fallen belongs to a broker that was started anew.
    package mutating func note(_ value: Int64, at now: Instant) {
        if let last = samples.last, value < last.value || now - last.at > Self.window * 3 { samples.removeAll() }
        samples.append(Sample(at: now, value: value))
        // The newest sample that is a window old is where the rate is counted from.
        while samples.count > 2, now - samples[1].at >= Self.window { samples.removeFirst() }
    }

    /// Nil until it has been watched for long enough.
    package var perSecond: Double? {
        guard let first = samples.first, let last = samples.last, last.at - first.at >= Self.shortest else {
            return nil
        }
        let seconds = Double((last.at - first.at).wholeNanoseconds) / 1e9
        return Double(last.value &- first.value) / seconds
    }
}
