import KafkaProtocol
import NIOCore

/// DescribeProducers (key 61), version 0: what the logs on this broker know of the producers that wrote to them with an id,
/// as `kafka-transactions.sh describe-producers` shows it.
///
/// - Any replica answers from its own log, not only the leader, as in Kafka. A partition that is not here is
///   NOT_LEADER_OR_FOLLOWER, one that is nowhere UNKNOWN_TOPIC_OR_PARTITION, one whose disk has failed KAFKA_STORAGE_ERROR.
/// - Producers that have been idle for `producer.id.expiration.ms` are forgotten, and not told.
extension Broker {
    mutating func handleDescribeProducers(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try DescribeProducersRequest(decoding: body, version: context.version)
        var response = DescribeProducersResponse()
        response.topics = request.topics.map { topic in
            var result = DescribeProducersResponse.TopicResponse()
            result.name = topic.name
            result.partitions = topic.partitionIndexes.map { describeProducers(of: topic.name, $0) }
            return result
        }
        respond(context, with: response)
    }

    private func describeProducers(
        of topic: String, _ index: Int32
    ) -> DescribeProducersResponse.PartitionResponse {
        var data = DescribeProducersResponse.PartitionResponse()
        data.partitionIndex = index
        do throws(AppendFailure) {
            let partition = try replica(TopicPartition(topic: topic, partition: index))
            if case .offline(let reason) = partition.role {
                throw AppendFailure(code: .kafkaStorageError, message: reason)
            }
            data.activeProducers = partition.log.producerStates.map { state in
                var producer = DescribeProducersResponse.ProducerState()
                producer.producerId = state.producerID
                producer.producerEpoch = Int32(state.producerEpoch)
                producer.lastSequence = state.lastSequence
                producer.lastTimestamp = state.lastTimestamp
                producer.coordinatorEpoch = state.coordinatorEpoch
                producer.currentTxnStartOffset = state.currentTransactionFirstOffset ?? -1
                return producer
            }
        } catch {
            data.errorCode = error.code
            data.errorMessage = error.message
        }
        return data
    }
}
