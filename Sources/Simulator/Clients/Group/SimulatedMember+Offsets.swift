import KafkaBroker
import KafkaProtocol
import NIOCore

/// Fetches and commits offsets.
extension SimulatedMember {
    mutating func answered(
        _ id: RequestID, _ purpose: Purpose, _ frame: ByteBuffer, now: Instant, into actions: inout [ClientAction]
    ) {
        switch purpose {
        case .findCoordinator: coordinatorAnswered(frame, now: now, into: &actions)
        case .join: joinAnswered(frame, now: now, into: &actions)
        case .sync: syncAnswered(frame, now: now, into: &actions)
        case .heartbeat: heartbeatAnswered(frame, now: now, into: &actions)
        case .leave: break
        case .fetchOffsets(let asked): offsetsAnswered(asked, frame, now: now, into: &actions)
        case .commit(let generation, let partitions, let offsets):
            if id == commitRequest { commitRequest = nil }
            commitAnswered(generation, partitions, offsets, frame, now: now, into: &actions)
        }
    }

    // MARK: OffsetFetch

    mutating func fetchOffsets(now: Instant, into actions: inout [ClientAction]) {
        guard offsetsRequest == nil else { return }
        let wanted = fetcher.partitions.filter { $0.state == .waiting }.map(\.id)
        guard !wanted.isEmpty else { return }
        var request = OffsetFetchRequest()
        let usesGroups = version(.offsetFetch) >= 8
        if usesGroups {
            var group = OffsetFetchRequest.OffsetFetchRequestGroup()
            group.groupId = settings.group
            group.topics = wanted.byTopic().map { name, partitions in
                var topic = OffsetFetchRequest.OffsetFetchRequestTopics()
                topic.name = name
                topic.partitionIndexes = partitions
                return topic
            }
            request.groups = [group]
        } else {
            request.groupId = settings.group
            request.topics = wanted.byTopic().map { name, partitions in
                var topic = OffsetFetchRequest.OffsetFetchRequestTopic()
                topic.name = name
                topic.partitionIndexes = partitions
                return topic
            }
        }
        request.requireStable = version(.offsetFetch) >= 7
        let id = network.send(request, to: coordinator, now: now, into: &actions)
        offsetsRequest = id
        requests[id] = .fetchOffsets(wanted)
    }

    func offsetsAnswer(
        _ partition: TopicPartition, in response: OffsetFetchResponse
    ) -> (error: ErrorCode, offset: Int64, epoch: Int32)? {
        if let group = response.groups.first {
            if group.errorCode != .none { return (group.errorCode, -1, -1) }
            return group.topics.first { $0.name == partition.topic }?.partitions
                .first { $0.partitionIndex == partition.partition }
                .map { ($0.errorCode, $0.committedOffset, $0.committedLeaderEpoch) }
        }
        if response.errorCode != .none { return (response.errorCode, -1, -1) }
        return response.topics.first { $0.name == partition.topic }?.partitions
            .first { $0.partitionIndex == partition.partition }
            .map { ($0.errorCode, $0.committedOffset, $0.committedLeaderEpoch) }
    }

    private mutating func offsetsAnswered(
        _ asked: [TopicPartition], _ frame: ByteBuffer, now: Instant, into actions: inout [ClientAction]
    ) {
        offsetsRequest = nil
        guard let response = network.read(OffsetFetchResponse.self, of: .offsetFetch, frame, into: &actions) else {
            return backOff(now: now)
        }
        var failure: ErrorCode?
        for partition in asked {
            guard let answer = offsetsAnswer(partition, in: response) else { continue }
            if answer.error != .none {
                failure = answer.error
                continue
            }
            actions.append(
                .note(
                    .fetchedCommit(
                        consumer: name, group: settings.group, partition, offset: answer.offset)))
            guard let index = fetcher.index(of: partition), fetcher.partitions[index].state == .waiting else {
                continue
            }
            if answer.offset >= 0 {
                fetcher.seek(partition, to: answer.offset, lastEpoch: answer.epoch)
                committed[partition] = answer.offset
            } else {
                fetcher.beginReset(index, why: nil)
            }
        }
        takeOutcomes(now: now, into: &actions)
        if let failure, state == .stable {
            // Only a transaction could still change it: asked again.
            if failure == .unstableOffsetCommit { backOff(now: now) } else { refused(failure, now: now) }
        }
    }

    // MARK: OffsetCommit

    mutating func commitIfDue(now: Instant, into actions: inout [ClientAction]) {
        guard commitRequest == nil, let due = nextCommit, due <= now, (notBefore ?? now) <= now else { return }
        nextCommit = now + settings.commitInterval
        let due2 = fetcher.partitions.map(\.id).filter { worked[$0] != nil && worked[$0] != committed[$0] }
        guard !due2.isEmpty else { return }
        commitRequest = commit(
            due2, due2.map { worked[$0] ?? 0 }, generation: generation, memberId: memberId, now: now, into: &actions)
    }

    @discardableResult
    mutating func commit(
        _ partitions: [TopicPartition], _ offsets: [Int64], generation: Int32, memberId: String, now: Instant,
        into actions: inout [ClientAction]
    ) -> RequestID {
        var request = OffsetCommitRequest()
        request.groupId = settings.group
        request.generationIdOrMemberEpoch = generation
        request.memberId = memberId
        if version(.offsetCommit) >= 7 { request.groupInstanceId = settings.instanceId }
        for (partition, offset) in zip(partitions, offsets) {
            if request.topics.last?.name != partition.topic {
                var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
                topic.name = partition.topic
                request.topics.append(topic)
            }
            var entry = OffsetCommitRequest.OffsetCommitRequestPartition()
            entry.partitionIndex = partition.partition
            entry.committedOffset = offset
            if version(.offsetCommit) >= 6 {
                entry.committedLeaderEpoch = fetcher.index(of: partition).map { fetcher.partitions[$0].lastEpoch } ?? -1
            }
            request.topics[request.topics.count - 1].partitions.append(entry)
            actions.append(
                .note(
                    .commitSent(
                        consumer: name, group: settings.group, generation: generation, partition, offset: offset)))
        }
        let id = network.send(request, to: coordinator, now: now, into: &actions)
        requests[id] = .commit(generation: generation, partitions, offsets)
        return id
    }

    /// A thread that was late: what it knew in the last generation, committed in its name. Must be refused.
    mutating func commitLate(_ old: Int32, now: Instant, into actions: inout [ClientAction]) {
        var request = HeartbeatRequest()
        request.groupId = settings.group
        request.generationId = old
        request.memberId = memberId
        _ = network.send(request, to: coordinator, now: now, into: &actions)
        guard !lateOffsets.isEmpty else { return }
        commit(
            lateOffsets.map(\.0), lateOffsets.map(\.1), generation: old, memberId: memberId, now: now, into: &actions)
        lateOffsets = []
    }

    private mutating func commitAnswered(
        _ generation: Int32, _ partitions: [TopicPartition], _ offsets: [Int64], _ frame: ByteBuffer, now: Instant,
        into actions: inout [ClientAction]
    ) {
        let isOwn = generation == self.generation
        let response = network.read(OffsetCommitResponse.self, of: .offsetCommit, frame, into: &actions)
        var failure: ErrorCode?
        for (partition, offset) in zip(partitions, offsets) {
            let result = response?.topics.first { $0.name == partition.topic }?.partitions
                .first { $0.partitionIndex == partition.partition }
            guard let result else { continue }
            if result.errorCode == .none {
                actions.append(
                    .note(
                        .commitAcknowledged(
                            consumer: name, group: settings.group, generation: generation, partition, offset: offset)))
                if isOwn, fetcher.index(of: partition) != nil {
                    committed[partition] = offset
                    lateOffsets.removeAll { $0.0 == partition }
                    lateOffsets.append((partition, offset))
                }
            } else {
                failure = result.errorCode
                actions.append(
                    .note(
                        .commitRefused(
                            consumer: name, group: settings.group, generation: generation, partition,
                            result.errorCode)))
            }
        }
        if isOwn, state == .stable, let failure, failure != .unknownTopicOrPartition { refused(failure, now: now) }
    }
}
