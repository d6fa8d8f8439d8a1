import KafkaBroker
import KafkaProtocol

/// The whole cluster at one moment, as a console shows it. The embedded cluster and an attached one fill the same type;
/// what a source cannot know is nil and shown as unknown.
package struct ClusterSnapshot: Hashable, Sendable {
    package var takenAt: Instant
    /// When the look at the cluster began, where that was before `takenAt`: what klamm's own clients know may be newer.
    package var lookedAt: Instant?
    /// When a source that has to ask was last answered; nil for one that is told at once.
    package var heardAt: Instant?
    package var clusterID: String
    /// The active controller; nil while there is none.
    package var controller: BrokerID?
    package var metadataOffset: Int64?
    /// Sorted by id.
    package var controllers: [ControllerNode] = []
    /// Sorted by id.
    package var brokers: [Broker] = []
    /// Sorted by name.
    package var topics: [Topic] = []
    /// Sorted by id.
    package var groups: [Group] = []
    /// Whether each broker that the cluster lists has told which groups it coordinates.
    package var groupsAreTold = true
    /// Records appended by leaders per second, over the last second or so.
    package var recordsPerSecond: Double?
    package var workload: WorkloadSnapshot?
    /// What was injected and lasts, in the order in which it began.
    package var faults: [FaultState.ActiveFault] = []

    package init(takenAt: Instant, clusterID: String) {
        self.takenAt = takenAt
        self.clusterID = clusterID
    }

    /// Nil where there is no such topic, or it has no such partition.
    package func partition(_ id: TopicPartition) -> Partition? {
        topics.first { $0.name == id.topic }?.partition(id.partition)
    }

    package struct ControllerNode: Hashable, Sendable {
        package var id: BrokerID
        package var isUp: Bool
        package var isActive: Bool
        /// Of the metadata quorum, as far as it knows.
        package var epoch: Int32?
        /// Of its own copy of the metadata log.
        package var logEndOffset: Int64?

        package init(id: BrokerID, isUp: Bool, isActive: Bool) {
            self.id = id
            self.isUp = isUp
            self.isActive = isActive
        }
    }

    /// Records of the metadata log that the active controller has and this one has not.
    package func behind(_ controller: ControllerNode) -> Int64? {
        guard let own = controller.logEndOffset, let end = controllers.first(where: \.isActive)?.logEndOffset
        else { return nil }
        return max(0, end.saturatingSubtract(own))
    }

    package struct Broker: Hashable, Sendable {
        package var id: BrokerID
        package var host: String
        package var port: Int
        package var state: State
        package var connections: Int?
        package var leaders: Int
        package var replicas: Int
        package var bytesInPerSecond: Double?
        package var bytesOutPerSecond: Double?
        package var logBytes: Int64?
        /// Since when it owes an answer, where that is worth a word: what it has told is as old as that. Always nil
        /// inside.
        package var lateSince: Instant?
        /// Why its log directory is offline, if it is: it serves nothing until it is started anew.
        package var logDirectoryFailure: String?

        package enum State: Hashable, Sendable {
            /// Its process (in the embedded cluster: its state and connections) is gone.
            case down
            case starting(BrokerLifecycleState)
            /// Back before its former session has expired: it may register in this many milliseconds.
            case waitingForSession(milliseconds: Int64)
            /// Alive, but the controller has not let it serve, or no longer does.
            case fenced
            case running
            case shuttingDown
            /// The cluster counts on it, and it does not answer us.
            case unreachable
        }

        package init(id: BrokerID, host: String, port: Int, state: State, leaders: Int, replicas: Int) {
            self.id = id
            self.host = host
            self.port = port
            self.state = state
            self.leaders = leaders
            self.replicas = replicas
        }
    }

    package struct Topic: Hashable, Sendable {
        package var name: String
        package var id: Uuid
        package var isInternal: Bool
        /// Sorted by index.
        package var partitions: [Partition]
        /// When a source that has to ask was last told how far its logs go; nil for one that is told at once.
        package var heardAt: Instant?

        package init(name: String, id: Uuid, isInternal: Bool, partitions: [Partition]) {
            self.name = name
            self.id = id
            self.isInternal = isInternal
            self.partitions = partitions
        }

        package func partition(_ index: Int32) -> Partition? { place(of: index).map { partitions[$0] } }

        /// Where the partition lies in `partitions`; nil where there is none.
        func place(of index: Int32) -> Int? {
            // Almost always they are numbered from zero without a gap.
            let guess = Int(index)
            if guess >= 0, guess < partitions.count, partitions[guess].index == index { return guess }
            let place = partitions.lowerBound { $0.index < index }
            return place < partitions.count && partitions[place].index == index ? place : nil
        }
    }

    package struct Partition: Hashable, Sendable {
        package var index: Int32
        /// Nil while the partition has no leader.
        package var leader: BrokerID?
        package var leaderEpoch: Int32
        package var isr: [BrokerID]
        /// In assignment order: the first is the preferred leader.
        package var replicas: [Replica]
        package var logStartOffset: Int64?
        /// Before it the cleaner may have taken records. Nil where it has not cleaned, or where nobody says: Kafka's
        /// protocol does not.
        package var cleanedUpTo: Int64?
        package var highWatermark: Int64?
        package var logEndOffset: Int64?
        package var sizeInBytes: Int64?
        /// Nil where the leader does not tell.
        package var minISR: MinISR?
        /// Whether too few are: then the high watermark stands, with whatever acks is written. Nil where it is not
        /// known.
        package var isHeld: Bool? { minISR.map { isr.count < $0.effective } }
        /// Why it stands; nil where it does not, or where that is not known.
        package var holdReason: String? {
            guard isHeld == true, let minISR else { return nil }
            return "ISR \(isr.words) is smaller than \(minISR.words)"
        }

        package init(index: Int32, leader: BrokerID?, leaderEpoch: Int32, isr: [BrokerID], replicas: [Replica]) {
            self.index = index
            self.leader = leader
            self.leaderEpoch = leaderEpoch
            self.isr = isr
            self.replicas = replicas
        }
    }

    package struct Replica: Hashable, Sendable {
        package var broker: BrokerID
        package var state: State
        /// This replica's own log end offset; nil when its broker cannot be asked.
        package var logEndOffset: Int64?

        package enum State: Hashable, Sendable { case leader, inSync, lagging, offline }

        package init(broker: BrokerID, state: State, logEndOffset: Int64?) {
            self.broker = broker
            self.state = state
            self.logEndOffset = logEndOffset
        }
    }

    package struct Group: Hashable, Sendable {
        package var id: String
        package var state: String
        /// Of a group whose coordinator assigns (KIP-848), its epoch.
        package var generation: Int32?
        /// What its members are or were, `consumer` mostly; empty where nobody has ever joined; nil where nobody tells.
        package var protocolType: String?
        package var protocolName: String?
        package var coordinator: BrokerID?
        /// Nil where nobody tells who they are.
        package var members: [GroupSnapshot.Member]?
        /// Sorted by partition. Includes assigned partitions that have no commit yet.
        package var partitions: [GroupPartition]
        /// Sum over the partitions with a commit; nil where none has one, or nobody tells how far one of them may be read.
        package var lag: Int64? { partitions[...].lag }
        package var hasCommits: Bool { partitions.contains { $0.committed != nil } }

        /// Its members are gone, so that nobody reads for it, nor commits. Of a group that nobody ever joined this is
        /// not known: to such a one consumers commit that choose their partitions themselves.
        package var isDeserted: Bool { state == "Empty" && protocolType?.isEmpty == false }

        package init(
            id: String, state: String, members: [GroupSnapshot.Member]? = [], partitions: [GroupPartition] = []
        ) {
            self.id = id
            self.state = state
            self.members = members
            self.partitions = partitions
        }
    }

    package struct GroupPartition: Hashable, Sendable {
        package var partition: TopicPartition
        package var member: String?
        package var committed: Int64?
        /// When, in milliseconds since 1970: the coordinator knows, and Kafka's protocol does not tell.
        package var committedAt: Int64?
        /// The consumer's own position: known only for klamm's workload.
        package var position: Int64?
        package var highWatermark: Int64?
        package var logEndOffset: Int64?
        /// Records between the commit and the high watermark, which is as far as a consumer can read. Nil without a
        /// commit.
        package var lag: Int64? {
            guard let committed, let highWatermark else { return nil }
            return max(0, highWatermark.saturatingSubtract(committed))
        }

        package init(partition: TopicPartition) { self.partition = partition }
    }
}

extension ArraySlice<ClusterSnapshot.GroupPartition> {
    /// Sum over those with a commit; nil where none has one, or nobody tells how far one of them may be read.
    package var lag: Int64? {
        var total: Int64?
        // By index: a copy of each partition would cost more than the sum.
        for index in indices where self[index].committed != nil {
            guard let lag = self[index].lag else { return nil }
            total = (total ?? 0).saturatingAdd(lag)
        }
        return total
    }
}

extension [ClusterSnapshot.GroupPartition] {
    /// Those of the same topic stand together.
    package var topicRanges: [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for index in indices where index + 1 == count || self[index + 1].partition.topic != self[start].partition.topic
        {
            ranges.append(start..<index + 1)
            start = index + 1
        }
        return ranges
    }
}
