import KafkaProtocol
import KafkaStorage
import NIOCore
import OrderedCollections

/// Fetch (key 1), versions 4-17.
///
/// Consumers read up to the high watermark, replicas up to the log end; both only from the leader. The answer goes at
/// once when nothing may be waited for, when `minBytes` are there, or on any error or divergence; else the fetch waits
/// for its partitions (`DelayedFetch`) until `maxWaitMs` have passed. Sessions (KIP-227), topic ids from 13, leader
/// epochs as fences from 9, divergence by `lastFetchedEpoch` from 12, the present leader on NOT_LEADER_OR_FOLLOWER and
/// FENCED_LEADER_EPOCH from 12 and its address from 16.
///
/// A replica's fetch also says how far it has copied, which moves the high watermark and the ISR; a replica that
/// diverges, or that comes from an older life of its broker, changes neither. A replica's newer fetch ends its older
/// one.
///
/// Not done: transactions (the last stable offset is the high watermark, no batch is aborted), reading from followers
/// by rack, quotas.
extension Broker {
    mutating func handleFetch(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try FetchRequest(decoding: body, version: context.version)
        // Replicas come over the links between brokers: a client that says it is one is served as a consumer.
        let claimed = context.version >= 15 ? request.replicaState.replicaId : request.replicaId
        let replica = context.isFromPeer ? claimed : .none
        var fetch = DelayedFetch(
            context: context, replica: replica,
            replicaEpoch: context.version >= 15 ? request.replicaState.replicaEpoch : -1,
            minBytes: Int(max(0, request.minBytes)),
            maxBytes: Int(replica == .none ? min(request.maxBytes, settings.fetchMaxBytes) : request.maxBytes),
            sendsFirstBatchWhole: context.version >= 3, isReadCommitted: request.isolationLevel == 1, session: .none,
            targets: [])
        if fetch.isFromReplica, let older = parkedFetchByReplica[fetch.replica] { endFetch(older) }
        do throws(ErrorCode) {
            try openSession(&fetch, request)
        } catch {
            var response = FetchResponse()
            response.errorCode = error
            return respond(context, with: response)
        }
        if fetch.isFromReplica { replicaFetched(&fetch) }
        answerOrPark(fetch, maxWait: .milliseconds(Int64(max(0, request.maxWaitMs))))
    }

    // MARK: Sessions

    private mutating func openSession(_ fetch: inout DelayedFetch, _ request: FetchRequest) throws(ErrorCode) {
        let usesTopicIds = fetch.context.version >= 13
        let wanted = Self.wanted(by: request)
        guard request.sessionEpoch > 0 else {
            if request.sessionId != 0 { fetchSessions.remove(request.sessionId) }
            if request.sessionEpoch == 0 {
                let opened = fetchSessions.open(
                    partitions: OrderedDictionary(wanted, uniquingKeysWith: { _, last in last }),
                    replica: fetch.replica, usesTopicIds: usesTopicIds, now: now, using: &generator)
                if let opened { fetch.session = .opened(opened.id) }
            }
            setTargets(&fetch, wanted, usesTopicIds: usesTopicIds)
            return
        }
        let id = request.sessionId
        guard let epoch = fetchSessions.look(at: id, { $0.epoch }) else { throw .fetchSessionIdNotFound }
        guard epoch == request.sessionEpoch else { throw .invalidFetchSessionEpoch }
        guard fetchSessions.look(at: id, { $0.usesTopicIds }) == usesTopicIds else { throw .fetchSessionTopicIdError }
        let forgotten = request.forgottenTopicsData.flatMap { topic in
            topic.partitions.map { FetchKey(topicId: topic.topicId, topic: topic.topic, partition: $0) }
        }
        let now = now
        _ = fetchSessions.change(id) { $0.update(wanted, forgotten: forgotten, now: now) }
        fetch.session = .incremental(id)
        setTargets(&fetch, wanted, usesTopicIds: usesTopicIds)
    }

    private static func wanted(by request: FetchRequest) -> [(FetchKey, FetchSessionPartition)] {
        var wanted: [(FetchKey, FetchSessionPartition)] = []
        for topic in request.topics {
            for partition in topic.partitions {
                let key = FetchKey(topicId: topic.topicId, topic: topic.topic, partition: partition.partition)
                let state = FetchSessionPartition(
                    fetchOffset: partition.fetchOffset, currentLeaderEpoch: partition.currentLeaderEpoch,
                    lastFetchedEpoch: partition.lastFetchedEpoch, logStartOffset: partition.logStartOffset,
                    maxBytes: partition.partitionMaxBytes)
                wanted.append((key, state))
            }
        }
        return wanted
    }

    /// A loop, since a closure would take a copy of the whole broker along.
    private func setTargets(
        _ fetch: inout DelayedFetch, _ wanted: [(FetchKey, FetchSessionPartition)], usesTopicIds: Bool
    ) {
        fetch.targets.reserveCapacity(wanted.count)
        for (key, partition) in wanted { fetch.targets.append(target(key, partition, usesTopicIds: usesTopicIds)) }
    }

    func target(
        _ key: FetchKey, _ wanted: FetchSessionPartition, usesTopicIds: Bool
    ) -> DelayedFetch.Target {
        var target = DelayedFetch.Target(key: key, wanted: wanted, partition: nil, error: .none)
        let name: String
        if usesTopicIds {
            guard let known = image.topicName(key.topicId) else {
                target.error = .unknownTopicId
                return target
            }
            name = known
        } else {
            name = key.topic
        }
        let id = TopicPartition(topic: name, partition: key.partition)
        if let partition = partitions[id] {
            // The topic was deleted and made anew, and the replica of the old one is still to go.
            if usesTopicIds, partition.topicId != key.topicId {
                target.error = .inconsistentTopicId
            } else {
                target.partition = partition
            }
        } else if missingReplicas[id] != nil {
            target.error = .kafkaStorageError
        } else {
            target.error = image.partition(id) == nil ? .unknownTopicOrPartition : .notLeaderOrFollower
        }
        return target
    }

    // MARK: Replicas

    /// Notes how far a replica has copied. Comes before reading, so that what its fetch commits is answered first.
    private mutating func replicaFetched(_ fetch: inout DelayedFetch) {
        let brokerEpoch = fetch.replicaEpoch
        let registeredEpoch = image.broker(fetch.replica)?.epoch ?? -1
        for index in fetch.targets.indices {
            let wanted = fetch.targets[index].wanted
            guard let partition = fetch.targets[index].partition,
                access(partition, epoch: wanted.currentLeaderEpoch) == .none
            else { continue }
            let log = partition.log
            guard Rule.divergingFetchTellsNothing.holds ? divergence(wanted, log) == nil : true,
                wanted.fetchOffset >= log.logStartOffset, wanted.fetchOffset <= log.logEndOffset
            else { continue }
            let replica = fetch.replica
            let now = now
            let known = partition.leader?.followers.first { $0.id == replica }
            let former = known?.logEndOffset
            let accepted = partition.withLeader { leader in
                leader.followerFetched(
                    replica, from: wanted.fetchOffset, logStartOffset: wanted.logStartOffset,
                    brokerEpoch: brokerEpoch, registeredEpoch: registeredEpoch,
                    leaderLogEndOffset: log.logEndOffset, now: now)
            }
            guard accepted == true else {
                // A broker that is no replica, or that does not know yet that it has begun a new life.
                fetch.targets[index].error = former == nil ? .unknownLeaderEpoch : .notLeaderOrFollower
                continue
            }
            expandISR(of: partition, with: replica)
            if former != wanted.fetchOffset { advanceHighWatermark(of: partition) }
            if known?.logStartOffset != wanted.logStartOffset { retryDeleteRecords() }
        }
    }

    /// Where the reader's log leaves the leader's, if it does.
    func divergence(_ wanted: FetchSessionPartition, _ log: UnifiedLog) -> EpochEndOffset? {
        guard wanted.lastFetchedEpoch >= 0 else { return nil }
        let end = log.endOffset(forEpoch: wanted.lastFetchedEpoch)
        if end.leaderEpoch < wanted.lastFetchedEpoch || end.endOffset < wanted.fetchOffset { return end }
        return nil
    }

    // MARK: Answering

    mutating func answer(_ fetch: DelayedFetch, _ reading: Reading) {
        var response = FetchResponse()
        var isTold: [Bool]?
        switch fetch.session {
        case .none: break
        case .opened(let id):
            response.sessionId = id
            for target in reading.targets { watch(target.partition, from: id) }
            _ = fetchSessions.change(id) { $0.tell(reading.targets.map(\.key), reading.reads) }
        case .incremental(let id):
            response.sessionId = id
            isTold = fetchSessions.change(id) { $0.tell(reading.targets.map(\.key), reading.reads) }
        }
        for index in reading.reads.indices where isTold?[index] ?? true {
            tell(reading.targets[index], reading.reads[index], fetch, &response)
        }
        if fetch.isFromReplica {
            for (target, read) in zip(reading.targets, reading.reads) where read.size > 0 {
                if let partition = target.partition { given(read.size, of: partition) }
            }
        } else {
            counters.bytesOut += Int64(reading.reads.reduce(0) { $0 + $1.size })
        }
        respond(fetch.context, with: response)
    }

    private func tell(
        _ target: DelayedFetch.Target, _ read: PartitionRead, _ fetch: DelayedFetch, _ response: inout FetchResponse
    ) {
        var data = FetchResponse.PartitionData()
        data.partitionIndex = target.key.partition
        data.errorCode = read.error
        data.highWatermark = read.highWatermark
        data.lastStableOffset = read.highWatermark
        data.logStartOffset = read.logStartOffset
        data.abortedTransactions = fetch.isReadCommitted ? [] : nil
        data.records = read.records ?? .bytes(ByteBuffer())
        if let end = read.divergingEpoch {
            data.divergingEpoch.epoch = end.leaderEpoch
            data.divergingEpoch.endOffset = end.endOffset
        }
        if read.error == .notLeaderOrFollower || read.error == .fencedLeaderEpoch {
            nameLeader(of: target, in: &data, &response, version: fetch.context.version)
        }
        let last = response.responses.count - 1
        if last < 0 || response.responses[last].topicId != target.key.topicId
            || response.responses[last].topic != target.key.topic
        {
            var topic = FetchResponse.FetchableTopicResponse()
            topic.topicId = target.key.topicId
            topic.topic = target.key.topic
            response.responses.append(topic)
        }
        response.responses[response.responses.count - 1].partitions.append(data)
    }

    private func nameLeader(
        of target: DelayedFetch.Target, in data: inout FetchResponse.PartitionData, _ response: inout FetchResponse,
        version: Int16
    ) {
        let topic = version >= 13 ? image.topic(target.key.topicId) : image.topic(named: target.key.topic)
        guard version >= 12, let partition = topic?.partition(target.key.partition),
            let leader = image.broker(partition.leader), let listener = leader.listeners.first
        else { return }
        data.currentLeader.leaderId = leader.id
        data.currentLeader.leaderEpoch = partition.leaderEpoch
        guard version >= 16, !response.nodeEndpoints.contains(where: { $0.nodeId == leader.id }) else { return }
        var endpoint = FetchResponse.NodeEndpoint()
        endpoint.nodeId = leader.id
        endpoint.host = listener.host
        endpoint.port = Int32(listener.port)
        endpoint.rack = leader.rack
        response.nodeEndpoints.append(endpoint)
    }
}
