import KafkaBroker
import KafkaProtocol

/// What must have happened between two pictures of a cluster that tells nothing by itself.
///
/// Only what both pictures show is told: a leader that changed twice in between has changed once. An election is called
/// unclean where nothing else explains it: the new leader was not in sync, and nobody who was answered before or is listed
/// now, or it lacks what could be read already.
package enum SurveyChanges {
    package static func events(
        from old: ClusterSnapshot, to new: ClusterSnapshot, at now: Instant
    ) -> [ClusterEvent] {
        if !old.clusterID.isEmpty, !new.clusterID.isEmpty, old.clusterID != new.clusterID {
            return [.notice(.clusterReplaced(from: old.clusterID, to: new.clusterID), at: now)]
        }
        let node = new.controller ?? old.controller ?? .none
        var events: [ClusterEvent] = []
        tellBrokers(from: old, to: new, at: now, &events)
        // Lists that share their storage are equal at no cost.
        if old.topics != new.topics {
            tellTopics(from: old, to: new) { events.append(.node(BrokerEvent(at: now, node: node, kind: $0))) }
        }
        return events
    }

    private static func tellBrokers(
        from old: ClusterSnapshot, to new: ClusterSnapshot, at now: Instant, _ events: inout [ClusterEvent]
    ) {
        func tell(_ kind: BrokerEvent.Kind) {
            events.append(.node(BrokerEvent(at: now, node: new.controller ?? .none, kind: kind)))
        }
        for broker in new.brokers {
            let known = old.brokers.first { $0.id == broker.id }
            if let reason = broker.logDirectoryFailure, known?.logDirectoryFailure == nil {
                let kind = BrokerEvent.Kind.logDirectoryFailed(broker.id, reason: reason)
                events.append(.node(BrokerEvent(at: now, node: broker.id, kind: kind)))
            }
            let before = known?.state
            guard before != broker.state else { continue }
            switch broker.state {
            case .running: tell(.brokerUnfenced(broker.id))
            case .unreachable: events.append(.notice(.brokerUnreachable(broker.id), at: now))
            case .down: if before != nil { tell(.brokerFenced(broker.id, reason: "the cluster lists it no more")) }
            case .starting, .waitingForSession, .fenced, .shuttingDown: break
            }
        }
        let (answered, answers) = (old.brokers.contains(where: \.answers), new.brokers.contains(where: \.answers))
        if answered, !answers { events.append(.notice(.clusterUnreachable, at: now)) }
    }

    private static func tellTopics(
        from old: ClusterSnapshot, to new: ClusterSnapshot, _ tell: (BrokerEvent.Kind) -> Void
    ) {
        // One that does not answer us may answer the others, as long as the cluster lists it.
        let served = Set((old.brokers.filter(\.answers) + new.brokers.filter { $0.state != .down }).map(\.id))
        var former = SortedWalk(old.topics, by: \.name)
        func tellDeleted(_ topic: ClusterSnapshot.Topic) { tell(.topicDeleted(topic.name)) }
        for topic in new.topics {
            let known = former.next(topic.name, passing: tellDeleted)
            guard let known, known.id == topic.id else {
                if known != nil { tell(.topicDeleted(topic.name)) }
                let factor = topic.partitions.first?.replicas.count ?? 0
                tell(
                    .topicCreated(
                        topic.name, partitions: Int32(clamping: topic.partitions.count),
                        replicationFactor: Int16(clamping: factor)))
                continue
            }
            // Of most nothing has changed, and they share their storage.
            guard topic.partitions != known.partitions else { continue }
            if topic.partitions.count > known.partitions.count {
                tell(.partitionsAdded(topic.name, total: Int32(clamping: topic.partitions.count)))
            }
            for partition in topic.partitions {
                guard let known = known.partition(partition.index) else { continue }
                tellPartition(
                    TopicPartition(topic: topic.name, partition: partition.index), from: known, to: partition, served,
                    tell)
            }
        }
        former.end(passing: tellDeleted)
    }

    private static func tellPartition(
        _ id: TopicPartition, from old: ClusterSnapshot.Partition, to new: ClusterSnapshot.Partition,
        _ served: Set<BrokerID>, _ tell: (BrokerEvent.Kind) -> Void
    ) {
        let hasOtherISR = old.isr != new.isr && Set(old.isr) != Set(new.isr)
        // Brokers before 3.6 raise the epoch with each change of the ISR.
        if old.leader != new.leader || old.leaderEpoch != new.leaderEpoch && !hasOtherISR {
            tell(
                .leaderElected(
                    id, leader: new.leader ?? .none, previous: old.leader ?? .none, leaderEpoch: new.leaderEpoch,
                    isr: new.isr, unclean: isUnclean(from: old, to: new, served)))
        }
        if !old.replicas.elementsEqual(new.replicas, by: { $0.broker == $1.broker }) {
            tell(.replicasChanged(id, from: old.replicas.map(\.broker), to: new.replicas.map(\.broker)))
        }
        if hasOtherISR { tell(.isrChanged(id, from: old.isr, to: new.isr, leaderEpoch: new.leaderEpoch)) }
    }

    /// The ISR may have changed between the pictures, so that another leader than one of it says nothing by itself.
    private static func isUnclean(
        from old: ClusterSnapshot.Partition, to new: ClusterSnapshot.Partition, _ served: Set<BrokerID>
    ) -> Bool {
        guard let leader = new.leader, !old.isr.contains(leader) else { return false }
        // A leader that is not there lets nobody into the ISR.
        guard old.leader != nil, old.isr.contains(where: served.contains) else { return true }
        // Told since by the new one: after a clean election it tells none before it is as high as the former (KIP-207).
        guard let before = old.highWatermark, let after = new.highWatermark else { return false }
        return after < before
    }
}

extension ClusterSnapshot.Broker {
    /// To one who can only ask.
    fileprivate var answers: Bool { state != .unreachable && state != .down }
}
