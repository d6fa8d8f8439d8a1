import DequeModule
import KafkaProtocol
import KafkaStorage
import NIOCore
import OrderedCollections

/// One Kafka broker as a state machine: requests, peers' frames and deadlines in, answers and frames out.
///
/// It owns the replicas on its disk, leads some of them, copies the others from their leaders, follows the metadata log
/// and keeps itself registered with the controller. Each part lies in an extension in the folder of its name:
/// `Lifecycle/` (recovery, registration, heartbeats, stopping), `Metadata/` (the metadata log and what changes by it),
/// `Replication/` (partitions and their replicas, waiting produces and fetches), `Requests/` (connections and dispatch),
/// `RequestHandlers/` (one file per API).
///
/// Within a step, what a handler sets off is worked off before the step ends (`settle`): a connection whose answer is
/// ready, a partition whose log or high watermark has moved. Nothing scans all partitions except on a timer that is
/// measured in seconds.
package struct Broker: Node {
    package let settings: BrokerSettings
    let disk: any Disk
    /// By which others know its requests.
    let clientId: String
    var generator: SeededGenerator
    /// The instant of the step that is under way.
    var now: Instant
    /// The actions of the step that is under way.
    var out: [BrokerAction] = []

    // Lifecycle
    var lifecycle: Lifecycle
    /// Tells this start of the broker from any other.
    let incarnationId: Uuid
    /// Given by the controller at registration; -1 before.
    var brokerEpoch: Int64 = -1
    var heartbeatInFlight = false
    /// What the last heartbeat's answer said.
    var isFenced = true
    var logDirectory = LogDirectory()

    // Metadata
    var image: MetadataImage { didSet { topicConfigs.forget() } }
    var topicConfigs = TopicConfigs()
    var metadataFetchInFlight = false
    /// What the image says and the broker has not carried out yet, in order: see `applyMetadata`.
    var unapplied: Deque<MetadataChange> = []
    /// Everything up to this record has been carried out.
    var appliedMetadataOffset: Int64 = -1
    /// A record could not be read: asking at once would bring the same.
    var metadataIsSound = true
    /// The replicas that the image names are being opened for the first time in this life.
    var isOpeningReplicas = false
    /// The active controller, as far as this broker knows, and the epoch in which it was named.
    var controller: BrokerID
    var controllerEpoch: Int32 = -1
    /// A snapshot that is being read, where the log no longer goes back to what this broker has.
    var metadataSnapshot: SnapshotDownload?

    // Logs
    /// Opened by recovery and not yet claimed by a partition of the metadata log.
    var openLogs: [TopicPartition: UnifiedLog] = [:]
    /// Replicas that the metadata log places here and that have no log, since the disk has failed before they were opened.
    var missingReplicas: [TopicPartition: String] = [:]
    /// From the last life's checkpoint, for logs that are not claimed yet.
    var checkpointedHighWatermarks: [TopicPartition: Int64] = [:]
    var lastHighWatermarks: [(TopicPartition, Int64)] = []
    var flushes: [FlushID: UInt64] = [:]
    var flushGroups: [UInt64: FlushGroup] = [:]
    var nextFlushID: UInt64 = 0
    var nextFlushGroup: UInt64 = 0

    var cleaning: (partition: Partition, cleaning: LogCleaning)?
    var lastCleanedOffsets: [(TopicPartition, Int64)] = []

    // Replicas
    var partitions = PartitionTable()
    /// One for each leader that this broker copies from, in the order in which they came up.
    var fetchers: [ReplicaFetcher] = []
    /// Leaders from which the next fetch is to be sent in this step.
    var fetchersToRun: Deque<BrokerID> = []
    /// Slots of replicas that do not fetch for a while after an error, the first to go on first.
    var delayedReplicas: Deque<(slot: Int, until: Instant)> = []
    /// What is given to, and taken for, replicas that are throttled.
    var leaderQuota = ReplicationQuota()
    var followerQuota = ReplicationQuota()
    /// Slots of partitions whose pending ISR change is to be sent.
    var alterations: [Int] = []
    var isAlterationInFlight = false
    /// Slots of partitions whose change got no answer and is asked for again a little later.
    var failedAlterations: [Int] = []
    /// Slots of partitions where a refused follower may be asked for again.
    var expansionsToRetry: [Int] = []
    var delayedProduces: [ProduceID: DelayedProduce] = [:]
    var nextProduceID: UInt64 = 0
    /// In the order in which they came.
    var delayedDeleteRecords: OrderedDictionary<UInt64, DelayedDeleteRecords> = [:]
    var nextDeleteRecords: UInt64 = 0
    var delayedFetches: [FetchID: DelayedFetch] = [:]
    var nextFetchID: UInt64 = 0
    var parkedFetchByReplica: [BrokerID: FetchID] = [:]
    var fetchSessions: FetchSessionCache
    /// Partitions whose log end or high watermark has moved in this step and whose waiting fetches are to be looked at.
    var moved: Deque<Int> = []

    // Requests
    var connections: [ConnectionID: Connection] = [:]
    /// Connections with an answer or a held request that may be ready to go.
    var ready: Deque<ConnectionID> = []
    /// Requests of peers that came before this broker could serve them.
    var heldPeerRequests: [(peer: BrokerID, frame: ByteBuffer)] = []
    /// Requests that were passed on to the controller.
    var forwarded: [UInt64: ForwardedRequest] = [:]
    var nextForwardID: UInt64 = 0
    /// Topics that the controller was asked to create, and has not answered.
    var topicsBeingCreated: Set<String> = []
    var peers = PeerRequests<PeerPurpose>()
    var producerIds = ProducerIdBlocks()

    // The group coordinator
    var coordinator: GroupCoordinator
    var coordinatorInputs: Deque<CoordinatorInput> = []
    var isCoordinating = false
    var coordinatorReads: [CoordinatorRead] = []
    var waitingCoordinatorAppends: Set<CoordinatorAppendID> = []

    var timers = Deadlines<Timer>()
    var counters = Counters()

    package init(settings: BrokerSettings, disk: any Disk, seed: UInt64, now: Instant) {
        self.settings = settings
        self.disk = disk
        clientId = "broker-\(settings.nodeId)"
        self.now = now
        image = MetadataImage(clusterID: settings.clusterID)
        controller = settings.controllers.first ?? .none
        generator = SeededGenerator(seed: seed)
        incarnationId = Uuid.random(using: &generator)
        coordinator = GroupCoordinator(
            brokerId: settings.nodeId, settings: settings.group, seed: generator.next())
        lifecycle = .recovering(LogRecovery())
        fetchSessions = FetchSessionCache(
            slots: settings.maxIncrementalFetchSessionCacheSlots,
            eviction: settings.minIncrementalFetchSessionEviction)
        timers.set(.recovery, at: now)
    }

    package mutating func step(_ input: BrokerInput, now: Instant, into actions: inout [BrokerAction]) {
        self.now = now
        swap(&out, &actions)
        defer { swap(&out, &actions) }
        if case .stopped = lifecycle { return }
        switch input {
        case .connectionOpened(let id, let client): connections[id] = Connection(client: client)
        case .connectionClosed(let id): connectionClosed(id)
        case .request(let id, let frame): requestArrived(on: id, frame)
        case .peerRequest(let peer, let frame): peerRequestArrived(from: peer, frame)
        case .peerResponse(let peer, let frame): peerResponseArrived(from: peer, frame)
        case .peerReset(let peer): peerReset(peer)
        case .flushed(let id, let result): flushEnded(id, result)
        case .stopRequested: stopRequested()
        case .deadlineReached: deadlinesReached()
        }
        settle()
    }

    package var nextDeadline: Instant? {
        if case .stopped = lifecycle { return nil }
        var nearest = timers.nearest
        if let peer = peers.nearestDeadline { nearest = min(nearest ?? peer, peer) }
        if let own = coordinator.nextDeadline { nearest = min(nearest ?? own, own) }
        guard let nearest else { return nil }
        let fromNow = Duration.nanoseconds(max(0, nearest - now.monotonicNanoseconds))
        return now + fromNow
    }

    /// Works off what this step has set off, until nothing is left to do.
    private mutating func settle() {
        while true {
            if let id = ready.popFirst() {
                pump(id)
            } else if !moved.isEmpty {
                partitionsMoved()
            } else if let leader = fetchersToRun.popFirst() {
                runFetcher(leader)
            } else {
                return
            }
        }
    }

    mutating func emit(_ kind: BrokerEvent.Kind) {
        out.append(.emit(BrokerEvent(at: now, node: settings.nodeId, kind: kind)))
    }
}

/// What a broker's own clock rings for.
enum Timer: Hashable, Sendable {
    case recovery
    case registration
    case heartbeat
    case metadataFetch
    case metadataSlice
    case shutdown
    case isrCheck
    case highWatermarkCheckpoint
    case recoveryPointCheckpoint
    case retention
    case logCleaner
    case logFlush(slot: Int)
    case replicaFetcher(BrokerID)
    case delayedReplicas
    case failedAlterations
    case expansions
    case producerIds
    case forwarded(UInt64)
    case produce(ProduceID)
    case deleteRecords(UInt64)
    case fetch(FetchID)
    case coordinatorAppend(CoordinatorAppendID)
    case coordinatorRead
}

/// Totals since the broker started.
struct Counters: Sendable {
    var bytesIn: Int64 = 0
    var bytesOut: Int64 = 0
    var recordsIn: Int64 = 0
}

/// A produce that waits for its followers.
package struct ProduceID: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A fetch that waits for records.
package struct FetchID: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}
