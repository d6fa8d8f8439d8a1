import KafkaCluster

extension WorkloadSnapshot {
    /// Whether the clients' own figures may change while the cluster's do not.
    var isMoving: Bool { producers.contains(where: \.isRunning) || groups.contains(where: \.isRunning) }
}
