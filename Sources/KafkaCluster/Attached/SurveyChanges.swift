import KafkaBroker
import KafkaProtocol

/// What must have happened between two pictures of a cluster that tells nothing by itself.
///
/// Only what both pictures show is told: a leader that changed twice in between has changed once. An election is called
/// unclean where the partition had no leader and the new one was not in sync, since nothing else explains it.
package enum SurveyChanges {
    package static func events(
        from old: ClusterSnapshot, to new: ClusterSnapshot, at now: Instant
    ) -> [ClusterEvent] {
        if !old.clusterID.isEmpty, !new.clusterID.isEmpty, old.clusterID != new.clusterID {
            return [.notice(.clusterReplaced(from: old.clusterID, to: new.clusterID), at: now)]
        }
        let node = new.controller ?? old.controller ?? .none
        var events: [ClusterEvent] = []
        if let controller = new.controller, controller != old.controller {
            events.append(.notice(.controllerReturned(controller), at: now))
        } else if new.controller == nil, old.controller != nil,
            let outage = ControllerOutage(of: new.controllers, faults: [])
        {
            events.append(.notice(.controllersLost(outage), at: now))
        }
        tellBrokers(from: old, to: new, at: now, &events)
        // Lists that share their storage are equal at no cost.
        if old.topics != new.topics {
            tellTopics(from: old, to: new) { events.append(.node(BrokerEvent(at: now, node: node, kind: $0))) }
        }
        if old.groups != new.groups { tellGroups(from: old, to: new, at: now, &events) }
        return events
    }

    private static func tellBrokers(
        from old: ClusterSnapshot, to new: ClusterSnapshot, at now: Instant, _ events: inout [ClusterEvent]
    ) {
        func tell(_ kind: BrokerEvent.Kind) {
            events.append(.node(BrokerEvent(at: now, node: new.controller ?? .none, kind: kind)))
        }
        for broker in new.brokers {
            let before = old.brokers.first { $0.id == broker.id }?.state
            guard before != broker.state else { continue }
            switch broker.state {
            case .running: if before != nil { tell(.brokerUnfenced(broker.id)) }
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
                    TopicPartition(topic: topic.name, partition: partition.index), from: known, to: partition, tell)
            }
        }
        former.end(passing: tellDeleted)
    }

    private static func tellPartition(
        _ id: TopicPartition, from old: ClusterSnapshot.Partition, to new: ClusterSnapshot.Partition,
        _ tell: (BrokerEvent.Kind) -> Void
    ) {
        if !old.replicas.elementsEqual(new.replicas, by: { $0.broker == $1.broker }) {
            tell(.replicasChanged(id, from: old.replicas.map(\.broker), to: new.replicas.map(\.broker)))
        }
        let hasOtherISR = old.isr != new.isr && Set(old.isr) != Set(new.isr)
        // Brokers before 3.6 raise the epoch with each change of the ISR.
        if old.leader != new.leader || old.leaderEpoch != new.leaderEpoch && !hasOtherISR {
            let isUnclean = new.leader.map { old.leader == nil && !old.isr.contains($0) } ?? false
            tell(
                .leaderElected(
                    id, leader: new.leader ?? .none, previous: old.leader ?? .none, leaderEpoch: new.leaderEpoch,
                    isr: new.isr, unclean: isUnclean))
        } else if hasOtherISR {
            tell(.isrChanged(id, from: old.isr, to: new.isr, leaderEpoch: new.leaderEpoch))
        }
    }

    private static func tellGroups(
        from old: ClusterSnapshot, to new: ClusterSnapshot, at now: Instant, _ events: inout [ClusterEvent]
    ) {
        let before = Dictionary(old.groups.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for group in new.groups {
            guard let known = before[group.id] else { continue }
            let (old, count) = (known.members?.count, group.members?.count)
            // That they are known now is no change of the group.
            let hasOtherMembers = old != nil && count != nil && old != count
            guard known.state != group.state || hasOtherMembers else { continue }
            events.append(.notice(.groupChanged(group.id, state: group.state, members: count), at: now))
        }
    }
}

extension ClusterSnapshot.Broker {
    /// To one who can only ask.
    fileprivate var answers: Bool { state != .unreachable && state != .down }
}
