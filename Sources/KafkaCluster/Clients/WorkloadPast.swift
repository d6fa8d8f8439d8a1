import KafkaProtocol

/// What klamm's own clients knew at the last looks at them: a cluster that has to be asked looked like this a while
/// ago.
package struct WorkloadPast: Hashable, Sendable {
    private static let most = 64

    private struct Look: Hashable, Sendable {
        var at: Instant
        var workload: WorkloadSnapshot
    }

    private var looks: [Look] = []

    package init() {}

    package mutating func note(_ workload: WorkloadSnapshot, at instant: Instant) {
        looks.append(Look(at: instant, workload: workload))
        if looks.count > Self.most { looks.removeFirst() }
    }

    /// Where the group stood before this moment; nil where nobody looked at it then.
    func position(of group: String, in partition: TopicPartition, before instant: Instant) -> Int64? {
        looks.last { $0.at <= instant }?.workload.groups.first { $0.settings.group == group }?
            .positions.first { $0.partition == partition }?.position
    }
}

extension ClusterSnapshot {
    /// The cluster's picture together with what klamm's own clients know: their positions, above all.
    package func merged(with workload: WorkloadSnapshot, past: WorkloadPast, at now: Instant) -> Self {
        var merged = self
        merged.lookedAt = lookedAt ?? takenAt
        merged.takenAt = now
        merged.workload = workload
        for group in workload.groups where group.isRunning {
            guard let index = merged.groups.firstIndex(where: { $0.id == group.settings.group }) else { continue }
            for place in merged.groups[index].partitions.indices {
                let partition = merged.groups[index].partitions[place].partition
                let asked = topics.first { $0.name == partition.topic }?.heardAt ?? heardAt ?? merged.lookedAt ?? now
                merged.groups[index].partitions[place].stand(
                    at: group.positions.first { $0.partition == partition }?.position,
                    before: past.position(of: group.settings.group, in: partition, before: asked))
            }
        }
        return merged
    }
}

extension ClusterSnapshot.GroupPartition {
    /// A row is of one moment, that of its watermark. Who has read on since then stood at the watermark at most; who
    /// stood beyond it before, as after an unclean election, does so.
    package mutating func stand(at position: Int64?, before: Int64?) {
        self.position = position
        guard let position, let highWatermark, position > highWatermark else { return }
        if let before, before > highWatermark { return }
        self.position = highWatermark
    }
}
