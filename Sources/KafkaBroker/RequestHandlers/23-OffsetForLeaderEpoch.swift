import KafkaProtocol
import KafkaStorage
import NIOCore

/// OffsetForLeaderEpoch (key 23), versions 2-4: where an epoch ends in the leader's log, by which a consumer or follower
/// finds out how much of its own log still holds (KIP-101, KIP-320). librdkafka sends version 2, the Java client 3 and 4.
extension Broker {
    mutating func handleOffsetForLeaderEpoch(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try OffsetForLeaderEpochRequest(decoding: body, version: context.version)
        var response = OffsetForLeaderEpochResponse()
        response.topics = request.topics.map { topic in
            var result = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult()
            result.topic = topic.topic
            result.partitions = topic.partitions.map { wanted in
                var data = OffsetForLeaderEpochResponse.EpochEndOffset()
                data.partition = wanted.partition
                do throws(AppendFailure) {
                    let partition = try replica(TopicPartition(topic: topic.topic, partition: wanted.partition))
                    let error = access(partition, epoch: wanted.currentLeaderEpoch)
                    if error != .none { throw AppendFailure(code: error) }
                    let end = partition.log.endOffset(forEpoch: wanted.leaderEpoch)
                    data.leaderEpoch = end.leaderEpoch
                    data.endOffset = end.endOffset
                } catch {
                    data.errorCode = error.code
                }
                return data
            }
            return result
        }
        respond(context, with: response)
    }
}
