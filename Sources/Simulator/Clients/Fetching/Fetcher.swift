import KafkaBroker
import KafkaProtocol
import NIOCore

/// The part of a consumer that reads: positions, resets, validation, one fetch at a time per leader, from leaders only.
///
/// Records come out in the order of their offsets, once each as long as the position is not reset. Checksums are checked
/// here, since brokers do not: Fetch serves what lies in the log.
package struct Fetcher: Sendable {
    enum Purpose: Sendable {
        case fetch(BrokerID, [TopicPartition], isIncremental: Bool)
        case listOffsets([TopicPartition])
        case validate([TopicPartition])
    }

    private(set) var settings: FetchSettings
    /// Sorted by partition.
    var partitions: [FetchedPartition] = []
    var sessions: [ClientFetchSession] = []
    var purposes: [RequestID: Purpose] = [:]
    /// Per leader: no fetch before this.
    var nextFetch = SmallTable<BrokerID, Instant>()
    /// Leaders that have not answered a fetch yet.
    var fetchedFrom: [BrokerID] = []
    var outcomes: [FetchOutcome] = []
    /// Fetches with a smaller number began before the end of the work.
    private(set) var finishedAfter: RequestID?
    /// The application is busy: nothing is fetched.
    var isPaused = false
    var lastStep = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)

    package init(_ settings: FetchSettings) { self.settings = settings }

    /// What is left is read in gulps: only fetches after this one tell that all is read.
    mutating func finish(after request: RequestID) {
        finishedAfter = request
        settings.maxBytes = max(settings.maxBytes, 1 << 20)
        settings.partitionMaxBytes = max(settings.partitionMaxBytes, 1 << 16)
        settings.pollInterval = min(settings.pollInterval, .milliseconds(1))
        // The limits of a partition are part of its session.
        for session in sessions.indices { sessions[session].reset() }
    }

    // MARK: What is read

    mutating func add(_ id: TopicPartition, _ state: FetchedPartition.State) {
        // A broker that still has it in a session would not repeat its high watermark to one who has just come to it.
        for session in sessions.indices where sessions[session].known.contains(where: { $0.key == id }) {
            sessions[session].reset()
        }
        let index = partitions.firstIndex { $0.id >= id } ?? partitions.count
        if index < partitions.count, partitions[index].id == id {
            partitions[index] = FetchedPartition(id: id, state: state)
        } else {
            partitions.insert(FetchedPartition(id: id, state: state), at: index)
        }
    }

    mutating func remove(_ id: TopicPartition) { partitions.removeAll { $0.id == id } }
    func index(of id: TopicPartition) -> Int? {
        partitions.indices.first { partitions[$0].id.partition == id.partition && partitions[$0].id.topic == id.topic }
    }

    /// Sets a position that the application or its group knows; the epoch is that of the record before it.
    mutating func seek(_ id: TopicPartition, to offset: Int64, lastEpoch: Int32) {
        guard let index = index(of: id) else { return }
        partitions[index].position = offset
        partitions[index].lastEpoch = lastEpoch
        partitions[index].state = .fetching
        partitions[index].leaderEpoch = -1
        outcomes.append(.positioned(id, offset: offset))
    }

    /// Everything is read: as far as the high watermark, by fetches that were sent after the end of the work.
    func isAtEnd(_ metadata: ClusterMetadata) -> Bool {
        partitions.allSatisfy { $0.isAtEnd || metadata.isGone($0.id) }
    }

    var nextDeadline: Instant? {
        var earliest: Instant?
        // By index: whoever takes a partition out copies all that it holds.
        for index in partitions.indices where partitions[index].request == nil {
            if let notBefore = partitions[index].notBefore, notBefore > lastStep {
                earliest = .earlier(earliest, notBefore)
            }
            if !isPaused, case .fetching = partitions[index].state, let next = nextFetch[partitions[index].leader],
                next > lastStep
            {
                earliest = .earlier(earliest, next)
            }
        }
        return earliest
    }

    /// A new process begins: what is under way is no longer known.
    mutating func forget() {
        partitions = []
        sessions = []
        purposes = [:]
        fetchedFrom = []
        nextFetch = SmallTable()
        outcomes = []
    }

    // MARK: Requests

    mutating func drive(_ network: inout NetworkClient, now: Instant, into actions: inout [ClientAction]) {
        lastStep = now
        followLeaders(&network)
        listOffsets(&network, now: now, into: &actions)
        validate(&network, now: now, into: &actions)
        if !isPaused { fetch(&network, now: now, into: &actions) }
    }

    /// Takes the leaders from the metadata. Where the epoch has moved on, the position is put in doubt.
    private mutating func followLeaders(_ network: inout NetworkClient) {
        for index in partitions.indices where partitions[index].request == nil {
            guard let known = network.metadata.leadership(of: partitions[index].id) else {
                network.refreshMetadata()
                continue
            }
            if known.leader == .none { network.refreshMetadata() }
            followTopic(index, known.topicId)
            partitions[index].leader = known.leader
            guard known.epoch > partitions[index].leaderEpoch else { continue }
            let wasKnown = partitions[index].leaderEpoch >= 0
            partitions[index].leaderEpoch = known.epoch
            if case .fetching = partitions[index].state, settings.truncationCheck == .byOffsetForLeaderEpoch,
                partitions[index].lastEpoch >= 0, wasKnown || partitions[index].position > 0
            {
                partitions[index].state = .validating
            }
        }
    }

    /// A topic that was deleted and made anew under its name is another: no position of the old one means anything in it.
    private mutating func followTopic(_ index: Int, _ topicId: Uuid) {
        let former = partitions[index].topicId
        guard topicId != former, topicId != .zero else { return }
        partitions[index].topicId = topicId
        if former == .zero { return }
        partitions[index].leaderEpoch = -1
        partitions[index].lastEpoch = -1
        partitions[index].highWatermark = nil
        if partitions[index].state != .waiting { beginReset(index, why: "the topic was made anew") }
    }

    /// The partitions of one leader that are ready for the request, leader by leader. Mutating, though it changes nothing:
    /// whoever else calls a method of one fetcher among many fields copies all that it holds, and so does a closure.
    mutating func ready(
        _ network: inout NetworkClient, now: Instant, _ isWanted: (FetchedPartition.State, BrokerID) -> Bool
    ) -> [(leader: BrokerID, partitions: [Int])] {
        var byLeader: [(leader: BrokerID, partitions: [Int])] = []
        for index in partitions.indices {
            let leader = partitions[index].leader
            guard partitions[index].request == nil, leader != .none, isWanted(partitions[index].state, leader) else {
                continue
            }
            if let notBefore = partitions[index].notBefore, notBefore > now { continue }
            if let found = byLeader.firstIndex(where: { $0.leader == leader }) {
                byLeader[found].partitions.append(index)
            } else if network.mayReach(leader, now: now) {
                byLeader.append((leader, [index]))
            }
        }
        return byLeader
    }

    mutating func began(_ indexes: [Int], _ request: RequestID, _ purpose: Purpose) {
        for index in indexes { partitions[index].request = request }
        purposes[request] = purpose
    }

    mutating func retryLater(_ index: Int, _ network: inout NetworkClient, now: Instant) {
        partitions[index].failures += 1
        partitions[index].notBefore = now + network.backoff(after: partitions[index].failures)
    }

    mutating func beginReset(_ index: Int, why: String?) {
        partitions[index].state = .resetting(settings.reset, from: partitions[index].position, why: why)
        partitions[index].isAtEnd = false
    }

    /// The partition's request is over; nil if the partition has gone or begun another meanwhile.
    mutating func settle(_ id: TopicPartition, _ request: RequestID) -> Int? {
        guard let index = index(of: id), partitions[index].request == request else { return nil }
        partitions[index].request = nil
        return index
    }

    // MARK: Answers

    /// Whether the event belongs to a request of this fetcher.
    mutating func handle(
        _ event: NetworkEvent, _ network: inout NetworkClient, now: Instant, into actions: inout [ClientAction]
    ) -> Bool {
        switch event {
        case .metadataUpdated, .sent: return false
        case .failed(let id, _):
            guard let purpose = purposes.removeValue(forKey: id) else { return false }
            let asked: [TopicPartition]
            switch purpose {
            case .fetch(let broker, let partitions, _):
                fetchedFrom.removeAll { $0 == broker }
                if let session = sessions.firstIndex(where: { $0.broker == broker }) { sessions[session].reset() }
                asked = partitions
            case .listOffsets(let partitions), .validate(let partitions): asked = partitions
            }
            for partition in asked {
                if let index = settle(partition, id) { retryLater(index, &network, now: now) }
            }
            return true
        case .answered(let id, let broker, let frame):
            guard let purpose = purposes.removeValue(forKey: id) else { return false }
            switch purpose {
            case .fetch(_, let asked, let isIncremental):
                fetchAnswered(
                    id, broker, asked, isIncremental: isIncremental, frame, &network, now: now, into: &actions)
            case .listOffsets(let asked):
                listOffsetsAnswered(id, asked, frame, &network, now: now, into: &actions)
            case .validate(let asked): validateAnswered(id, asked, frame, &network, now: now, into: &actions)
            }
            return true
        }
    }
}
