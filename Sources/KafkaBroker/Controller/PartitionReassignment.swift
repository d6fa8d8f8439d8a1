import KafkaProtocol

/// A partition on its way to other brokers: it has the replicas of both sides until the new ones are in sync.
///
/// ```
/// settled   target asked for            moving: replicas = target + those to remove; all of them stay replicas
/// moving    all of target in the ISR    settled: replicas = target, the others leave the ISR and delete their logs
/// moving    another target              moving: from all present replicas to that one
/// moving    cancelled                   settled: replicas = all but the added ones, which leave the ISR
/// ```
/// Nothing is lost on the way: replicas to be removed stay in the ISR, and keep what acks=all promised, until every target
/// replica is there.
package struct PartitionReassignment: Hashable, Sendable {
    /// The target in the order asked for, then what is to be removed.
    package var replicas: [BrokerID]
    /// Sorted.
    package var adding: [BrokerID]
    /// Sorted.
    package var removing: [BrokerID]

    /// Where the partition is on its way to now.
    package init(_ partition: PartitionImage) {
        replicas = partition.replicas
        adding = partition.addingReplicas
        removing = partition.removingReplicas
    }

    /// From the present replicas to the target.
    package init(of partition: PartitionImage, to target: [BrokerID]) {
        adding = target.filter { !partition.replicas.contains($0) }.sorted()
        removing = partition.replicas.filter { !target.contains($0) }.sorted()
        replicas = target + removing
    }

    /// Nothing is moving.
    package init(settledOn replicas: [BrokerID]) {
        self.replicas = replicas
        adding = []
        removing = []
    }

    package var isUnderWay: Bool { !adding.isEmpty || !removing.isEmpty }

    package var target: [BrokerID] { replicas.filter { !removing.contains($0) } }

    /// What the partition had before the move.
    package var original: [BrokerID] { replicas.filter { !adding.contains($0) } }

    /// The ISR after the move, if this one completes it: every target replica is in it.
    package func isrOfCompleted(by isr: [BrokerID]) -> [BrokerID]? {
        let target = target
        guard isUnderWay, !target.isEmpty, target.allSatisfy(isr.contains) else { return nil }
        return isr.filter(target.contains)
    }

    /// The ISR after the move is taken back. Where only added replicas were in sync, one of the former ones has to lead
    /// without being so: then `isUnclean`, and records may be lost.
    package func reverted(isr: [BrokerID]) -> (isr: [BrokerID], isUnclean: Bool) {
        let remaining = isr.filter { !adding.contains($0) }
        if !remaining.isEmpty { return (remaining, false) }
        return (Array(original.prefix(1)), true)
    }
}
