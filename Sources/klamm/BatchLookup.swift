import Console
import KafkaCluster
import KafkaProtocol

/// Finds the batch of a record: fetched by Kafka's protocol alone, since librdkafka keeps batches to itself.
struct BatchLookup: Sendable {
    /// Asked for of a batch; a larger one comes whole all the same.
    private static let bytesMax: Int32 = 64 << 10

    var cluster: any ConsoleCluster

    func batch(of partition: TopicPartition, at offset: Int64) async throws -> RecordBatchFacts {
        RecordBatchFacts(try await fetch(partition, at: offset))
    }

    /// The record's own timestamp, and the epoch in which it was written.
    func stamp(
        of partition: TopicPartition, at offset: Int64
    ) async throws -> (stamp: JourneyFacts.Stamp?, leaderEpoch: Int32) {
        let batch = try await fetch(partition, at: offset)
        guard batch.timestampType != .logAppendTime else {
            return (.init(milliseconds: batch.maxTimestamp, isAppendTime: true), batch.partitionLeaderEpoch)
        }
        let record = try batch.records().first { $0.offset == offset }
        let stamp = record.flatMap { $0.timestamp < 0 ? nil : $0.timestamp }
        return (
            stamp.map { JourneyFacts.Stamp(milliseconds: $0, isAppendTime: false) }, batch.partitionLeaderEpoch
        )
    }

    private func fetch(_ partition: TopicPartition, at offset: Int64) async throws -> RecordBatch {
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
                return batch
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
