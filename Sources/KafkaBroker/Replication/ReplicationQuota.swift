import DequeModule
import KafkaProtocol

/// How many bytes a second replicas that are being moved may take from, or bring to, a broker.
///
/// The rate is what was recorded in the last eleven windows of a second each, over the time since the oldest of them, as
/// in Kafka. What is over the limit is not cut: the next read is put off until the rate has fallen below it again.
package struct ReplicationQuota: Hashable, Sendable {
    private struct Window: Hashable, Sendable {
        var start: Instant
        var bytes: Int64
    }

    package static let windows = 11
    package static let windowSize = Duration.seconds(1)

    /// In bytes a second; nil for none.
    package var limit: Int64?
    /// Oldest first.
    private var samples: Deque<Window> = []

    package init(limit: Int64? = nil) { self.limit = limit }

    package mutating func record(_ bytes: Int, now: Instant) {
        if limit == nil || bytes <= 0 { return }
        while let oldest = samples.first, isOver(oldest, at: now) { samples.removeFirst() }
        guard let last = samples.last, now - last.start < Self.windowSize else {
            samples.append(Window(start: now, bytes: Int64(bytes)))
            return
        }
        let (sum, overflow) = last.bytes.addingReportingOverflow(Int64(bytes))
        samples[samples.count - 1].bytes = overflow ? .max : sum
    }

    /// Bytes a second.
    package func rate(at now: Instant) -> Double {
        let present = samples.filter { !isOver($0, at: now) }
        guard let oldest = present.first else { return 0 }
        let elapsed = max(now - oldest.start, Self.windowSize)
        return present.reduce(0) { $0 + Double($1.bytes) } * 1e9 / Double(elapsed.wholeNanoseconds)
    }

    package func isExceeded(at now: Instant) -> Bool {
        guard let limit else { return false }
        return rate(at: now) > Double(limit)
    }

    private func isOver(_ window: Window, at now: Instant) -> Bool {
        now - window.start >= Self.windowSize * Self.windows
    }
}

/// Which replicas of a topic a throttle is for, as its setting says: `*` for all, or `partition:broker` pairs.
package enum ThrottledReplicas: Hashable, Sendable {
    case all
    case some([Replica])

    package struct Replica: Hashable, Sendable {
        package var partition: Int32
        package var broker: BrokerID
    }

    package static let none = Self.some([])

    /// Nil where an item is neither.
    package init?(_ items: [String]) {
        if items == ["*"] {
            self = .all
            return
        }
        var replicas: [Replica] = []
        for item in items {
            let numbers = item.split(separator: ":", omittingEmptySubsequences: false)
            guard numbers.count == 2, let partition = Int32(numbers[0]), let broker = Int32(numbers[1]), partition >= 0,
                broker >= 0
            else { return nil }
            replicas.append(Replica(partition: partition, broker: BrokerID(broker)))
        }
        self = .some(replicas)
    }

    package func contains(_ partition: Int32, on broker: BrokerID) -> Bool {
        switch self {
        case .all: true
        case .some(let replicas): replicas.contains(Replica(partition: partition, broker: broker))
        }
    }
}
