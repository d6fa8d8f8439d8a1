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
/// diverges, or that comes from an older life of its broker, changes neither. A replica's newer fetch ends its older one.
///
/// Not done: transactions (the last stable offset is the high watermark, no batch is aborted), reading from followers by
/// rack, quotas.
extension Broker {
    mutating func handleFetch(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try FetchRequest(decoding: body, version: context.version)
        let replica = context.version >= 15 ? request.replicaState.replicaId : request.replicaId
        var fetch = DelayedFetch(
            context: context, replica: max(replica, .none),
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
        let wanted = request.topics.flatMap { topic in
            topic.partitions.map { partition in
                (
                    FetchKey(topicId: topic.topicId, topic: topic.topic, partition: partition.partition),
                    FetchSessionPartition(
                        fetchOffset: partition.fetchOffset, currentLeaderEpoch: partition.currentLeaderEpoch,
                        lastFetchedEpoch: partition.lastFetchedEpoch, logStartOffset: partition.logStartOffset,
                        maxBytes: partition.partitionMaxBytes)
                )
            }
        }
        guard request.sessionEpoch > 0 else {
            if request.sessionId != 0 { fetchSessions.remove(request.sessionId) }
            if request.sessionEpoch == 0 {
                let opened = fetchSessions.open(
                    partitions: OrderedDictionary(wanted, uniquingKeysWith: { _, last in last }),
                    isReplica: fetch.isFromReplica, usesTopicIds: usesTopicIds, now: now, using: &generator)
                if let opened { fetch.session = .opened(opened.id) }
            }
            fetch.targets = wanted.map { target($0, $1, usesTopicIds: usesTopicIds) }
            return
        }
        let id = request.sessionId
        guard let session = fetchSessions[id] else { throw .fetchSessionIdNotFound }
        guard session.epoch == request.sessionEpoch else { throw .invalidFetchSessionEpoch }
        guard session.usesTopicIds == usesTopicIds else { throw .fetchSessionTopicIdError }
        let forgotten = request.forgottenTopicsData.flatMap { topic in
            topic.partitions.map { FetchKey(topicId: topic.topicId, topic: topic.topic, partition: $0) }
        }
        fetchSessions[id]?.update(wanted, forgotten: forgotten, now: now)
        fetch.session = .incremental(id)
        guard let partitions = fetchSessions[id]?.partitions else { return }
        let start = partitions.isEmpty ? 0 : session.start % partitions.count
        fetch.targets.reserveCapacity(partitions.count)
        for index in partitions.elements.indices {
            let shifted = index + start < partitions.count ? index + start : index + start - partitions.count
            let (key, wanted) = partitions.elements[shifted]
            fetch.targets.append(target(key, wanted, usesTopicIds: usesTopicIds))
        }
    }

    private func target(
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
            target.partition = partition
        } else {
            target.error = image.partition(id) == nil ? .unknownTopicOrPartition : .notLeaderOrFollower
        }
        return target
    }

    // MARK: Replicas

    /// Notes how far a replica has copied. Comes before reading, so that what its fetch commits is answered first.
    private mutating func replicaFetched(_ fetch: inout DelayedFetch) {
        let brokerEpoch = fetch.replicaEpoch
        for index in fetch.targets.indices {
            let wanted = fetch.targets[index].wanted
            guard let partition = fetch.targets[index].partition,
                access(partition, epoch: wanted.currentLeaderEpoch) == .none
            else { continue }
            let log = partition.log
            guard divergence(wanted, log) == nil,
                wanted.fetchOffset >= log.logStartOffset, wanted.fetchOffset <= log.logEndOffset
            else { continue }
            let replica = fetch.replica
            let now = now
            let former = partition.leader?.followers.first { $0.id == replica }?.logEndOffset
            let accepted = partition.withLeader { leader in
                leader.followerFetched(
                    replica, from: wanted.fetchOffset, logStartOffset: wanted.logStartOffset,
                    brokerEpoch: brokerEpoch, leaderLogEndOffset: log.logEndOffset, now: now)
            }
            guard accepted == true else {
                // A broker that is no replica, or that does not know yet that it has begun a new life.
                fetch.targets[index].error = former == nil ? .unknownLeaderEpoch : .notLeaderOrFollower
                continue
            }
            expandISR(of: partition, with: replica)
            if former != wanted.fetchOffset { advanceHighWatermark(of: partition) }
        }
    }

    /// Where the reader's log leaves the leader's, if it does.
    private func divergence(_ wanted: FetchSessionPartition, _ log: UnifiedLog) -> EpochEndOffset? {
        guard wanted.lastFetchedEpoch >= 0 else { return nil }
        let end = log.endOffset(forEpoch: wanted.lastFetchedEpoch)
        if end.leaderEpoch < wanted.lastFetchedEpoch || end.endOffset < wanted.fetchOffset { return end }
        return nil
    }

    // MARK: Reading

    /// Whether this broker leads the partition in the epoch that the client knows.
    func access(_ partition: Partition, epoch: Int32) -> ErrorCode {
        if epoch >= 0 {
            if epoch < partition.leaderEpoch { return .fencedLeaderEpoch }
            if epoch > partition.leaderEpoch { return .unknownLeaderEpoch }
        }
        switch partition.role {
        case .leader: return .none
        case .follower, .changing: return .notLeaderOrFollower
        case .offline: return .kafkaStorageError
        }
    }

    private mutating func read(
        _ target: DelayedFetch.Target, _ fetch: DelayedFetch, bytesLeft: Int, isFirst: Bool
    ) -> PartitionRead {
        var result = PartitionRead()
        guard let partition = target.partition, target.error == .none else {
            result.error = target.error
            return result
        }
        result.error = access(partition, epoch: target.wanted.currentLeaderEpoch)
        guard result.error == .none else { return result }
        let log = partition.log
        let offset = target.wanted.fetchOffset
        if target.wanted.lastFetchedEpoch >= 0, let end = divergence(target.wanted, log) {
            if end == .undefined || offset < log.logStartOffset {
                result.error = .offsetOutOfRange
                return result
            }
            result.divergingEpoch = end
        }
        result.highWatermark = partition.highWatermark
        result.logStartOffset = log.logStartOffset
        if result.divergingEpoch != nil { return result }
        guard offset >= log.logStartOffset, offset <= log.logEndOffset else {
            result.error = .offsetOutOfRange
            return result
        }
        let end = fetch.isFromReplica ? log.logEndOffset : partition.highWatermark
        let limit = min(bytesLeft, Int(max(0, target.wanted.maxBytes)))
        let takesFirstBatch = isFirst && fetch.sendsFirstBatchWhole
        guard offset < end, limit > 0 || takesFirstBatch else { return result }
        do throws(LogReadError) {
            result.records = try log.read(
                from: offset, maxBytes: limit, upTo: end, minOneBatch: takesFirstBatch
            ).records
        } catch {
            switch error {
            case .offsetOutOfRange: result.error = .offsetOutOfRange
            case .disk(let failure):
                fail(partition, failure)
                result.error = .kafkaStorageError
            }
        }
        return result
    }

    /// Reads everything once. `isReady` says that the answer must not wait.
    private mutating func read(_ fetch: DelayedFetch) -> (reads: [PartitionRead], isReady: Bool) {
        var reads: [PartitionRead] = []
        reads.reserveCapacity(fetch.targets.count)
        var total = 0
        var mustAnswer = fetch.targets.isEmpty
        for target in fetch.targets {
            let read = read(target, fetch, bytesLeft: fetch.maxBytes - total, isFirst: total == 0)
            total += read.size
            if read.error != .none || read.divergingEpoch != nil { mustAnswer = true }
            reads.append(read)
        }
        return (reads, mustAnswer || total >= fetch.minBytes)
    }

    // MARK: Waiting

    private mutating func answerOrPark(_ fetch: DelayedFetch, maxWait: Duration) {
        let (reads, isReady) = read(fetch)
        if isReady || maxWait == .zero { return answer(fetch, reads) }
        let id = FetchID(rawValue: nextFetchID)
        nextFetchID += 1
        delayedFetches[id] = fetch
        for target in fetch.targets { target.partition?.waitingFetches.append(id) }
        timers.set(.fetch(id), at: now + maxWait)
        if fetch.isFromReplica { parkedFetchByReplica[fetch.replica] = id }
        if case .client(let connection, _) = fetch.context.source { connections[connection]?.parkedFetch = id }
    }

    /// A partition has moved: fetches that wait for it may have enough now.
    mutating func partitionMoved(_ slot: Int) {
        guard let partition = partitions[slot] else { return }
        partition.isMarkedMoved = false
        for id in partition.waitingFetches {
            guard let fetch = delayedFetches[id] else { continue }
            let (reads, isReady) = read(fetch)
            if isReady {
                forgetFetch(id)
                answer(fetch, reads)
            }
        }
    }

    /// The wait is over: what is there is the answer.
    mutating func endFetch(_ id: FetchID) {
        guard let fetch = forgetFetch(id) else { return }
        answer(fetch, read(fetch).reads)
    }

    @discardableResult
    mutating func forgetFetch(_ id: FetchID) -> DelayedFetch? {
        guard let fetch = delayedFetches.removeValue(forKey: id) else { return nil }
        timers.remove(.fetch(id))
        for target in fetch.targets {
            guard let partition = target.partition,
                let index = partition.waitingFetches.firstIndex(of: id)
            else { continue }
            partition.waitingFetches.remove(at: index)
        }
        if fetch.isFromReplica, parkedFetchByReplica[fetch.replica] == id { parkedFetchByReplica[fetch.replica] = nil }
        if case .client(let connection, _) = fetch.context.source { connections[connection]?.parkedFetch = nil }
        return fetch
    }

    // MARK: Answering

    private mutating func answer(_ fetch: DelayedFetch, _ reads: [PartitionRead]) {
        var response = FetchResponse()
        switch fetch.session {
        case .none: break
        case .opened(let id), .incremental(let id): response.sessionId = id
        }
        for index in reads.indices where mustTell(fetch, index, reads[index]) {
            tell(fetch.targets[index], reads[index], fetch, &response)
        }
        if !fetch.isFromReplica { counters.bytesOut += Int64(reads.reduce(0) { $0 + $1.size }) }
        respond(fetch.context, with: response)
    }

    /// Whether the answer mentions the partition; a session is told only what is new to it.
    private mutating func mustTell(_ fetch: DelayedFetch, _ index: Int, _ read: PartitionRead) -> Bool {
        let id: Int32
        let isIncremental: Bool
        switch fetch.session {
        case .none: return true
        case .opened(let opened): (id, isIncremental) = (opened, false)
        case .incremental(let known): (id, isIncremental) = (known, true)
        }
        let key = fetch.targets[index].key
        guard let position = fetchSessions[id]?.partitions.index(forKey: key) else { return !isIncremental }
        return fetchSessions[id]!.tell(position, read) || !isIncremental
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
        if response.responses.last?.topicId != target.key.topicId || response.responses.last?.topic != target.key.topic
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
