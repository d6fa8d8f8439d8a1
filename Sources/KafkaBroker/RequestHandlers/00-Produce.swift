import KafkaProtocol
import KafkaStorage
import NIOCore

/// Produce (key 0), versions 3-11; 0-2 are advertised and answered UNSUPPORTED_VERSION, since librdkafka stops
/// compressing where 0 is missing (KAFKA-18659).
///
/// Appends each partition's batch in the order of the request. acks=1 is answered after the leader's append, acks=all
/// when the high watermark has passed the records or the request's own time is over (REQUEST_TIMED_OUT: the records stay
/// in the log). acks=0 gets no answer; an error closes the connection, as in Kafka, so that the producer asks for new
/// metadata. Internal topics are the coordinators' alone (INVALID_TOPIC_EXCEPTION). From version 10 on NOT_LEADER_OR_FOLLOWER names the present leader (KIP-951).
///
/// Not done: transactions (INVALID_TXN_STATE), quotas, recompression by `compression.type`.
extension Broker {
    mutating func handleProduce(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try ProduceRequest(decoding: body, version: context.version)
        if let refusal = refusal(of: request, version: context.version) {
            let response = refused(request, refusal)
            return request.acks == 0 ? endUnanswered(context, response) : respond(context, with: response)
        }
        var response = ProduceResponse()
        var appended: [AppendedBatch] = []
        var waits = false
        response.responses.reserveCapacity(request.topicData.count)
        for topic in request.topicData {
            var topicResponse = ProduceResponse.TopicProduceResponse()
            topicResponse.name = topic.name
            for data in topic.partitionData {
                let id = TopicPartition(topic: topic.name, partition: data.index)
                var result = ProduceResponse.PartitionProduceResponse()
                result.index = data.index
                result.baseOffset = -1
                do throws(AppendFailure) {
                    if Self.isInternal(topic.name) { throw AppendFailure(code: .invalidTopicException) }
                    let partition = try replica(id)
                    let records = try bytes(of: data.records)
                    if Self.isTransactional(records) { throw AppendFailure(code: .invalidTxnState) }
                    let info = try append(
                        records, to: partition, acks: request.acks, origin: .client,
                        allowsZstd: context.version >= 7)
                    result.baseOffset = info.firstOffset
                    result.logAppendTimeMs = info.logAppendTime
                    result.logStartOffset = info.logStartOffset
                    let batch = AppendedBatch(
                        partition: partition, info: info, waits: request.acks == -1 && waitsForReplicas(info),
                        topicIndex: response.responses.count, partitionIndex: topicResponse.partitionResponses.count)
                    waits = waits || batch.waits
                    if batch.waits || (request.acks != 0 && settings.tellsLedger) { appended.append(batch) }
                } catch {
                    result.errorCode = error.code
                    result.errorMessage = error.message
                    if error.code == .notLeaderOrFollower, context.version >= 10 {
                        nameLeader(of: id, in: &result, endpoints: &response.nodeEndpoints)
                    }
                }
                topicResponse.partitionResponses.append(result)
            }
            response.responses.append(topicResponse)
        }
        if request.acks == 0 { return endUnanswered(context, response) }
        let produce = DelayedProduce(
            context: context, response: response, acks: request.acks, appended: appended, remaining: 0)
        if waits {
            park(produce, timeout: .milliseconds(Int64(max(0, request.timeoutMs))))
        } else {
            answer(produce)
        }
    }

    /// The error of the whole request, if it has one.
    private func refusal(of request: ProduceRequest, version: Int16) -> ErrorCode? {
        if version < 3 { return .unsupportedVersion }
        if !(-1...1).contains(request.acks) { return .invalidRequiredAcks }
        if request.transactionalId != nil { return .invalidTxnState }
        return nil
    }

    /// Without a `transactional.id` nobody could end its transaction.
    private static func isTransactional(_ records: ByteBuffer) -> Bool {
        (try? RecordBatchHeader.read(from: records))?.attributes.isTransactional ?? false
    }

    private func refused(_ request: ProduceRequest, _ error: ErrorCode) -> ProduceResponse {
        var response = ProduceResponse()
        response.responses = request.topicData.map { topic in
            var topicResponse = ProduceResponse.TopicProduceResponse()
            topicResponse.name = topic.name
            topicResponse.partitionResponses = topic.partitionData.map { data in
                var result = ProduceResponse.PartitionProduceResponse()
                result.index = data.index
                result.errorCode = error
                result.baseOffset = -1
                return result
            }
            return topicResponse
        }
        return response
    }

    /// The replica that this broker has of a partition.
    func replica(_ id: TopicPartition) throws(AppendFailure) -> Partition {
        if let partition = partitions[id] { return partition }
        if let reason = missingReplicas[id] { throw AppendFailure(code: .kafkaStorageError, message: reason) }
        throw AppendFailure(code: image.partition(id) == nil ? .unknownTopicOrPartition : .notLeaderOrFollower)
    }

    private func bytes(of records: Payload?) throws(AppendFailure) -> ByteBuffer {
        guard case .bytes(let bytes)? = records else {
            throw AppendFailure(code: .invalidRecord, message: "there are no records")
        }
        return bytes
    }

    private func nameLeader(
        of id: TopicPartition, in result: inout ProduceResponse.PartitionProduceResponse,
        endpoints: inout [ProduceResponse.NodeEndpoint]
    ) {
        guard let partition = image.partition(id), let leader = image.broker(partition.leader),
            let listener = leader.listeners.first
        else { return }
        result.currentLeader.leaderId = leader.id
        result.currentLeader.leaderEpoch = partition.leaderEpoch
        if endpoints.contains(where: { $0.nodeId == leader.id }) { return }
        var endpoint = ProduceResponse.NodeEndpoint()
        endpoint.nodeId = leader.id
        endpoint.host = listener.host
        endpoint.port = Int32(listener.port)
        endpoint.rack = leader.rack
        endpoints.append(endpoint)
    }

    /// Of a produce with acks=0 nobody hears; a failure closes the connection.
    private mutating func endUnanswered(_ context: RequestContext, _ response: ProduceResponse) {
        let failed = response.responses.lazy.flatMap(\.partitionResponses).first { $0.errorCode != .none }
        if let failed {
            close(context, reason: "a produce with acks=0 failed with \(failed.errorCode)")
        } else {
            respondWithNothing(context)
        }
    }

    private mutating func answer(_ produce: DelayedProduce) {
        let acknowledged = settings.tellsLedger ? produce.appended.filter { produce.result(of: $0) == .none } : []
        respond(
            produce.context, with: produce.response,
            acknowledging: acknowledged.map { acknowledgement(of: $0, in: produce) })
    }

    private func acknowledgement(of batch: AppendedBatch, in produce: DelayedProduce) -> Acknowledgement {
        let partition = batch.partition
        let isr = partition.leader?.committedISR ?? image.partition(partition.id)?.isr ?? []
        let followers = partition.leader?.followers.filter { isr.contains($0.id) } ?? []
        return Acknowledgement(
            partition: partition.id, topicID: partition.topicId, firstOffset: batch.firstOffset,
            lastOffset: batch.lastOffset,
            leaderEpoch: batch.leaderEpoch, acks: produce.acks,
            isr: isr,
            followers: followers.map { .init($0.id, logEndOffset: $0.logEndOffset < 0 ? nil : $0.logEndOffset) },
            highWatermark: partition.highWatermark, clientId: produce.context.clientId ?? "")
    }

    // MARK: Waiting

    /// A duplicate waits as its original does: that one may still be lost with this leader.
    private func waitsForReplicas(_ info: LogAppendInfo) -> Bool {
        info.isDuplicate ? Rule.duplicateWaitsForOriginal.holds : Rule.ackWaitsForISR.holds
    }

    private mutating func park(_ produce: DelayedProduce, timeout: Duration) {
        let id = ProduceID(rawValue: nextProduceID)
        nextProduceID += 1
        var delayed = produce
        for batch in produce.appended where batch.waits {
            guard let leader = batch.partition.leader else {
                let isOffline = if case .offline = batch.partition.role { true } else { false }
                delayed.end(batch, with: isOffline ? .kafkaStorageError : .notLeaderOrFollower)
                continue
            }
            let offset = batch.lastOffset + 1
            if leader.highWatermark >= offset {
                if !leader.hasEnoughReplicas { delayed.end(batch, with: .notEnoughReplicasAfterAppend) }
                continue
            }
            delayed.end(batch, with: .requestTimedOut)
            delayed.remaining += 1
            batch.partition.wait(
                .produce(id, topic: batch.topicIndex, partition: batch.partitionIndex), for: offset)
        }
        if delayed.remaining == 0 { return answer(delayed) }
        delayedProduces[id] = delayed
        timers.set(.produce(id), at: now + timeout)
    }

    /// One partition of a waiting produce has its result.
    mutating func produceAcknowledged(_ id: ProduceID, topic: Int, partition: Int, with error: ErrorCode) {
        guard delayedProduces[id] != nil else { return }
        delayedProduces[id]!.response.responses[topic].partitionResponses[partition].errorCode = error
        delayedProduces[id]!.remaining -= 1
        if delayedProduces[id]!.remaining == 0 { endProduce(id) }
    }

    /// Answers with what is there: all results, or REQUEST_TIMED_OUT where one is still missing.
    mutating func endProduce(_ id: ProduceID) {
        guard let delayed = delayedProduces.removeValue(forKey: id) else { return }
        timers.remove(.produce(id))
        answer(delayed)
    }
}
