import KafkaCluster
import KafkaProtocol

extension WorkloadSnapshot {
    /// Whether the clients' own figures may change while the cluster's do not.
    var isMoving: Bool { producers.contains(where: \.isRunning) || groups.contains(where: \.isRunning) }
}

extension ClusterSnapshot {
    /// The cluster's picture together with what klamm's own clients know: their positions, above all.
    func merged(with workload: WorkloadSnapshot, at now: Instant) -> Self {
        var merged = self
        merged.lookedAt = takenAt
        merged.takenAt = now
        merged.workload = workload
        for group in workload.groups where group.isRunning {
            guard let index = merged.groups.firstIndex(where: { $0.id == group.settings.group }) else { continue }
            for place in merged.groups[index].partitions.indices {
                let partition = merged.groups[index].partitions[place].partition
                let known = group.positions.first { $0.partition == partition }
                merged.groups[index].partitions[place].position = known?.position
            }
        }
        return merged
    }
}
