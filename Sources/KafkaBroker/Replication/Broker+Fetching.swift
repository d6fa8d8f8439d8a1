import KafkaProtocol
import KafkaStorage
import NIOCore
import OrderedCollections

/// Reading for fetches, and the waiting of those that do not find enough: keyed by partition, so that nothing is looked at
/// but what has moved.
extension Broker {
    /// Whether this broker leads the partition in the epoch that the client knows.
    func access(_ partition: Partition, epoch: Int32) -> ErrorCode {
        if case .offline = partition.role { return .kafkaStorageError }
        if epoch >= 0 {
            if Rule.fencesOldLeaderEpoch.holds, epoch < partition.leaderEpoch { return .fencedLeaderEpoch }
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
        guard offset < end else { return result }
        guard limit > 0 || takesFirstBatch, !fetch.isFromReplica || !isHeldBack(partition, from: fetch.replica) else {
            result.isCutShort = true
            return result
        }
        do throws(LogReadError) {
            let read = try log.read(
                from: offset, maxBytes: limit, upTo: end, minOneBatch: takesFirstBatch)
            result.records = read.records
            result.isCutShort = read.isEmpty
        } catch {
            switch error {
            case .offsetOutOfRange: result.error = .offsetOutOfRange
            case .disk(let failure):
                fail(partition, failure)
                result.error = failure.errorCode
            }
        }
        return result
    }

    /// What the answer would be now. `isReady` says that it must not wait.
    struct Reading {
        var targets: [DelayedFetch.Target]
        var reads: [PartitionRead]
        var isReady: Bool
    }

    private mutating func read(_ fetch: DelayedFetch) -> Reading {
        let targets = newsTargets(fetch)
        var reading = Reading(targets: targets, reads: [], isReady: false)
        if fetch.asksForNothing { reading.isReady = true }
        reading.reads.reserveCapacity(targets.count)
        var total = 0
        for target in targets {
            let read = read(target, fetch, bytesLeft: fetch.maxBytes - total, isFirst: total == 0)
            total += read.size
            if read.error != .none || read.divergingEpoch != nil { reading.isReady = true }
            reading.reads.append(read)
        }
        if total >= fetch.minBytes { reading.isReady = true }
        return reading
    }

    /// What must be read: everything, or what has happened in the session's partitions.
    private mutating func newsTargets(_ fetch: DelayedFetch) -> [DelayedFetch.Target] {
        guard case .incremental(let id) = fetch.session else { return fetch.targets }
        guard let usesTopicIds = fetchSessions.look(at: id, { $0.usesTopicIds }),
            let news = fetchSessions.look(at: id, { $0.wantedNews() })
        else {
            return []
        }
        // What was found wrong with this very request stays wrong.
        let refused = fetch.targets.filter { $0.error != .none }
        var targets: [DelayedFetch.Target] = []
        targets.reserveCapacity(news.count)
        for (key, wanted) in news {
            var target = target(key, wanted, usesTopicIds: usesTopicIds)
            if let named = refused.first(where: { $0.key == key }) { target.error = named.error }
            watch(target.partition, from: id)
            targets.append(target)
        }
        return targets
    }

    func watch(_ partition: Partition?, from session: Int32) {
        guard let partition, !partition.watchers.contains(session) else { return }
        partition.watchers.append(session)
    }

    // MARK: Waiting

    mutating func answerOrPark(_ fetch: DelayedFetch, maxWait: Duration) {
        let reading = read(fetch)
        if reading.isReady || maxWait == .zero { return answer(fetch, reading) }
        let id = FetchID(rawValue: nextFetchID)
        nextFetchID += 1
        delayedFetches[id] = fetch
        if case .incremental(let session) = fetch.session {
            _ = fetchSessions.change(session) { $0.parked = id }
        } else {
            for target in fetch.targets { target.partition?.waitingFetches.append(id) }
        }
        timers.set(.fetch(id), at: now + maxWait)
        if fetch.isFromReplica { parkedFetchByReplica[fetch.replica] = id }
        if case .client(let connection, _) = fetch.context.source { connections[connection]?.parkedFetch = id }
    }

    /// Something has happened in partitions: fetches that wait for it may have enough now.
    mutating func partitionsMoved() {
        var waiting: OrderedSet<FetchID> = []
        while let slot = moved.popFirst() {
            guard let partition = partitions[slot] else { continue }
            partition.isMarkedMoved = false
            waiting.append(contentsOf: partition.waitingFetches)
            noteNews(of: partition, &waiting)
        }
        for id in waiting {
            guard let fetch = delayedFetches[id] else { continue }
            let reading = read(fetch)
            if reading.isReady {
                forgetFetch(id)
                answer(fetch, reading)
            }
        }
    }

    private mutating func noteNews(of partition: Partition, _ waiting: inout OrderedSet<FetchID>) {
        var gone: [Int32] = []
        for session in partition.watchers {
            let usesTopicIds = fetchSessions.look(at: session) { $0.usesTopicIds } ?? true
            let key = FetchKey(
                topicId: usesTopicIds ? partition.topicId : .zero, topic: usesTopicIds ? "" : partition.id.topic,
                partition: partition.id.partition)
            if fetchSessions.change(session, { $0.noteNews(key) }) ?? false {
                if let parked = fetchSessions.look(at: session, { $0.parked }) ?? nil { waiting.append(parked) }
            } else {
                gone.append(session)
            }
        }
        if !gone.isEmpty { partition.watchers.removeAll { gone.contains($0) } }
    }

    /// A replica leaves this broker: those who fetch it are told at once.
    mutating func endFetches(of partition: Partition) {
        var waiting = OrderedSet(partition.waitingFetches)
        noteNews(of: partition, &waiting)
        for id in waiting { endFetch(id) }
    }

    /// The wait is over: what is there is the answer.
    mutating func endFetch(_ id: FetchID) {
        guard let fetch = forgetFetch(id) else { return }
        answer(fetch, read(fetch))
    }

    @discardableResult
    mutating func forgetFetch(_ id: FetchID) -> DelayedFetch? {
        guard let fetch = delayedFetches.removeValue(forKey: id) else { return nil }
        timers.remove(.fetch(id))
        if case .incremental(let session) = fetch.session {
            _ = fetchSessions.change(session) { if $0.parked == id { $0.parked = nil } }
        } else {
            for target in fetch.targets {
                guard let partition = target.partition,
                    let index = partition.waitingFetches.firstIndex(of: id)
                else { continue }
                partition.waitingFetches.remove(at: index)
            }
        }
        if fetch.isFromReplica, parkedFetchByReplica[fetch.replica] == id { parkedFetchByReplica[fetch.replica] = nil }
        if case .client(let connection, _) = fetch.context.source { connections[connection]?.parkedFetch = nil }
        return fetch
    }
}
