import KafkaProtocol
import KafkaStorage
import NIOCore

/// DeleteRecords (key 21), versions 0-2.
///
/// Raises the log start of partitions that this broker leads, to the offset or, for -1, to the high watermark; beyond that
/// it is OFFSET_OUT_OF_RANGE. Followers learn the new start with their next fetch. The answer waits until every live replica
/// has raised its own, or until the request's time is over (REQUEST_TIMED_OUT: the leader's start stays where it is), and
/// tells the lowest start of them all. Whole segments below the start go with the next round of retention.
///
/// Internal topics are refused (INVALID_TOPIC_EXCEPTION), and topics that are only compacted (POLICY_VIOLATION), as in
/// Kafka.
extension Broker {
    mutating func handleDeleteRecords(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try DeleteRecordsRequest(decoding: body, version: context.version)
        var delayed = DelayedDeleteRecords(context: context)
        for topic in request.topics {
            var topicResult = DeleteRecordsResponse.DeleteRecordsTopicResult()
            topicResult.name = topic.name
            for wanted in topic.partitions {
                let id = TopicPartition(topic: topic.name, partition: wanted.partitionIndex)
                var result = DeleteRecordsResponse.DeleteRecordsPartitionResult()
                result.partitionIndex = wanted.partitionIndex
                result.lowWatermark = -1
                do throws(AppendFailure) {
                    if Self.isInternal(topic.name) { throw AppendFailure(code: .invalidTopicException) }
                    let partition = try replica(id)
                    let offset = try deleteRecords(of: partition, before: wanted.offset)
                    result.errorCode = .requestTimedOut
                    delayed.waiting.append(
                        .init(
                            partition: partition, offset: offset, topicIndex: delayed.response.topics.count,
                            partitionIndex: topicResult.partitions.count))
                } catch {
                    result.errorCode = error.code
                }
                topicResult.partitions.append(result)
            }
            delayed.response.topics.append(topicResult)
        }
        advance(&delayed)
        if delayed.waiting.isEmpty || request.timeoutMs <= 0 { return respond(context, with: delayed.response) }
        let id = nextDeleteRecords
        nextDeleteRecords += 1
        delayedDeleteRecords[id] = delayed
        timers.set(.deleteRecords(id), at: now + .milliseconds(Int64(request.timeoutMs)))
    }

    /// Raises the log start here; returns the offset that was meant.
    private mutating func deleteRecords(
        of partition: Partition, before wanted: Int64
    ) throws(AppendFailure) -> Int64 {
        guard let leader = partition.leader else {
            if case .offline = partition.role { throw AppendFailure(code: .kafkaStorageError) }
            throw AppendFailure(code: .notLeaderOrFollower)
        }
        guard partition.config.deletes else { throw AppendFailure(code: .policyViolation) }
        let offset = wanted == -1 ? leader.highWatermark : wanted
        guard offset >= 0, offset <= leader.highWatermark else { throw AppendFailure(code: .offsetOutOfRange) }
        guard offset > partition.log.logStartOffset else { return offset }
        do throws(DiskError) {
            try partition.log.updateLogStartOffset(offset)
        } catch {
            fail(partition, error)
            throw AppendFailure(code: .kafkaStorageError)
        }
        // A crash must not bring the records back.
        timers.set(.recoveryPointCheckpoint, at: now)
        markMoved(partition)
        return offset
    }

    // MARK: Waiting

    /// Something has changed that a deletion may wait for: a replica's log start, its being alive, or who leads.
    mutating func retryDeleteRecords() {
        for id in Array(delayedDeleteRecords.keys) {
            guard var delayed = delayedDeleteRecords[id] else { continue }
            advance(&delayed)
            delayedDeleteRecords[id] = delayed
            if delayed.waiting.isEmpty { endDeleteRecords(id) }
        }
    }

    mutating func endDeleteRecords(_ id: UInt64) {
        guard let delayed = delayedDeleteRecords.removeValue(forKey: id) else { return }
        timers.remove(.deleteRecords(id))
        respond(delayed.context, with: delayed.response)
    }

    /// Fills in the results that are there.
    private func advance(_ delayed: inout DelayedDeleteRecords) {
        let image = image
        var waiting: [DelayedDeleteRecords.Target] = []
        for target in delayed.waiting {
            var result = delayed.response.topics[target.topicIndex].partitions[target.partitionIndex]
            switch target.partition.role {
            case .leader(let leader):
                let low = leader.lowWatermark(logStartOffset: target.partition.log.logStartOffset) {
                    image.broker($0).map { !$0.fenced } ?? false
                }
                result.lowWatermark = low
                if low >= target.offset { result.errorCode = .none } else { waiting.append(target) }
            case .follower, .changing:
                result.errorCode = .notLeaderOrFollower
                result.lowWatermark = -1
            case .offline:
                result.errorCode = .kafkaStorageError
                result.lowWatermark = -1
            }
            delayed.response.topics[target.topicIndex].partitions[target.partitionIndex] = result
        }
        delayed.waiting = waiting
    }
}
