import KafkaProtocol
import NIOCore
import OrderedCollections

/// One group of the classic protocol: who is in it, in which generation, and who waits for what.
///
/// Pure: requests and timers in, `Action`s out. Its durable part is one record in `__consumer_offsets`, written when a
/// generation gets its assignment, when the group becomes empty, and when a static member comes back under a new id; it
/// takes effect when it is committed.
///
/// ```
/// state                 event                                   next state            action
/// empty                 member joins                            preparingRebalance    wait for the initial delay
/// preparingRebalance    all members have joined, or time is up  completingRebalance   answer the joins
/// preparingRebalance    time is up, nobody is left              empty                 write the empty group
/// completingRebalance   leader's assignment is committed        stable                answer the syncs
/// completingRebalance   join, leave, expiry, failed write       preparingRebalance    syncs: REBALANCE_IN_PROGRESS
/// stable                leader or changed member joins, leave,  preparingRebalance    heartbeats: REBALANCE_IN_PROGRESS
///                       expiry
/// any                   group deleted, coordinator moved        dead                  waiting answers get the error
/// ```
/// Follows `ClassicGroup` and `GroupMetadataManager` of Kafka's group coordinator.
package struct ClassicGroup: Sendable {
    package enum State: Sendable {
        case empty
        case preparingRebalance(Joining)
        case completingRebalance(Syncing)
        /// Members that have not yet fetched their assignment.
        case stable(unsynced: Set<String>)
        case dead

        /// Kafka's own word, as DescribeGroups and ListGroups give it.
        package var name: String {
            switch self {
            case .empty: "Empty"
            case .preparingRebalance: "PreparingRebalance"
            case .completingRebalance: "CompletingRebalance"
            case .stable: "Stable"
            case .dead: "Dead"
            }
        }
    }

    /// A rebalance that collects its members.
    package struct Joining: Sendable {
        /// Joins that wait for their answer, in the order in which they came, by member.
        var waiting: OrderedDictionary<String, RequestContext> = [:]
        /// While set, the rebalance does not end early, so that the consumers of one application that start together
        /// come into one generation (`group.initial.rebalance.delay.ms`).
        var initialDelay: InitialDelay?
    }

    package struct InitialDelay: Sendable {
        /// `group.initial.rebalance.delay.ms`: by so much a newcomer prolongs the wait.
        let step: Duration
        var remaining: Duration
        var hasNewMember = false
    }

    /// A generation that waits for its leader's assignment.
    package struct Syncing: Sendable {
        var waiting: OrderedDictionary<String, RequestContext> = [:]
        var unsynced: Set<String>
        /// The leader's assignment, while it is being written.
        var assignments: [String: ByteBuffer]?
    }

    package enum Timer: Hashable, Sendable {
        case heartbeat(member: String)
        /// A member id that was given out and has not come back (MEMBER_ID_REQUIRED).
        case pendingMember(String)
        case join
        case sync
    }

    /// What a written group record is for; handed back with the outcome.
    package enum WritePurpose: Sendable {
        case assignment(generation: Int32)
        case emptyGroup
        case staticMember(StaticReturn)
    }

    /// A static member that came back under a new id and whose join waits for the record that says so.
    package struct StaticReturn: Sendable {
        var context: RequestContext
        var previous: GroupMember
        var memberId: String
        var answer: JoinGroupResponse
    }

    package enum Action: Sendable {
        case answerJoin(RequestContext, JoinGroupResponse)
        case answerSync(RequestContext, SyncGroupResponse)
        case setTimer(Timer, after: Duration)
        case cancelTimer(Timer)
        case write(GroupMetadataValue, WritePurpose)
        /// State, generation or membership changed, to this.
        case changed(state: String, generation: Int32, members: Int)
        case memberLeft(String, reason: String)
    }

    package let id: String
    package internal(set) var state = State.empty
    package internal(set) var generation: Int32 = 0
    /// "consumer" for consumers; nil before the first member, and for a group that only keeps offsets.
    package internal(set) var protocolType: String?
    /// The assignor of the current generation.
    package internal(set) var protocolName: String?
    package internal(set) var leader: String?
    /// In the order in which they joined.
    package internal(set) var members: OrderedDictionary<String, GroupMember> = [:]
    /// Member ids of static members, by instance id.
    var staticMembers: [String: String] = [:]
    /// Ids given out to newcomers that have not come back with them yet.
    var pendingMembers: Set<String> = []
    /// Milliseconds since 1970 of the last change between empty and not; nil where the record did not say.
    var stateTimestamp: Int64?

    package init(id: String) { self.id = id }
}

// MARK: - Questions

extension ClassicGroup {
    package var isEmpty: Bool { if case .empty = state { true } else { false } }
    package var isDead: Bool { if case .dead = state { true } else { false } }
    /// Nobody is in it, nor on the way in: it may be forgotten.
    var isUnused: Bool { isDead || (isEmpty && pendingMembers.isEmpty) }

    static let consumerProtocol = "consumer"

    /// Whether members read the topic; of consumers whose subscriptions cannot be read, any.
    func isSubscribed(to topic: String) -> Bool {
        guard protocolType == Self.consumerProtocol, !members.isEmpty else { return false }
        for member in members.values {
            let metadata = member.metadata(for: protocolName)
            guard let subscription = try? ConsumerProtocolSubscription(decodingVersioned: metadata) else { return true }
            if subscription.topics.contains(topic) { return true }
        }
        return false
    }

    /// The longest time that any member wants to be waited for.
    var rebalanceTimeout: Duration { members.values.map(\.rebalanceTimeout).max() ?? .zero }

    /// Assignors that every member supports.
    var commonProtocols: Set<String> {
        guard let first = members.values.first else { return [] }
        return members.values.dropFirst().reduce(into: Set(first.protocols.map(\.name))) { common, member in
            common.formIntersection(member.protocols.map(\.name))
        }
    }

    /// Whether a member with these protocols fits in with those who are there.
    func supports(protocolType: String, protocols: [String]) -> Bool {
        if members.isEmpty { return !protocolType.isEmpty && !protocols.isEmpty }
        return self.protocolType == protocolType && !commonProtocols.isDisjoint(with: protocols)
    }

    /// The assignor with the most votes; at a tie, the one that was voted for first.
    func electProtocol() -> String? {
        let candidates = commonProtocols
        var votes: OrderedDictionary<String, Int> = [:]
        for member in members.values {
            if let vote = member.vote(among: candidates) { votes[vote, default: 0] += 1 }
        }
        return votes.elements.reduce(nil as (key: String, value: Int)?) { best, vote in
            if let best, best.value >= vote.value { best } else { vote }
        }?.key
    }

    /// What those who watch are told.
    var change: Action { .changed(state: state.name, generation: generation, members: members.count) }

    /// NONE, or why this member may not speak for the group: gone (UNKNOWN_MEMBER_ID), or replaced by a newer holder of
    /// its instance id (FENCED_INSTANCE_ID).
    func validate(memberId: String, instanceId: String?) -> ErrorCode {
        if let instanceId {
            guard let current = staticMembers[instanceId] else { return .unknownMemberId }
            return current == memberId ? .none : .fencedInstanceId
        }
        return members[memberId] == nil ? .unknownMemberId : .none
    }

    /// The group as it goes into `__consumer_offsets`.
    func record(assignments: [String: ByteBuffer]? = nil, now: Instant) -> GroupMetadataValue {
        var value = GroupMetadataValue()
        value.protocolType = protocolType ?? ""
        value.generation = generation
        value.protocol = protocolName
        value.leader = leader
        value.currentStateTimestamp = stateTimestamp ?? now.wallClockMilliseconds
        value.members = members.values.map { member in
            var entry = GroupMetadataValue.MemberMetadata()
            entry.memberId = member.id
            entry.groupInstanceId = member.instanceId
            entry.clientId = member.clientId
            entry.clientHost = member.clientHost
            entry.rebalanceTimeout = Int32(clamping: member.rebalanceTimeout.wholeMilliseconds)
            entry.sessionTimeout = Int32(clamping: member.sessionTimeout.wholeMilliseconds)
            entry.subscription = member.metadata(for: protocolName)
            entry.assignment = assignments.map { $0[member.id] ?? ByteBuffer() } ?? member.assignment
            return entry
        }
        return value
    }

    /// A group as another coordinator left it. Members get a full session from now on to show themselves.
    init(id: String, record: GroupMetadataValue) {
        self.id = id
        generation = record.generation
        protocolType = record.protocolType.isEmpty ? nil : record.protocolType
        protocolName = record.protocol
        leader = record.leader
        stateTimestamp = record.currentStateTimestamp < 0 ? nil : record.currentStateTimestamp
        for entry in record.members {
            let rebalance = entry.rebalanceTimeout < 0 ? entry.sessionTimeout : entry.rebalanceTimeout
            var member = GroupMember(
                id: entry.memberId, instanceId: entry.groupInstanceId, clientId: entry.clientId,
                clientHost: entry.clientHost, rebalanceTimeout: .milliseconds(rebalance),
                sessionTimeout: .milliseconds(entry.sessionTimeout),
                protocols: [.init(name: record.protocol ?? "", metadata: ByteBuffer(buffer: entry.subscription))])
            member.assignment = ByteBuffer(buffer: entry.assignment)
            member.isNew = false
            members[member.id] = member
            if let instanceId = member.instanceId { staticMembers[instanceId] = member.id }
        }
        state = members.isEmpty ? .empty : .stable(unsynced: [])
    }
}
