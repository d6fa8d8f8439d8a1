import KafkaProtocol

/// What one broker knows about itself at one moment, for the console. Values are its own: leaders know followers only
/// by what they have fetched.
package struct BrokerSnapshot: Hashable, Sendable {
    package var id: BrokerID
    package var lifecycle: BrokerLifecycleState
    /// -1 before registration.
    package var brokerEpoch: Int64 = -1
    package var connections = 0
    /// Bytes of records taken from producers and handed to consumers since the broker started.
    package var bytesIn: Int64 = 0
    package var bytesOut: Int64 = 0
    /// Records appended as leader since the broker started.
    package var recordsIn: Int64 = 0
    package var replicas: [ReplicaSnapshot] = []
    /// Why all replicas are offline, if they are: the broker's disk has failed.
    package var logDirectoryFailure: String?
    /// Groups that this broker coordinates.
    package var groups: [GroupSnapshot] = []

    package init(id: BrokerID, lifecycle: BrokerLifecycleState) {
        self.id = id
        self.lifecycle = lifecycle
    }
}

/// One replica as the broker that holds it sees it.
package struct ReplicaSnapshot: Hashable, Sendable {
    package var partition: TopicPartition
    package var isLeader: Bool
    package var leaderEpoch: Int32
    package var logStartOffset: Int64
    package var logEndOffset: Int64
    package var highWatermark: Int64
    package var sizeInBytes: Int64
    /// Before it the cleaner may have taken records.
    package var cleanedUpTo: Int64
    /// The committed ISR; empty where this broker does not lead.
    package var isr: [BrokerID]
    /// How many replicas must be in sync for the high watermark to move; nil where this broker does not lead.
    package var minISR: MinISR?
    /// Why the replica is offline, if it is.
    package var failure: String?

    package init(
        partition: TopicPartition, isLeader: Bool, leaderEpoch: Int32, logStartOffset: Int64, logEndOffset: Int64,
        highWatermark: Int64, sizeInBytes: Int64, cleanedUpTo: Int64 = 0, isr: [BrokerID] = [], failure: String? = nil
    ) {
        self.partition = partition
        self.isLeader = isLeader
        self.leaderEpoch = leaderEpoch
        self.logStartOffset = logStartOffset
        self.logEndOffset = logEndOffset
        self.highWatermark = highWatermark
        self.sizeInBytes = sizeInBytes
        self.cleanedUpTo = cleanedUpTo
        self.isr = isr
        self.failure = failure
    }
}

/// A consumer group as its coordinator sees it.
package struct GroupSnapshot: Hashable, Sendable {
    package var id: String
    /// Kafka's own word: Empty, PreparingRebalance, CompletingRebalance, Stable, Dead.
    package var state: String
    package var generation: Int32
    /// What its members are, `consumer` mostly; nil where nobody has ever joined.
    package var protocolType: String?
    package var protocolName: String?
    package var leader: String?
    package var coordinator: BrokerID
    package var term: CoordinatorTerm
    package var members: [Member]
    package var offsets: [Offset]

    package struct Member: Hashable, Sendable {
        package var id: String
        package var instanceID: String?
        package var clientID: String
        package var clientHost: String
        /// Empty while a rebalance is under way.
        package var assignment: [TopicPartition]
        /// The epoch of the group that it has come round to, and what the coordinator wants it to have. Nil in classic
        /// groups, where all members change at once.
        package var epoch: Int32?
        package var target: [TopicPartition]?

        package init(
            id: String, instanceID: String?, clientID: String, clientHost: String, assignment: [TopicPartition]
        ) {
            self.id = id
            self.instanceID = instanceID
            self.clientID = clientID
            self.clientHost = clientHost
            self.assignment = assignment
        }
    }

    package struct Offset: Hashable, Sendable {
        package var partition: TopicPartition
        package var committed: Int64
        /// When it was committed, in milliseconds since 1970.
        package var committedAt: Int64?

        package init(partition: TopicPartition, committed: Int64, committedAt: Int64? = nil) {
            self.partition = partition
            self.committed = committed
            self.committedAt = committedAt
        }
    }

    package init(
        id: String, state: String, generation: Int32, protocolType: String?, protocolName: String?,
        leader: String?, coordinator: BrokerID, term: CoordinatorTerm, members: [Member], offsets: [Offset]
    ) {
        self.id = id
        self.state = state
        self.generation = generation
        self.protocolType = protocolType
        self.protocolName = protocolName
        self.leader = leader
        self.coordinator = coordinator
        self.term = term
        self.members = members
        self.offsets = offsets
    }
}
