import KafkaBroker
import KafkaProtocol

/// Tells the words of a group's coordinator from those of a former one that has not heard of its end.
///
/// A coordinator that is cut off from the others loses its members and says so, while the group lives on elsewhere.
/// Whoever leads the group's partition of `__consumer_offsets` in the newest epoch speaks by right. Of a topic that was
/// deleted nobody does, whatever its epoch was: the one made anew counts from zero.
package struct CoordinatorWatch: Sendable {
    private struct Holder {
        /// Nil while nobody leads.
        var leader: BrokerID?
        var epoch: Int32
    }

    private var holders: [Int32: Holder] = [:]
    /// The life of the topic that was last heard of; an election does not tell it.
    private var topicID: Uuid?
    /// The lives before: an id never comes back.
    private var former: Set<Uuid> = []
    /// The next life was heard of before the last one's end was.
    private var awaitsDeletion = false

    package init() {}

    /// The event as it is to be told.
    package mutating func told(_ event: BrokerEvent) -> ClusterEvent {
        switch event.kind {
        case .leaderElected(let partition, let leader, _, let epoch, _, _)
        where partition.topic == GroupCoordinator.topic:
            note(leader == .none ? nil : leader, epoch, partition.partition)
        case .topicDeleted(GroupCoordinator.topic):
            if !awaitsDeletion { end() }
            awaitsDeletion = false
        default:
            guard let term = event.kind.term else { break }
            if former.contains(term.topicID) {
                return .notice(.formerCoordinator(event, successor: holders[term.partition]?.leader), at: event.at)
            }
            if let topicID, topicID != term.topicID {
                end()
                awaitsDeletion = true
            }
            topicID = term.topicID
            if let holder = holders[term.partition], holder.epoch > term.leaderEpoch, holder.leader != event.node {
                return .notice(.formerCoordinator(event, successor: holder.leader), at: event.at)
            }
            note(event.node, term.leaderEpoch, term.partition)
        }
        return .node(event)
    }

    private mutating func note(_ leader: BrokerID?, _ epoch: Int32, _ partition: Int32) {
        // Each node tells on its own thread: an election may be heard of after what the elected one says.
        if holders[partition].map({ $0.epoch < epoch }) ?? true {
            holders[partition] = Holder(leader: leader, epoch: epoch)
        }
    }

    /// The topic is another from now on.
    private mutating func end() {
        if let topicID { former.insert(topicID) }
        topicID = nil
        holders = [:]
    }
}
