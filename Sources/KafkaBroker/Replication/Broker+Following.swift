import KafkaProtocol
import KafkaStorage
import NIOCore

/// What a broker does as a follower: fetching from leaders, appending, cutting where logs diverge.
extension Broker {
    // MARK: Who is fetched from where

    /// Begins to copy a partition from the leader that its role names.
    mutating func startFetching(_ partition: Partition) {
        guard let follower = partition.follower, follower.isFetching, follower.leader != settings.nodeId else { return }
        if isHeldBack(partition) { return delay(partition) }
        let index = fetcherIndex(for: follower.leader)
        fetchers[index].add(partition.slot)
        fetchers[index].markChanged(partition.slot)
        fetchersToRun.append(follower.leader)
    }

    mutating func stopFetching(_ partition: Partition) {
        for index in fetchers.indices where fetchers[index].partitions.contains(partition.slot) {
            fetchers[index].remove(partition.slot)
            fetchersToRun.append(fetchers[index].leader)
        }
    }

    /// The disk has failed: nothing is copied any more.
    mutating func stopFetchingAll() {
        for index in fetchers.indices where !fetchers[index].partitions.isEmpty {
            fetchers[index].removeAll()
            fetchersToRun.append(fetchers[index].leader)
        }
    }

    private mutating func fetcherIndex(for leader: BrokerID) -> Int {
        if let index = fetchers.firstIndex(where: { $0.leader == leader }) { return index }
        fetchers.append(ReplicaFetcher(leader: leader))
        return fetchers.count - 1
    }

    // MARK: Asking

    /// Sends the next fetch to this leader, unless one is under way that is still right.
    mutating func runFetcher(_ leader: BrokerID) {
        guard let index = fetchers.firstIndex(where: { $0.leader == leader }) else { return }
        switch fetchers[index].state {
        case .waiting: return
        case .fetching(let correlationId):
            // A fetch that waits at the leader does not know of partitions that have come or gone since.
            guard fetchers[index].isOutdated else { return }
            if let from = fetchers[index].givesUpFrom, now < from {
                return timers.set(.replicaFetcher(leader), at: from)
            }
            _ = peers.answered(correlationId, by: leader)
        case .idle: break
        }
        if followerQuota.isExceeded(at: now) { holdBack(fetchers[index].partitions.slots) }
        guard !fetchers[index].partitions.isEmpty, lifecycle.isServing else {
            fetchers[index].state = .idle
            return
        }
        let request = nextFetch(index)
        let correlationId = send(
            request, version: 17, to: leader, .replicaFetch, timeout: settings.replicaSocketTimeout)
        fetchers[index].state = .fetching(correlationId: correlationId)
    }

    private mutating func nextFetch(_ index: Int) -> FetchRequest {
        var request = FetchRequest()
        request.replicaState.replicaId = settings.nodeId
        request.replicaState.replicaEpoch = brokerEpoch
        request.maxWaitMs = Int32(clamping: settings.replicaFetchWaitMax.wholeMilliseconds)
        request.minBytes = settings.replicaFetchMinBytes
        request.maxBytes = settings.replicaFetchResponseMaxBytes
        request.sessionId = fetchers[index].sessionId
        request.sessionEpoch = fetchers[index].sessionEpoch
        for slot in fetchers[index].takeRequested(now: now) {
            guard let partition = partitions[slot], let follower = partition.follower else { continue }
            var wanted = FetchRequest.FetchPartition()
            wanted.partition = partition.id.partition
            wanted.currentLeaderEpoch = follower.leaderEpoch
            wanted.fetchOffset = partition.log.logEndOffset
            // By it the leader tells where the logs part (see `follow` for what was done before KIP-101).
            wanted.lastFetchedEpoch = Rule.truncatesByEpoch.holds ? partition.log.latestEpoch ?? -1 : -1
            wanted.logStartOffset = partition.log.logStartOffset
            wanted.partitionMaxBytes = settings.replicaFetchMaxBytes
            if request.topics.last?.topicId != partition.topicId {
                var topic = FetchRequest.FetchTopic()
                topic.topicId = partition.topicId
                request.topics.append(topic)
            }
            request.topics[request.topics.count - 1].partitions.append(wanted)
        }
        return request
    }

    // MARK: Answers

    mutating func replicaFetchAnswered(by leader: BrokerID, _ response: FetchResponse) {
        guard let index = fetchers.firstIndex(where: { $0.leader == leader }) else { return }
        fetchers[index].state = .idle
        switch response.errorCode {
        case .none: break
        case .fetchSessionIdNotFound, .invalidFetchSessionEpoch, .fetchSessionTopicIdError:
            fetchers[index].forgetSession()
            fetchersToRun.append(leader)
            return
        default:
            backOff(index)
            return
        }
        fetchers[index].answered(sessionId: response.sessionId)
        for topic in response.responses {
            guard let name = image.topicName(topic.topicId) else { continue }
            for data in topic.partitions {
                guard
                    let partition = partitions[TopicPartition(topic: name, partition: data.partitionIndex)],
                    partition.topicId == topic.topicId,
                    let follower = partition.follower, follower.leader == leader, follower.isFetching
                else { continue }
                fetched(partition, follower, data)
            }
        }
        fetchersToRun.append(leader)
    }

    private mutating func fetched(
        _ partition: Partition, _ follower: FollowerReplica, _ data: FetchResponse.PartitionData
    ) {
        switch data.errorCode {
        case .none:
            if data.divergingEpoch.epoch >= 0 || data.divergingEpoch.endOffset >= 0 {
                truncate(partition, data.divergingEpoch)
            } else {
                append(partition, follower, data)
            }
        case .offsetOutOfRange:
            partition.withFollower { $0.state = .resetting }
            stopFetching(partition)
            askForBounds(of: partition, follower, timestamp: -1)
        default:
            delay(partition)
        }
    }

    private mutating func append(
        _ partition: Partition, _ follower: FollowerReplica, _ data: FetchResponse.PartitionData
    ) {
        partition.withFollower { $0.leaderHighWatermark = data.highWatermark }
        if case .bytes(let records)? = data.records, records.readableBytes > 0 {
            taken(records.readableBytes, of: partition)
            do throws(LogAppendError) {
                let info = try append(records, to: partition, leaderLogStart: data.logStartOffset)
                markCopied(info, to: partition)
                if info.mustFlushBeforeAnswer { try flush(partition) }
                flushIfDue(partition)
            } catch {
                if case .disk(let failure) = error {
                    fail(partition, failure)
                } else {
                    // Bytes that are not what the leader once wrote are never appended; it is asked again, since they may
                    // have been spoilt on the way. Told once.
                    let end = partition.log.logEndOffset
                    if follower.refusedAt != end {
                        emit(.replicaFailed(partition.id, reason: error.description))
                        partition.withFollower { $0.refusedAt = end }
                    }
                    delay(partition)
                }
                return
            }
            markChanged(partition, at: follower.leader)
        }
        partition.followHighWatermark(data.highWatermark)
        if data.logStartOffset > partition.log.logStartOffset {
            do throws(DiskError) {
                try partition.log.updateLogStartOffset(data.logStartOffset)
            } catch {
                return fail(partition, error)
            }
            markChanged(partition, at: follower.leader)
        }
    }

    /// The leader's log may begin within a batch, after DeleteRecords. A follower whose log is to begin there takes the
    /// batch as a whole, as in Kafka (Partition.scala); what may be read begins there.
    ///
    /// Beyond Kafka, so does a follower that has records below the leader's log start and ends at it. DeleteRecords cut
    /// the leader's epoch cache there, too, so that an older record in place of the batch's first was not told apart; in
    /// Kafka this replica's fetcher gives up.
    private mutating func append(
        _ records: ByteBuffer, to partition: Partition, leaderLogStart: Int64
    ) throws(LogAppendError) -> LogAppendInfo {
        let log = partition.log
        do throws(LogAppendError) {
            return try log.appendAsFollower(records, now: now)
        } catch {
            guard case .unexpectedOffset(let expected, let found) = error, expected == log.logEndOffset,
                expected == log.logStartOffset || expected == leaderLogStart, found >= 0,
                let first = try? RecordBatchHeader.read(from: records), first.baseOffset == found,
                found < expected, first.nextOffset > expected
            else { throw error }
        }
        // What was durable at its start is not any more: the recovery point on disk must not say so.
        timers.set(.recoveryPointCheckpoint, at: now)
        let cleanedUpTo = log.cleanedUpTo
        do throws(DiskError) {
            let base = (try? RecordBatchHeader.read(from: records))?.baseOffset ?? log.logEndOffset
            try log.truncateFullyAndStart(at: base, logStartOffset: log.logEndOffset)
        } catch {
            throw .disk(error)
        }
        checkpointCleaner(ifBelow: cleanedUpTo, partition)
        return try log.appendAsFollower(records, now: now)
    }

    private func flush(_ partition: Partition) throws(LogAppendError) {
        do throws(DiskError) { try partition.log.flush() } catch { throw .disk(error) }
    }

    private mutating func markChanged(_ partition: Partition, at leader: BrokerID) {
        guard let index = fetchers.firstIndex(where: { $0.leader == leader }) else { return }
        fetchers[index].markChanged(partition.slot)
    }

    private mutating func truncate(_ partition: Partition, _ leaderEnd: FetchResponse.EpochEndOffset) {
        let log = partition.log
        let offset = FollowerReplica.truncationOffset(
            leaderEnd: EpochEndOffset(leaderEpoch: leaderEnd.epoch, endOffset: leaderEnd.endOffset),
            logEndOffset: log.logEndOffset, highWatermark: partition.highWatermark,
            ours: { log.endOffset(forEpoch: $0) })
        let before = (log.logEndOffset, log.latestEpoch)
        cut(partition, to: offset)
        guard let leader = partition.follower?.leader else { return }
        if (log.logEndOffset, log.latestEpoch) == before {
            // Asked again at once, the leader would say the same.
            delay(partition)
        } else {
            markChanged(partition, at: leader)
        }
    }

    mutating func cut(_ partition: Partition, to offset: Int64) {
        let end = partition.log.logEndOffset
        let cleanedUpTo = partition.log.cleanedUpTo
        let dropped = recordsToDrop(of: partition, from: offset)
        let recoveryPoint = partition.log.recoveryPoint
        do throws(DiskError) {
            // At the end, too: the last epoch may have no records.
            try partition.log.truncate(to: offset)
        } catch {
            fail(partition, error)
            return
        }
        // What comes in place of records that were durable is not: the recovery point on disk must not say so.
        if partition.log.recoveryPoint < recoveryPoint { timers.set(.recoveryPointCheckpoint, at: now) }
        checkpointCleaner(ifBelow: cleanedUpTo, partition)
        guard partition.log.logEndOffset < end else { return }
        partition.followHighWatermark(partition.highWatermark)
        emit(.logTruncated(partition.id, from: end, to: partition.log.logEndOffset))
        mark(partition, .truncated(partition.log.logEndOffset..<end))
        tellOfDropped(dropped, of: partition)
    }

    // MARK: Errors

    /// Nothing is fetched of this partition for a while.
    mutating func delay(_ partition: Partition) {
        let until = now + settings.replicaFetchBackoff
        guard partition.follower != nil else { return }
        partition.withFollower { $0.state = .delayed(until: until) }
        stopFetching(partition)
        if delayedReplicas.isEmpty { timers.set(.delayedReplicas, at: until) }
        delayedReplicas.append((partition.slot, until))
    }

    /// Each goes on at its own time.
    mutating func resumeDelayedReplicas() {
        while let next = delayedReplicas.first {
            guard next.until <= now else { return timers.set(.delayedReplicas, at: next.until) }
            delayedReplicas.removeFirst()
            // It may have got another leader since, or have left.
            guard let partition = partitions[next.slot], partition.follower?.state == .delayed(until: next.until) else {
                continue
            }
            partition.withFollower { $0.state = .fetching }
            startFetching(partition)
        }
    }

    /// The request as a whole failed.
    mutating func replicaFetchFailed(_ leader: BrokerID) {
        guard let index = fetchers.firstIndex(where: { $0.leader == leader }) else { return }
        fetchers[index].forgetSession()
        backOff(index)
    }

    private mutating func backOff(_ index: Int) {
        let until = now + settings.replicaFetchBackoff
        fetchers[index].state = .waiting(until: until)
        fetchers[index].restartSession()
        timers.set(.replicaFetcher(fetchers[index].leader), at: until)
    }

    mutating func replicaFetcherTimer(_ leader: BrokerID) {
        guard let index = fetchers.firstIndex(where: { $0.leader == leader }) else { return }
        if case .waiting(let until) = fetchers[index].state, until <= now { fetchers[index].state = .idle }
        fetchersToRun.append(leader)
    }

    /// The broker serves again: what stood still meanwhile goes on.
    mutating func resumeFetching() { fetchersToRun.append(contentsOf: fetchers.map(\.leader)) }
}
