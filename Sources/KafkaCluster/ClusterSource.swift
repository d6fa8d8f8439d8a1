import DeliveryLedger
import KafkaBroker
import KafkaProtocol

/// Something that happened in the cluster: in a node, by a fault, or in a client.
package enum ClusterEvent: Hashable, Sendable {
    case node(BrokerEvent)
    /// A fault was injected, or ended, at this instant.
    case fault(Fault, at: Instant)
    case client(ClientEvent, at: Instant)
    case notice(ClusterNotice, at: Instant)

    package var at: Instant {
        switch self {
        case .node(let event): event.at
        case .fault(_, let at), .client(_, let at), .notice(_, let at): at
        }
    }

    /// What records it tells of that are lost, or are back.
    package var loss: Loss? {
        switch self {
        case .notice(.recordsLost(let loss), _), .notice(.lossUpdated(let loss), _),
            .notice(.recordsReturned(let loss), _):
            loss
        case .node, .fault, .client, .notice: nil
        }
    }
}

/// What no single node can tell.
package enum ClusterNotice: Hashable, Sendable {
    /// Nothing is elected and no topic made until a controller returns.
    case controllersLost(ControllerOutage)
    case controllerReturned(BrokerID)
    /// The fault has ended that took the broker's log directory out of service; as in Kafka it stays out until the
    /// broker starts anew.
    case directoryStaysOffline(BrokerID)
    /// Records that were acknowledged to a client are not in the log that has become the partition's.
    case recordsLost(Loss)
    /// The same loss once more: it has grown, or grows no more.
    case lossUpdated(Loss)
    /// A broker that still had them came to lead.
    case recordsReturned(Loss)
    /// These were in a broker's log, and only in its page cache: they went with its power.
    case powerTook(BrokerID, LostTail)
    /// What a node says as a group's coordinator, which it is no longer; nobody is while there is no successor.
    case formerCoordinator(BrokerEvent, successor: BrokerID?)
    /// The cluster lists it, and it does not answer us.
    case brokerUnreachable(BrokerID)
    /// None of the brokers that the cluster listed answers us any more.
    case clusterUnreachable
    /// Where one cluster answered, another does: ids as Kafka tells them.
    case clusterReplaced(from: String, to: String)
    /// A fault has ended, and all that it hit serve again.
    case faultIsOver(FaultPrice)
    /// A user moved what a group has committed in a partition; `from` is nil where nothing was known to be committed.
    case offsetMoved(group: String, TopicPartition, from: Int64?, to: Int64)
    /// A group with members has committed an earlier offset than before.
    case commitWentBack(group: String, TopicPartition, from: Int64, to: Int64)
    /// Seen from outside: a group that had committed something is there and has nothing committed.
    case commitsGone(group: String)
    /// Seen from outside: all groups were known before, and this one was not there.
    case groupAppeared(String, state: String, members: Int?)
    /// Seen from outside: they are members no more, whether they left or were removed.
    case membersLeft(group: String, [String])
    /// Another broker has become the group's coordinator.
    case coordinatorMoved(group: String, from: BrokerID, to: BrokerID)
    /// Seen from outside, where generations are not told, nor always the members.
    case groupChanged(String, state: String, members: Int?)
    /// Seen from outside: its coordinator is the same as before and does not list it any more.
    case groupGone(String, coordinator: BrokerID)

    package init(_ change: AcknowledgedRecords.Change) {
        switch change {
        case .lost(let loss): self = .recordsLost(loss)
        case .updated(let loss): self = .lossUpdated(loss)
        case .returned(let loss): self = .recordsReturned(loss)
        }
    }
}

/// The end of a replica's log that a fault has taken from its disk.
package struct LostTail: Hashable, Sendable {
    package var partition: TopicPartition
    package var offsets: Range<Int64>
    package var bytes: Int64

    package init(partition: TopicPartition, offsets: Range<Int64>, bytes: Int64) {
        self.partition = partition
        self.offsets = offsets
        self.bytes = bytes
    }
}

/// What a client of the workload reports.
package enum ClientEvent: Hashable, Sendable {
    case producerStarted(ProducerSettings)
    case producerStopped(topic: String)
    case acksChanged(topic: String, Acks)
    /// Anything but acks alone.
    case producerChanged(ProducerSettings)
    /// Records that an earlier run has kept are sent again.
    case outboxTakenUp(topic: String, records: Int)
    /// Records that were only in its buffer, and records whose answers nobody is there to hear.
    case producerCrashed(topic: String, lostInBuffer: Int64, unknown: Int64)
    case groupStarted(ConsumerSettings)
    case groupStopped(String)
    case autoCommitChanged(group: String, Bool)
    case groupChanged(ConsumerSettings)
    case memberCrashed(group: String, member: Int)
    case groupSought(String, SeekTarget)
    /// librdkafka's own words about an error, once per change.
    case clientError(client: String, reason: String)
}

/// Where a console gets its picture from: the embedded cluster or an attached one.
package protocol ClusterSource: Sendable {
    /// The newest picture whenever it has changed, at most about 20 a second. Older ones are dropped, not queued.
    func snapshots() -> AsyncStream<ClusterSnapshot>
    /// Every event from now on, in order.
    func events() -> AsyncStream<ClusterEvent>
    /// Causes a fault; throws a sentence for the user where this cluster cannot.
    func inject(_ fault: Fault) async throws
}
