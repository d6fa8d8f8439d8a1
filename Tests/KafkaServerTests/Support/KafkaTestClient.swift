import KafkaProtocol
import NIOCore
import Testing

/// Kafka's protocol over one plain socket.
final class KafkaTestClient {
    private let socket: TestClient
    private var correlationId: Int32 = 0

    init(port: Int, patienceSeconds: Int = 60) throws {
        socket = try TestClient(port: port, patienceSeconds: patienceSeconds)
    }

    func call<Request: KafkaRequest>(_ request: Request, version: Int16) throws -> Request.Response {
        correlationId += 1
        let frame = try RequestFrame.encode(
            request, version: version, correlationId: correlationId, clientId: "test")
        let answer = try socket.ask(frame)
        let (id, response) = try ResponseFrame.decode(Request.Response.self, apiVersion: version, from: answer)
        #expect(id == correlationId)
        return response
    }

    func metadata(_ topics: [String]? = nil) throws -> MetadataResponse {
        var request = MetadataRequest()
        request.allowAutoTopicCreation = false
        request.topics = topics?.map { name in
            var topic = MetadataRequest.MetadataRequestTopic()
            topic.name = name
            return topic
        }
        return try call(request, version: 12)
    }

    func createTopic(_ name: String, partitions: Int32, replicas: Int16) throws {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = replicas
        var request = CreateTopicsRequest()
        request.topics = [topic]
        request.timeoutMs = 10_000
        #expect(try call(request, version: 7).topics.map(\.errorCode) == [.none])
    }

    func produce(_ partition: TopicPartition, _ values: [String]) throws -> ErrorCode {
        try call(produceRequest(partition, values, acks: -1), version: 9).responses[0].partitionResponses[0].errorCode
    }

    /// Sends it and waits for nothing.
    func produceWithoutAnswer(_ partition: TopicPartition, _ values: [String]) throws {
        correlationId += 1
        try socket.send(
            RequestFrame.encode(
                produceRequest(partition, values, acks: 0), version: 9, correlationId: correlationId, clientId: "test"))
    }

    private func produceRequest(
        _ partition: TopicPartition, _ values: [String], acks: Int16
    ) throws -> ProduceRequest {
        var builder = RecordBatchBuilder()
        for value in values {
            try builder.append(key: nil, value: ByteBuffer(string: value), timestamp: 1_700_000_000_000)
        }
        var data = ProduceRequest.PartitionProduceData()
        data.index = partition.partition
        data.records = .bytes(try builder.build().bytes)
        var topic = ProduceRequest.TopicProduceData()
        topic.name = partition.topic
        topic.partitionData = [data]
        var request = ProduceRequest()
        request.acks = acks
        request.timeoutMs = 10_000
        request.topicData = [topic]
        return request
    }

    /// The values from `offset` on that one fetch brings.
    func fetch(_ partition: TopicPartition, from offset: Int64 = 0, maxBytes: Int32 = 10_000_000) throws -> [String] {
        var wanted = FetchRequest.FetchPartition()
        wanted.partition = partition.partition
        wanted.fetchOffset = offset
        wanted.partitionMaxBytes = maxBytes
        var topic = FetchRequest.FetchTopic()
        topic.topic = partition.topic
        topic.partitions = [wanted]
        var request = FetchRequest()
        request.maxWaitMs = 100
        request.minBytes = 1
        request.maxBytes = maxBytes
        request.sessionEpoch = -1
        request.topics = [topic]
        let response = try call(request, version: 12)
        let found = try #require(response.responses.first?.partitions.first)
        #expect(found.errorCode == .none)
        guard case .bytes(let bytes)? = found.records else { return [] }
        var values: [String] = []
        var batches = RecordBatches(bytes)
        while let batch = try batches.next() {
            for record in try batch.records() {
                if record.offset >= offset, let value = record.value { values.append(String(buffer: value)) }
            }
        }
        return values
    }
}
