import KafkaProtocol
import NIOCore

/// Fetch (1), versions 4-17, of `__cluster_metadata`-0 by brokers, which follow the log without a vote.
///
/// - Serves only what is committed. Without anything new it waits up to `maxWaitMs`, and answers as soon as something is
///   committed, however little: `minBytes` is not looked at.
/// - A fetch from a point that this log does not have is told where they part (`divergingEpoch`). An epoch of another
///   controller is FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH, another cluster INCONSISTENT_CLUSTER_ID, any other
///   partition UNKNOWN_TOPIC_OR_PARTITION.
/// - Keeps no fetch sessions: each answer is whole, with session id 0. Has no snapshots yet: the log begins at 0.
extension Controller {
    mutating func fetch(_ request: FetchRequest, _ call: Call) {
        let deadline = call.now + .milliseconds(max(0, request.maxWaitMs))
        if request.maxWaitMs > 0, isWorthWaiting(request) {
            fetches.add(MetadataFetches.Waiting(request: request, call: call, deadline: deadline))
        } else {
            answerFetch(request, call)
        }
    }

    mutating func answerReadyFetches(now: Instant) {
        var waiting = fetches
        let ready = waiting.take { !isWorthWaiting($0.request) }
        fetches = waiting
        for fetch in ready { answerFetch(fetch.request, fetch.call) }
    }

    mutating func answerExpiredFetches(now: Instant) {
        for fetch in fetches.take(where: { $0.deadline <= now }) { answerFetch(fetch.request, fetch.call) }
    }

    /// Whether nothing could be said now but that there is nothing new.
    private func isWorthWaiting(_ request: FetchRequest) -> Bool {
        let partitions = request.topics.flatMap { topic in topic.partitions.map { (topic, $0) } }
        return !partitions.isEmpty && !isOfAnotherCluster(request)
            && partitions.allSatisfy { topic, partition in
                problem(request, topic, partition) == nil
                    && log.divergence(from: partition.fetchOffset, lastEpoch: partition.lastFetchedEpoch) == nil
                    && partition.fetchOffset >= log.committedOffset
            }
    }

    private func isOfAnotherCluster(_ request: FetchRequest) -> Bool {
        request.clusterId.map { $0 != settings.clusterID } ?? false
    }

    private func problem(
        _ request: FetchRequest, _ topic: FetchRequest.FetchTopic, _ partition: FetchRequest.FetchPartition
    ) -> ErrorCode? {
        guard topic.topic == MetadataLog.topic || topic.topicId == MetadataLog.topicId, partition.partition == 0 else {
            return .unknownTopicOrPartition
        }
        if partition.currentLeaderEpoch > log.epoch { return .unknownLeaderEpoch }
        if partition.currentLeaderEpoch >= 0, partition.currentLeaderEpoch < log.epoch { return .fencedLeaderEpoch }
        let isWithin = partition.fetchOffset >= log.startOffset && partition.fetchOffset <= log.endOffset
        // With an epoch, the answer says where the logs part instead.
        return isWithin || partition.lastFetchedEpoch >= 0 && partition.fetchOffset > 0 ? nil : .offsetOutOfRange
    }

    /// What is served is durable already, so the answer does not wait for what was written since.
    private mutating func answerFetch(_ request: FetchRequest, _ call: Call) {
        var response = FetchResponse()
        if isOfAnotherCluster(request) {
            response.errorCode = .inconsistentClusterId
            return respondAtOnce(response, to: call)
        }
        var bytesLeft = max(0, Int(request.maxBytes))
        var failure: MetadataLogError?
        response.responses = request.topics.map { topic in
            var answer = FetchResponse.FetchableTopicResponse()
            answer.topic = topic.topic
            answer.topicId = topic.topicId
            answer.partitions = topic.partitions.map { partition in
                do throws(MetadataLogError) {
                    return try fetch(partition, of: topic, request, bytesLeft: &bytesLeft)
                } catch {
                    failure = error
                    return FetchResponse.PartitionData()
                }
            }
            return answer
        }
        if let failure {
            return attempt(now: call.now) { _ throws(MetadataLogError) in throw failure }
        }
        respondAtOnce(response, to: call)
    }

    private func fetch(
        _ partition: FetchRequest.FetchPartition, of topic: FetchRequest.FetchTopic, _ request: FetchRequest,
        bytesLeft: inout Int
    ) throws(MetadataLogError) -> FetchResponse.PartitionData {
        var data = FetchResponse.PartitionData()
        data.partitionIndex = partition.partition
        data.records = .bytes(ByteBuffer())
        if let problem = problem(request, topic, partition) {
            data.errorCode = problem
            data.highWatermark = -1
            return data
        }
        data.highWatermark = log.committedOffset
        data.lastStableOffset = log.committedOffset
        data.logStartOffset = log.startOffset
        data.currentLeader.leaderId = settings.nodeId
        data.currentLeader.leaderEpoch = log.epoch
        if let divergence = log.divergence(from: partition.fetchOffset, lastEpoch: partition.lastFetchedEpoch) {
            data.divergingEpoch.epoch = divergence.leaderEpoch
            data.divergingEpoch.endOffset = divergence.endOffset
            return data
        }
        let limit = min(bytesLeft, max(0, Int(partition.partitionMaxBytes)))
        let records = try log.read(from: partition.fetchOffset, maxBytes: limit)
        bytesLeft -= min(bytesLeft, records.readableBytes)
        data.records = .bytes(records)
        return data
    }
}
