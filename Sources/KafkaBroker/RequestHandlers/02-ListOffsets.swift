import KafkaProtocol
import KafkaStorage
import NIOCore

/// ListOffsets (key 2), versions 1-9.
///
/// Timestamps: -1 the end (the high watermark for consumers, the log end for replicas), -2 the start, -3 the record with
/// the largest timestamp, -4 the local start (the same as -2), -5 the end of what is in tiered storage (nothing), else the
/// first record at or after the time. Only the leader answers, but for replica id -2, with which a person who looks for a
/// fault asks any replica for its own log. A consumer of a leader that was just elected is told OFFSET_NOT_AVAILABLE until
/// the high watermark has passed the start of its epoch, since an answer could go back.
///
/// Not done: transactions (the last stable offset is the high watermark), version 0.
extension Broker {
    mutating func handleListOffsets(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try ListOffsetsRequest(decoding: body, version: context.version)
        var response = ListOffsetsResponse()
        for topic in request.topics {
            var topicResponse = ListOffsetsResponse.ListOffsetsTopicResponse()
            topicResponse.name = topic.name
            for wanted in topic.partitions {
                let id = TopicPartition(topic: topic.name, partition: wanted.partitionIndex)
                let asker: OffsetAsker =
                    request.replicaId == -2 ? .debugger : context.isFromPeer ? .replica : .consumer
                topicResponse.partitions.append(listOffset(id, wanted, asker: asker, version: context.version))
            }
            response.topics.append(topicResponse)
        }
        respond(context, with: response)
    }

    private mutating func listOffset(
        _ id: TopicPartition, _ wanted: ListOffsetsRequest.ListOffsetsPartition, asker: OffsetAsker, version: Int16
    ) -> ListOffsetsResponse.ListOffsetsPartitionResponse {
        var result = ListOffsetsResponse.ListOffsetsPartitionResponse()
        result.partitionIndex = wanted.partitionIndex
        do throws(AppendFailure) {
            let partition = try replica(id)
            let log = partition.log
            var end = log.logEndOffset
            var mayGoBack = false
            if asker != .debugger {
                let error = access(partition, epoch: wanted.currentLeaderEpoch)
                guard error == .none, let leader = partition.leader else { throw AppendFailure(code: error) }
                if asker == .consumer {
                    end = leader.highWatermark
                    mayGoBack = leader.highWatermark < leader.epochStartOffset
                }
            }
            switch wanted.timestamp {
            case -1:
                if mayGoBack { throw AppendFailure(code: version >= 5 ? .offsetNotAvailable : .leaderNotAvailable) }
                result.offset = end
                result.leaderEpoch = log.latestEpoch ?? -1
            case -2, -4:
                result.offset = log.logStartOffset
                result.leaderEpoch = log.epoch(at: log.logStartOffset) ?? -1
            case -5:
                break
            default:
                let found =
                    wanted.timestamp == -3
                    ? try find(partition) { log throws(LogReadError) in try log.offsetOfMaxTimestamp() }
                    : try find(partition) { log throws(LogReadError) in
                        try log.offset(forTimestamp: wanted.timestamp)
                    }
                if let found, found.offset < end {
                    result.timestamp = found.timestamp
                    result.offset = found.offset
                    result.leaderEpoch = found.leaderEpoch
                } else if mayGoBack {
                    throw AppendFailure(code: version >= 5 ? .offsetNotAvailable : .leaderNotAvailable)
                }
            }
        } catch {
            result.errorCode = error.code
        }
        // Older versions have no field for it.
        if version < 4 { result.leaderEpoch = -1 }
        return result
    }

    private mutating func find(
        _ partition: Partition, _ search: (UnifiedLog) throws(LogReadError) -> TimestampAndOffset?
    ) throws(AppendFailure) -> TimestampAndOffset? {
        do throws(LogReadError) {
            return try search(partition.log)
        } catch {
            guard case .disk(let failure) = error else {
                throw AppendFailure(code: .offsetOutOfRange, message: error.description)
            }
            fail(partition, failure)
            throw AppendFailure(code: failure.errorCode, message: error.description)
        }
    }
}

/// Who asks for an offset, and so how far the log counts for him.
private enum OffsetAsker { case consumer, replica, debugger }
