import KafkaCluster
import KafkaProtocol

/// The last events, newest last, each with a number that it keeps.
package struct EventLog: Hashable, Sendable {
    package static let capacity = 2000

    package struct Entry: Hashable, Sendable {
        package var number: Int64
        package var event: ClusterEvent
        package var summary: EventSummary
    }

    private var ring = Ring<Entry>(capacity: capacity)
    private var nextNumber: Int64 = 1

    package init() {}

    /// How many there have been.
    package var total: Int64 { nextNumber - 1 }

    /// Oldest first.
    package var entries: [Entry] { ring.values }

    package mutating func append(_ event: ClusterEvent) {
        ring.append(Entry(number: nextNumber, event: event, summary: EventSummary(event)))
        nextNumber += 1
    }
}
