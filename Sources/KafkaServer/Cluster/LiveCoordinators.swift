import KafkaBroker
import KafkaCluster
import Synchronization

/// Who coordinates which groups by right: every node's loop asks.
final class LiveCoordinators: Sendable {
    private let watch = Mutex(CoordinatorWatch())

    func told(_ event: BrokerEvent) -> ClusterEvent { watch.withLock { $0.told(event) } }
}
