import KafkaProtocol

/// Something that happened in a node and that people or the ledger want to know.
package struct BrokerEvent: Hashable, Sendable {
    package var at: Instant
    /// The node in which it happened.
    package var node: BrokerID
    package var kind: Kind

    package init(at: Instant, node: BrokerID, kind: Kind) {
        self.at = at
        self.node = node
        self.kind = kind
    }

    package enum Kind: Hashable, Sendable {
        // Seen by the controller.
        /// This controller decides from now on.
        case controllerElected(epoch: Int32, because: ElectionCause?)
        case brokerRegistered(BrokerID, epoch: Int64)
        /// A new incarnation came while the old session was still valid; it waits until that has expired.
        case registrationRefused(BrokerID, untilSessionExpires: Instant)
        case brokerFenced(BrokerID, reason: String)
        case brokerUnfenced(BrokerID)
        /// The cluster has forgotten it.
        case brokerUnregistered(BrokerID)
        case leaderElected(
            TopicPartition, leader: BrokerID, previous: BrokerID, leaderEpoch: Int32, isr: [BrokerID], unclean: Bool)
        case isrChanged(TopicPartition, from: [BrokerID], to: [BrokerID], leaderEpoch: Int32)
        /// A reassignment has begun, was replaced, taken back or completed.
        case replicasChanged(TopicPartition, from: [BrokerID], to: [BrokerID])
        case topicCreated(String, partitions: Int32, replicationFactor: Int16)
        case topicDeleted(String)
        case partitionsAdded(String, total: Int32)
        case configChanged(resource: ConfigResource, name: String, value: String?)
        // Seen by a broker.
        case lifecycleChanged(BrokerLifecycleState)
        /// This broker leads from here on. It may hear of its election late, and more than one may believe to lead.
        case leadershipBegan(TopicPartition, leaderEpoch: Int32, startOffset: Int64)
        /// The ISR is smaller than `min.insync.replicas`: until it has grown nothing becomes committed, with whatever
        /// acks.
        case highWatermarkHeld(TopicPartition, at: Int64, isr: [BrokerID], minISR: MinISR)
        /// A replica dropped records that the new leader does not have.
        case logTruncated(TopicPartition, from: Int64, to: Int64)
        /// Recovery after an unclean stop cut a damaged tail.
        case logRecovered(TopicPartition, endOffset: Int64, bytesCut: Int64)
        case replicaFailed(TopicPartition, reason: String)
        /// A call to the broker's disk failed: all its replicas are offline until it is started anew.
        case logDirectoryFailed(BrokerID, reason: String)
        case groupChanged(group: String, state: String, generation: Int32, members: Int, term: CoordinatorTerm)
        case groupMemberLeft(group: String, member: String, reason: String, term: CoordinatorTerm)
        /// The coordinator keeps nothing of it any more.
        case groupRemoved(group: String, reason: String, term: CoordinatorTerm)
        /// A frame that made the broker close the connection.
        case badFrame(client: String, reason: String)

        /// By what right it is told, where it is a coordinator's word about a group.
        package var term: CoordinatorTerm? {
            switch self {
            case .groupChanged(_, _, _, _, let term), .groupMemberLeft(_, _, _, let term),
                .groupRemoved(_, _, let term):
                term
            default: nil
            }
        }
    }
}

/// Where a broker is on its way up or down (`BrokerState` in Kafka).
package enum BrokerLifecycleState: String, Hashable, Sendable, CaseIterable {
    /// Opening logs, and cutting damaged tails.
    case recovering
    /// Registering with the controller, perhaps waiting for its former session to expire.
    case registering
    /// Registered, and reading the metadata log up to its end; still fenced.
    case catchingUp
    case running
    case shuttingDown
}
