import KafkaClient
import Logging

/// What every client of one workload shares.
struct WorkloadEnvironment: Sendable {
    var configuration: ClientConfiguration
    var logger: Logger
    var feed: EventFeed
    var stores: WorkloadStores
    var outboxes: Outboxes
    var observer: (any WorkloadObserver)?
    var tracker: RecordTracker
    /// What the names of this run's producers have in them, and no others.
    var run: String
}
