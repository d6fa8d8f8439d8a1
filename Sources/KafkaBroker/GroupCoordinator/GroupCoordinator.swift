import KafkaProtocol
import NIOCore
import OrderedCollections

/// The group coordinator of one broker: the groups whose partition of `__consumer_offsets` it leads.
///
/// A handler never changes durable state: it appends records, and what they say takes effect when they are committed,
/// by the same `replay` that loads a partition after an election. Membership of a generation that is still forming is
/// kept in memory alone, as in Kafka: after a change of coordinator the members join again.
///
/// ```
/// partition   event                          next      action
/// none        elected                        loading   read from the start
/// loading     read to the end                active    groups serve; members get a fresh session
/// loading     read failed                    failed    COORDINATOR_NOT_AVAILABLE until the next election
/// failed      elected again                  loading   read from the start
/// others      elected again                  same      speaks under the new term
/// any         resigned                       none      waiting answers get NOT_COORDINATOR, groups are dropped
/// ```
package struct GroupCoordinator: Sendable {
    enum Timer: Hashable, Sendable {
        case group(String, ClassicGroup.Timer)
        case offsetExpiry
    }

    let brokerId: BrokerID
    let settings: GroupSettings
    var generator: SeededGenerator
    var partitions: [Int32: CoordinatorPartition] = [:]
    var groups: OrderedDictionary<String, ClassicGroup> = [:]
    var offsets: OrderedDictionary<String, GroupOffsets> = [:]
    var appends: OrderedDictionary<CoordinatorAppendID, PendingAppend> = [:]
    var deletions: [DeletionID: PendingDeletion] = [:]
    var timers = Deadlines<Timer>()
    private var nextId: UInt64 = 0
    /// Partitions of `__consumer_offsets`; 0 while it has never existed.
    var partitionCount: Int32 = 0

    package init(brokerId: BrokerID, settings: GroupSettings, seed: UInt64) {
        self.brokerId = brokerId
        self.settings = settings
        generator = SeededGenerator(seed: seed)
    }

    package static let topic = "__consumer_offsets"

    /// Monotonic nanoseconds, as `Deadlines` has them.
    package var nextDeadline: Int64? { timers.nearest }

    package mutating func step(
        _ input: CoordinatorInput, metadata: MetadataImage, now: Instant, into actions: inout [CoordinatorAction]
    ) {
        // A deleted topic keeps its last count, by which its groups are found when their partitions are resigned.
        if let topic = metadata.topic(named: Self.topic) { partitionCount = Int32(topic.partitions.count) }
        switch input {
        case .request(let context, let clientHost, let body):
            handle(context, clientHost, body, metadata, now, &actions)
        case .electedAgain(let partition, let leaderEpoch)
        where partitions[partition].map { $0.phase != .failed } ?? false:
            partitions[partition]?.leaderEpoch = leaderEpoch
        case .elected(let partition, let leaderEpoch), .electedAgain(let partition, let leaderEpoch):
            drop(partition, &actions)
            let topicID = metadata.topic(named: Self.topic)?.id ?? .zero
            partitions[partition] = CoordinatorPartition(topicID: topicID, leaderEpoch: leaderEpoch)
            actions.append(.read(partition: partition, from: 0, maxBytes: settings.offsetsLoadBufferSize))
        case .resigned(let partition):
            drop(partition, &actions)
            partitions[partition] = nil
        case .read(let partition, let batches, let nextOffset, let isEnd):
            load(partition, batches, nextOffset: nextOffset, isEnd: isEnd, metadata, now, &actions)
        case .readFailed(let partition, _):
            partitions[partition]?.phase = .failed
        case .appended: break
        case .committed(let id):
            finish(id, .none, now, &actions)
        case .appendFailed(let id, let error):
            finish(id, error, now, &actions)
        case .topicsDeleted(let names):
            for number in Array(partitions.keys) where partitions[number]?.phase == .loading {
                partitions[number]?.deletedTopics.formUnion(names)
            }
            forgetTopics(of: Array(offsets.keys), now, &actions) { names.contains($0) }
        case .deadlineReached:
            while let timer = timers.popExpired(now: now) { fire(timer, now, &actions) }
        }
    }

    mutating func newId() -> UInt64 {
        nextId += 1
        return nextId
    }
}

// MARK: - Where a group lives

extension GroupCoordinator {
    func partition(of group: String) -> Int32? {
        partitionCount > 0 ? GroupPartition.partition(forGroup: group, count: partitionCount) : nil
    }

    /// Nil where this broker has nothing to say about the group.
    func term(of group: String) -> CoordinatorTerm? {
        guard let number = partition(of: group), let partition = partitions[number] else { return nil }
        return CoordinatorTerm(
            topicID: partition.topicID, partition: number, leaderEpoch: partition.leaderEpoch)
    }

    /// NONE when this broker may speak for the group now.
    func availability(of group: String) -> ErrorCode {
        if group.isEmpty { return .invalidGroupId }
        return availabilityOfPartition(of: group)
    }

    /// The same for APIs in which the empty name is a group like any other, as it was before Kafka 1.0.
    func availabilityOfPartition(of group: String) -> ErrorCode {
        guard let number = partition(of: group), let partition = partitions[number] else { return .notCoordinator }
        switch partition.phase {
        case .loading: return Rule.coordinatorLoadsBeforeServing.holds ? .coordinatorLoadInProgress : .none
        case .failed: return .coordinatorNotAvailable
        case .active: return .none
        }
    }

    /// Groups with members, and those that only keep offsets.
    var groupNames: OrderedSet<String> { OrderedSet(groups.keys).union(offsets.keys) }

    func groupNames(in number: Int32) -> [String] { groupNames.filter { partition(of: $0) == number } }
}

// MARK: - What a group asks for

extension GroupCoordinator {
    /// Lets the group act, and carries out what it asks for.
    mutating func withGroup<Result>(
        _ name: String, _ now: Instant, _ actions: inout [CoordinatorAction],
        _ body: (inout ClassicGroup, inout [ClassicGroup.Action]) -> Result
    ) -> Result? {
        guard groups[name] != nil else { return nil }
        var asked: [ClassicGroup.Action] = []
        let result = body(&groups[name]!, &asked)
        for action in asked { perform(action, for: name, now, &actions) }
        return result
    }

    private mutating func perform(
        _ action: ClassicGroup.Action, for name: String, _ now: Instant, _ actions: inout [CoordinatorAction]
    ) {
        switch action {
        case .answerJoin(let context, let response): respond(context, response, &actions)
        case .answerSync(let context, let response): respond(context, response, &actions)
        case .setTimer(let timer, let duration): timers.set(.group(name, timer), at: now + duration)
        case .cancelTimer(let timer): timers.remove(.group(name, timer))
        case .write(let value, let purpose):
            append([.group(name, value)], for: name, .group(name, purpose), now, &actions)
        case .changed(let state, let generation, let members):
            guard let term = term(of: name) else { return }
            actions.append(
                .emit(
                    .groupChanged(group: name, state: state, generation: generation, members: members, term: term)))
        case .memberLeft(let member, let reason):
            guard let term = term(of: name) else { return }
            actions.append(.emit(.groupMemberLeft(group: name, member: member, reason: reason, term: term)))
        }
    }

    private mutating func fire(_ timer: Timer, _ now: Instant, _ actions: inout [CoordinatorAction]) {
        switch timer {
        case .offsetExpiry: expireOffsets(now, &actions)
        case .group(let name, let timer):
            _ = withGroup(name, now, &actions) { group, asked in
                switch timer {
                case .heartbeat(let member): group.heartbeatTimerFired(member, now: now, into: &asked)
                case .pendingMember(let member): group.pendingMemberTimerFired(member, now: now, into: &asked)
                case .join: group.joinTimerFired(now: now, into: &asked)
                case .sync: group.syncTimerFired(now: now, into: &asked)
                }
            }
        }
    }

    func respond<Response: KafkaResponse>(
        _ context: RequestContext, _ response: Response, _ actions: inout [CoordinatorAction]
    ) {
        do {
            let frame = try ResponseFrame.encode(
                response, apiVersion: context.version, correlationId: context.correlationId)
            actions.append(.respond(context, frame))
        } catch {
            actions.append(.malformed(context, reason: "the answer cannot be written: \(error)"))
        }
    }

    package func snapshot() -> [GroupSnapshot] {
        groupNames.sorted().compactMap { name in
            guard let term = term(of: name) else { return nil }
            let group = groups[name] ?? ClassicGroup(id: name)
            let committed = offsets[name]
            return GroupSnapshot(
                id: name, state: group.state.name, generation: group.generation, protocolType: group.protocolType,
                protocolName: group.protocolName, leader: group.leader, coordinator: brokerId, term: term,
                members: group.members.values.map { $0.snapshot(protocolType: group.protocolType) },
                offsets: (committed?.partitions ?? []).compactMap { partition in
                    committed?[partition].map {
                        .init(partition: partition, committed: $0.offset, committedAt: $0.commitTimestamp)
                    }
                })
        }
    }
}

extension GroupMember {
    /// The assignment is the leader's own bytes; only consumers' can be read.
    func snapshot(protocolType: String?) -> GroupSnapshot.Member {
        let assigned =
            protocolType == "consumer" ? try? ConsumerProtocolAssignment(decodingVersioned: assignment) : nil
        let partitions = (assigned?.assignedPartitions ?? []).flatMap { topic in
            topic.partitions.map { TopicPartition(topic: topic.topic, partition: $0) }
        }
        return GroupSnapshot.Member(
            id: id, instanceID: instanceId, clientID: clientId, clientHost: clientHost,
            assignment: partitions.sorted())
    }
}
