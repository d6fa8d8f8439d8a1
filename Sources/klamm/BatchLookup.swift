import Console
import KafkaCluster
import KafkaProtocol

/// Finds the batch of a record: fetched by Kafka's protocol alone, since librdkafka keeps batches to itself.
struct BatchLookup: Sendable {
    /// Asked for of a batch; a larger one comes whole all the same.
    private static let bytesMax: Int32 = 64 << 10

    var cluster: any ConsoleCluster

    func batch(of partition: TopicPartition, at offset: Int64) async throws -> RecordBatchFacts {
        let snapshot = try await cluster.snapshot()
        guard let topic = snapshot.topics.first(where: { $0.name == partition.topic }),
            let leader = topic.partitions.first(where: { $0.index == partition.partition })?.leader
        else { throw Refusal("\(partition) has no leader") }
        let response = try await cluster.ask(Self.request(partition, id: topic.id, offset: offset), at: leader)
        guard response.errorCode == .none else { throw Refusal("\(response.errorCode)") }
        guard let found = response.responses.first?.partitions.first else {
            throw Refusal("broker \(leader) tells nothing of \(partition)")
        }
        guard found.errorCode == .none else { throw Refusal("\(found.errorCode)") }
        guard case .bytes(let bytes)? = found.records else { throw Refusal("there are no records") }
        var batches = RecordBatches(bytes)
        while let batch = try batches.next() {
            if (batch.baseOffset...max(batch.baseOffset, batch.lastOffset)).contains(offset) {
                return RecordBatchFacts(batch)
            }
        }
        throw Refusal("the record is not in the log any more")
    }

    private static func request(_ partition: TopicPartition, id: Uuid, offset: Int64) -> FetchRequest {
        var wanted = FetchRequest.FetchPartition()
        wanted.partition = partition.partition
        wanted.fetchOffset = offset
        wanted.partitionMaxBytes = bytesMax
        // Up to version 12 the name counts, from then on the id.
        var topic = FetchRequest.FetchTopic()
        topic.topic = partition.topic
        topic.topicId = id
        topic.partitions = [wanted]
        var request = FetchRequest()
        request.minBytes = 1
        request.maxBytes = bytesMax
        request.topics = [topic]
        return request
    }
}
