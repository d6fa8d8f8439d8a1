import KafkaBroker
import KafkaProtocol
import NIOCore

/// Finds the coordinator, joins, assigns, syncs and heartbeats.
extension SimulatedMember {
    func version(_ key: APIKey) -> Int16 { network.settings.dialect.version(of: key) }

    mutating func findCoordinator(now: Instant, into actions: inout [ClientAction]) {
        guard coordinatorRequest == nil, (notBefore ?? now) <= now else { return }
        let brokers = network.metadata.brokers.filter { network.mayReach($0, now: now) }
        guard let broker = brokers.randomElement(using: &network.generator) else { return backOff(now: now) }
        var request = FindCoordinatorRequest()
        if version(.findCoordinator) >= 4 {
            request.coordinatorKeys = [settings.group]
        } else {
            request.key = settings.group
        }
        let id = network.send(request, to: broker, now: now, into: &actions)
        coordinatorRequest = id
        requests[id] = .findCoordinator
    }

    mutating func coordinatorAnswered(_ frame: ByteBuffer, now: Instant, into actions: inout [ClientAction]) {
        coordinatorRequest = nil
        let response = network.read(FindCoordinatorResponse.self, of: .findCoordinator, frame, into: &actions)
        guard let response else { return backOff(now: now) }
        let found = response.coordinators.first
        let error = found?.errorCode ?? response.errorCode
        guard error == .none else { return backOff(now: now) }
        coordinator = found?.nodeId ?? response.nodeId
    }

    // MARK: Join

    mutating func join(now: Instant, into actions: inout [ClientAction]) {
        if settings.assignor != .cooperativeSticky { giveUpAll() }
        var request = JoinGroupRequest()
        request.groupId = settings.group
        request.sessionTimeoutMs = Int32(clamping: settings.sessionTimeout.wholeMilliseconds)
        if version(.joinGroup) >= 1 {
            request.rebalanceTimeoutMs = Int32(clamping: settings.rebalanceTimeout.wholeMilliseconds)
        }
        request.memberId = memberId
        if version(.joinGroup) >= 5 { request.groupInstanceId = settings.instanceId }
        request.protocolType = "consumer"
        var offered = JoinGroupRequest.JoinGroupRequestProtocol()
        offered.name = settings.assignor.rawValue
        offered.metadata = subscription()
        request.protocols = [offered]
        // The coordinator answers when all members have joined, or the slowest is out of time.
        let timeout = settings.rebalanceTimeout + network.settings.requestTimeout
        let id = network.send(request, to: coordinator, timeout: timeout, now: now, into: &actions)
        stateRequest = id
        requests[id] = .join
    }

    private func subscription() -> ByteBuffer {
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = settings.topics
        subscription.ownedPartitions = fetcher.partitions.map(\.id).byTopic().map { name, partitions in
            var topic = ConsumerProtocolSubscription.TopicPartition()
            topic.topic = name
            topic.partitions = partitions
            return topic
        }
        subscription.generationId = generation
        do throws(ProtocolError) {
            return try subscription.encodeVersioned()
        } catch {
            preconditionFailure("A member made a subscription that cannot be written: \(error)")
        }
    }

    mutating func joinAnswered(_ frame: ByteBuffer, now: Instant, into actions: inout [ClientAction]) {
        stateRequest = nil
        guard let response = network.read(JoinGroupResponse.self, of: .joinGroup, frame, into: &actions) else {
            return backOff(now: now)
        }
        switch response.errorCode {
        case .none:
            let old = generation
            memberId = response.memberId
            generation = response.generationId
            protocolName = response.protocolName ?? ""
            failures = 0
            state = .syncing
            nextHeartbeat = now + settings.heartbeatInterval
            if settings.commitsLate, old >= 0, old < generation { commitLate(old, now: now, into: &actions) }
            sync(response, now: now, into: &actions)
        case .memberIdRequired:
            memberId = response.memberId
        default: refused(response.errorCode, now: now)
        }
    }

    // MARK: Sync

    private mutating func sync(
        _ joined: JoinGroupResponse, now: Instant, into actions: inout [ClientAction]
    ) {
        var request = SyncGroupRequest()
        request.groupId = settings.group
        request.generationId = generation
        request.memberId = memberId
        if version(.syncGroup) >= 3 { request.groupInstanceId = settings.instanceId }
        if version(.syncGroup) >= 5 {
            request.protocolType = "consumer"
            request.protocolName = protocolName
        }
        let leads = joined.leader == memberId
        assignedCounts = leads ? partitionCounts : nil
        if leads, !joined.skipAssignment { request.assignments = assign(joined.members) }
        let timeout = settings.rebalanceTimeout + network.settings.requestTimeout
        let id = network.send(request, to: coordinator, timeout: timeout, now: now, into: &actions)
        stateRequest = id
        requests[id] = .sync
    }

    private func assign(
        _ members: [JoinGroupResponse.JoinGroupResponseMember]
    ) -> [SyncGroupRequest.SyncGroupRequestAssignment] {
        let subscriptions = members.map { member in
            let said = try? ConsumerProtocolSubscription(decodingVersioned: member.metadata)
            return MemberSubscription(
                memberId: member.memberId, topics: said?.topics ?? [],
                owned: said?.ownedPartitions.flatMap { topic in
                    topic.partitions.map { TopicPartition(topic: topic.topic, partition: $0) }
                } ?? [],
                generation: said?.generationId ?? -1)
        }
        var partitions: [TopicPartition] = []
        for topic in settings.topics.sorted() where !network.metadata.isGone(topic) {
            let count = network.metadata.topics[topic]?.partitions.count ?? 0
            partitions += (0..<Int32(count)).map { TopicPartition(topic: topic, partition: $0) }
        }
        let given = Assignment.assign(settings.assignor, members: subscriptions, partitions: partitions)
        return zip(members, given).map { member, partitions in
            var assignment = SyncGroupRequest.SyncGroupRequestAssignment()
            assignment.memberId = member.memberId
            assignment.assignment = Self.encode(partitions)
            return assignment
        }
    }

    static func encode(_ partitions: [TopicPartition]) -> ByteBuffer {
        var assignment = ConsumerProtocolAssignment()
        assignment.assignedPartitions = partitions.byTopic().map { name, partitions in
            var topic = ConsumerProtocolAssignment.TopicPartition()
            topic.topic = name
            topic.partitions = partitions
            return topic
        }
        do throws(ProtocolError) {
            return try assignment.encodeVersioned()
        } catch {
            preconditionFailure("A member made an assignment that cannot be written: \(error)")
        }
    }

    mutating func syncAnswered(_ frame: ByteBuffer, now: Instant, into actions: inout [ClientAction]) {
        stateRequest = nil
        guard let response = network.read(SyncGroupResponse.self, of: .syncGroup, frame, into: &actions) else {
            state = .joining
            return backOff(now: now)
        }
        guard response.errorCode == .none else {
            state = .joining
            return refused(response.errorCode, now: now)
        }
        failures = 0
        state = .stable
        nextHeartbeat = now + settings.heartbeatInterval
        nextCommit = now + settings.commitInterval
        let said =
            response.assignment.readableBytes == 0
            ? nil : try? ConsumerProtocolAssignment(decodingVersioned: response.assignment)
        let given = (said?.assignedPartitions ?? []).flatMap { topic in
            topic.partitions.map { TopicPartition(topic: topic.topic, partition: $0) }
        }
        take(given)
    }

    /// Keeps what stays, gives up what goes, and asks the group for the positions of what comes. A cooperative member
    /// that gave something up joins again, so that another can have it.
    private mutating func take(_ given: [TopicPartition]) {
        let lost = fetcher.partitions.map(\.id).filter { !given.contains($0) }
        for partition in lost { giveUp(partition) }
        for partition in given where fetcher.index(of: partition) == nil { fetcher.add(partition, .waiting) }
        if settings.assignor == .cooperativeSticky, !lost.isEmpty { state = .joining }
    }

    mutating func giveUp(_ partition: TopicPartition) {
        fetcher.remove(partition)
        worked[partition] = nil
        committed[partition] = nil
    }

    mutating func giveUpAll() {
        for partition in fetcher.partitions.map(\.id) { giveUp(partition) }
    }

    // MARK: Heartbeat

    mutating func heartbeat(now: Instant, into actions: inout [ClientAction]) {
        guard heartbeatRequest == nil, let due = nextHeartbeat, due <= now, generation >= 0 else { return }
        var request = HeartbeatRequest()
        request.groupId = settings.group
        request.generationId = generation
        request.memberId = memberId
        if version(.heartbeat) >= 3 { request.groupInstanceId = settings.instanceId }
        let id = network.send(request, to: coordinator, now: now, into: &actions)
        heartbeatRequest = id
        requests[id] = .heartbeat
    }

    mutating func heartbeatAnswered(_ frame: ByteBuffer, now: Instant, into actions: inout [ClientAction]) {
        heartbeatRequest = nil
        nextHeartbeat = now + settings.heartbeatInterval
        let response = network.read(HeartbeatResponse.self, of: .heartbeat, frame, into: &actions)
        guard state == .stable, let response, response.errorCode != .none else { return }
        refused(response.errorCode, now: now)
    }

    /// What every group request may be told.
    mutating func refused(_ error: ErrorCode, now: Instant) {
        switch error {
        case .coordinatorNotAvailable, .notCoordinator, .requestTimedOut, .networkException:
            lostCoordinator()
            backOff(now: now)
        case .coordinatorLoadInProgress: backOff(now: now)
        case .rebalanceInProgress:
            rejoin()
        case .illegalGeneration:
            generation = -1
            giveUpAll()
            rejoin()
        case .unknownMemberId, .fencedInstanceId:
            memberId = ""
            generation = -1
            giveUpAll()
            rejoin()
            if error == .fencedInstanceId { backOff(now: now) }
        default:
            rejoin()
            backOff(now: now)
        }
    }

    private mutating func rejoin() {
        guard state == .stable || state == .joining else { return }
        state = .joining
    }
}
