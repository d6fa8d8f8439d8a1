import KafkaBroker
import KafkaProtocol
import NIOCore

/// A member of a consumer group by the classic protocol, as Java's and librdkafka's: joins, assigns if it leads, syncs,
/// heartbeats, reads what it was given from the committed offsets on, commits, and now and then crashes, leaves or sleeps.
///
/// ```
/// away --time--> joining --JoinGroup--> syncing --SyncGroup--> stable
///                   ^                      |                     |
///                   +-- REBALANCE_IN_PROGRESS, new generation ---+
/// ```
/// Beside it, whenever the coordinator is unknown or has moved, FindCoordinator; the membership stays as it is meanwhile.
/// Invariant: it commits only offsets that follow a record that it has handed on, or that the group gave or reset it to,
/// and only with the generation in which it held the partition; unless it is a zombie, which commits with an old one.
package struct SimulatedMember: SimulatedClient {
    enum State: Hashable, Sendable {
        /// Crashed, left or asleep: nothing is done until then.
        case away(until: Instant, keepsMembership: Bool)
        case joining
        case syncing
        case stable
    }

    enum Purpose: Hashable, Sendable {
        case findCoordinator
        case join
        case sync
        case heartbeat
        case leave
        case fetchOffsets([TopicPartition])
        /// The generation, and what was committed in it.
        case commit(generation: Int32, [TopicPartition], [Int64])
    }

    package let settings: GroupMemberSettings
    package var network: NetworkClient
    var fetcher: Fetcher
    var state = State.joining
    var coordinator = BrokerID.none
    var memberId = ""
    var generation: Int32 = -1
    var protocolName = ""
    var requests: [RequestID: Purpose] = [:]
    /// The request of the present state, and of heartbeats, commits and offsets.
    var stateRequest: RequestID?
    var coordinatorRequest: RequestID?
    var heartbeatRequest: RequestID?
    var commitRequest: RequestID?
    var offsetsRequest: RequestID?
    var notBefore: Instant?
    var failures = 0
    var nextHeartbeat: Instant?
    var nextCommit: Instant?
    var nextMishap: Instant?
    /// What the coordinator has confirmed of this assignment's positions.
    var committed: [TopicPartition: Int64] = [:]
    /// What is worked on: positions that may be committed from now on, in the order of the fetcher's partitions.
    var worked: [TopicPartition: Int64] = [:]
    /// What was committed last, for those who commit late.
    var lateOffsets: [(TopicPartition, Int64)] = []
    /// If it leads: how many partitions each topic had when it last assigned them.
    var assignedCounts: [Int]?
    var isFinishing = false
    var lastStep = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)

    package init(_ settings: GroupMemberSettings, network: NetworkSettings) {
        self.settings = settings
        self.network = NetworkClient(network, topics: settings.topics)
        fetcher = Fetcher(settings.fetch)
    }

    package var name: String { network.name }

    /// Done when the group is calm and all that this member was given is read and committed.
    package var isDone: Bool {
        guard isFinishing, state == .stable, commitRequest == nil, offsetsRequest == nil else { return false }
        return fetcher.isAtEnd(network.metadata)
            && fetcher.partitions.allSatisfy {
                committed[$0.id] == worked[$0.id] || network.metadata.isGone($0.id)
            }
    }

    package mutating func finish() {
        isFinishing = true
        fetcher.finish(after: network.lastRequestID)
    }

    package var nextDeadline: Instant? {
        // Heartbeats go on even when all is read, so that the group stays as it is.
        if case .away(let until, _) = state { return coming(until) }
        var earliest = Instant.earlier(network.nextDeadline, fetcher.nextDeadline)
        earliest = .earlier(earliest, coming(notBefore))
        if case .stable = state {
            if heartbeatRequest == nil { earliest = .earlier(earliest, coming(nextHeartbeat)) }
            if commitRequest == nil { earliest = .earlier(earliest, coming(nextCommit)) }
        }
        if !isFinishing { earliest = .earlier(earliest, coming(nextMishap)) }
        return earliest
    }

    /// What is due already waits for something else than time.
    private func coming(_ time: Instant?) -> Instant? {
        guard let time, time > lastStep else { return nil }
        return time
    }

    package mutating func step(_ input: ClientInput, now: Instant, into actions: inout [ClientAction]) {
        lastStep = now
        // It is not driven while the member joins, and must not ask for times that have passed.
        fetcher.lastStep = now
        network.handle(input, now: now, into: &actions)
        if case .away(let until, let keeps) = state {
            takeEvents(now: now, into: &actions)
            guard until <= now else { return }
            wakeUp(keepsMembership: keeps, now: now, into: &actions)
        }
        takeEvents(now: now, into: &actions)
        drive(now: now, into: &actions)
        network.driveMetadata(now: now, into: &actions)
        takeEvents(now: now, into: &actions)
    }

    private mutating func drive(now: Instant, into actions: inout [ClientAction]) {
        if mishap(now: now, into: &actions) { return }
        if network.metadata.brokers.isEmpty { return }
        if coordinator == .none {
            if state == .stable { fetcher.drive(&network, now: now, into: &actions) }
            return findCoordinator(now: now, into: &actions)
        }
        if (notBefore ?? now) <= now {
            switch state {
            case .away: return
            case .joining: if stateRequest == nil { join(now: now, into: &actions) }
            case .syncing: break
            case .stable: fetchOffsets(now: now, into: &actions)
            }
        }
        if state == .stable || (state == .joining && !fetcher.partitions.isEmpty) {
            heartbeat(now: now, into: &actions)
        }
        if state == .stable {
            commitIfDue(now: now, into: &actions)
            fetcher.drive(&network, now: now, into: &actions)
        }
    }

    // MARK: Events

    private mutating func takeEvents(now: Instant, into actions: inout [ClientAction]) {
        while let event = network.nextEvent() {
            switch event {
            case .sent: break
            case .metadataUpdated:
                // Whoever leads answers for new partitions, which nobody reads yet.
                if state == .stable, let assignedCounts, assignedCounts != partitionCounts { state = .joining }
            case .failed(let id, _):
                if let purpose = requests.removeValue(forKey: id) {
                    failed(id, purpose, now: now)
                    continue
                }
            case .answered(let id, _, let frame):
                if let purpose = requests.removeValue(forKey: id) {
                    answered(id, purpose, frame, now: now, into: &actions)
                    continue
                }
            }
            _ = fetcher.handle(event, &network, now: now, into: &actions)
            takeOutcomes(now: now, into: &actions)
        }
    }

    mutating func takeOutcomes(now: Instant, into actions: inout [ClientAction]) {
        for outcome in fetcher.outcomes {
            switch outcome {
            case .positioned(let partition, let offset):
                worked[partition] = offset
                actions.append(
                    .note(.positioned(consumer: name, group: settings.group, partition, offset: offset)))
            case .record(let partition, let offset, let value):
                worked[partition] = offset + 1
                actions.append(
                    .note(
                        .delivered(
                            consumer: name, group: settings.group, partition, offset: offset, record: value)))
                // Those who commit first commit at once; the others when their work is done.
                if settings.commit == .beforeWork { nextCommit = now }
            }
        }
        fetcher.outcomes.removeAll(keepingCapacity: true)
    }

    private mutating func failed(_ id: RequestID, _ purpose: Purpose, now: Instant) {
        switch purpose {
        case .findCoordinator: coordinatorRequest = nil
        case .join, .sync:
            stateRequest = nil
            // The coordinator may have counted us in: joining again with the same id is safe.
            if state == .syncing { state = .joining }
            lostCoordinator()
        case .heartbeat:
            heartbeatRequest = nil
            lostCoordinator()
        case .commit:
            if id == commitRequest { commitRequest = nil }
            lostCoordinator()
        case .fetchOffsets:
            offsetsRequest = nil
            lostCoordinator()
        case .leave: return
        }
        backOff(now: now)
    }

    var partitionCounts: [Int] {
        settings.topics.sorted().map { topic in
            network.metadata.isGone(topic) ? 0 : network.metadata.topics[topic]?.partitions.count ?? 0
        }
    }

    mutating func backOff(now: Instant) {
        failures += 1
        notBefore = now + network.backoff(after: failures)
    }

    /// The member stays in its generation, but must find out whom to ask.
    mutating func lostCoordinator() {
        coordinator = .none
        network.refreshMetadata()
    }
}
