import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

/// One connection to one broker, with the requests that tests need.
final class TestClient {
    let cluster: TestCluster
    let broker: BrokerID
    let connection: ConnectionID
    private var nextCorrelationId: Int32 = 1
    private var decoded = 0

    init(_ cluster: TestCluster, _ broker: BrokerID) {
        self.cluster = cluster
        self.broker = broker
        connection = cluster.connect(to: broker)
    }

    /// Sends without waiting; the number is that of the answer among all answers of this connection.
    @discardableResult
    func send<Request: KafkaRequest>(_ request: Request, version: Int16) throws -> Int32 {
        let id = nextCorrelationId
        nextCorrelationId += 1
        cluster.send(
            try RequestFrame.encode(request, version: version, correlationId: id, clientId: "test"), on: connection)
        return id
    }

    /// The answers that have come so far.
    var answers: [ByteBuffer] { cluster.answers[connection] ?? [] }
    var answeredIds: [Int32] { answers.compactMap { $0.getInteger(at: $0.readerIndex, as: Int32.self) } }

    func answer<Response: KafkaResponse>(_ id: Int32, _ type: Response.Type, version: Int16) throws -> Response? {
        for answer in answers where answer.getInteger(at: answer.readerIndex, as: Int32.self) == id {
            return try ResponseFrame.decode(type, apiVersion: version, from: answer).response
        }
        return nil
    }

    /// Sends, and runs the cluster until the answer is there.
    func call<Request: KafkaRequest>(
        _ request: Request, version: Int16, limit: Duration = .seconds(60)
    ) throws -> Request.Response {
        let id = try send(request, version: version)
        cluster.run(limit: limit) { self.answeredIds.contains(id) }
        return try #require(try answer(id, Request.Response.self, version: version))
    }

    // MARK: Topics

    func createTopic(
        _ name: String, partitions: Int32 = 1, replicas: Int16 = 3, configs: [(String, String)] = []
    ) throws {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = replicas
        topic.configs = configs.map { name, value in
            var config = CreateTopicsRequest.CreatableTopicConfig()
            config.name = name
            config.value = value
            return config
        }
        try create(topic)
    }

    /// One partition whose replicas are given, the preferred leader first.
    func createTopic(_ name: String, on brokers: [BrokerID], configs: [(String, String)] = []) throws {
        var assignment = CreateTopicsRequest.CreatableReplicaAssignment()
        assignment.brokerIds = brokers
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = -1
        topic.replicationFactor = -1
        topic.assignments = [assignment]
        topic.configs = configs.map { name, value in
            var config = CreateTopicsRequest.CreatableTopicConfig()
            config.name = name
            config.value = value
            return config
        }
        try create(topic)
    }

    private func create(_ topic: CreateTopicsRequest.CreatableTopic) throws {
        var request = CreateTopicsRequest()
        request.topics = [topic]
        let response = try call(request, version: 7)
        #expect(response.topics.map(\.errorCode) == [.none])
        // Every broker learns of it by itself.
        let name = topic.name
        let cluster = cluster
        #expect(
            cluster.run(limit: .seconds(5)) {
                let partitions = cluster.image.topic(named: name)?.partitions ?? []
                return !partitions.isEmpty
                    && partitions.enumerated().allSatisfy { index, partition in
                        partition.replicas.allSatisfy { id in
                            cluster.replica(TopicPartition(topic: name, partition: Int32(index)), on: id) != nil
                        }
                    }
            })
    }

    func alter(_ resource: ConfigResource, _ name: String, _ value: String) throws {
        var config = IncrementalAlterConfigsRequest.AlterableConfig()
        config.name = name
        config.value = value
        var altered = IncrementalAlterConfigsRequest.AlterConfigsResource()
        altered.resourceType = resource.type
        altered.resourceName = resource.name
        altered.configs = [config]
        var request = IncrementalAlterConfigsRequest()
        request.resources = [altered]
        #expect(try call(request, version: 1).responses.map(\.errorCode) == [.none])
    }

    // MARK: Records

    func produceRequest(
        _ partition: TopicPartition, _ values: [String], acks: Int16 = -1, timeoutMs: Int32 = 30_000,
        producerId: Int64 = -1, producerEpoch: Int16 = -1, baseSequence: Int32 = -1
    ) throws -> ProduceRequest {
        var builder = RecordBatchBuilder(
            producerId: producerId, producerEpoch: producerEpoch, baseSequence: baseSequence)
        for value in values {
            try builder.append(
                key: nil, value: ByteBuffer(string: value), timestamp: cluster.now.wallClockMilliseconds)
        }
        var data = ProduceRequest.PartitionProduceData()
        data.index = partition.partition
        data.records = .bytes(try builder.build().bytes)
        var topic = ProduceRequest.TopicProduceData()
        topic.name = partition.topic
        topic.partitionData = [data]
        var request = ProduceRequest()
        request.acks = acks
        request.timeoutMs = timeoutMs
        request.topicData = [topic]
        return request
    }

    func produce(
        _ partition: TopicPartition, _ values: [String], acks: Int16 = -1, timeoutMs: Int32 = 30_000
    ) throws -> ProduceResponse.PartitionProduceResponse {
        let request = try produceRequest(partition, values, acks: acks, timeoutMs: timeoutMs)
        return try Self.only(try call(request, version: 11))
    }

    static func only(_ response: ProduceResponse) throws -> ProduceResponse.PartitionProduceResponse {
        try #require(response.responses.first?.partitionResponses.first)
    }

    func fetchRequest(
        _ partition: TopicPartition, from offset: Int64, maxWaitMs: Int32 = 0, minBytes: Int32 = 1,
        maxBytes: Int32 = 1 << 20
    ) -> FetchRequest {
        var wanted = FetchRequest.FetchPartition()
        wanted.partition = partition.partition
        wanted.fetchOffset = offset
        wanted.partitionMaxBytes = maxBytes
        var topic = FetchRequest.FetchTopic()
        topic.topic = partition.topic
        topic.partitions = [wanted]
        var request = FetchRequest()
        request.maxWaitMs = maxWaitMs
        request.minBytes = minBytes
        request.topics = [topic]
        return request
    }

    func fetch(
        _ partition: TopicPartition, from offset: Int64, maxWaitMs: Int32 = 0, minBytes: Int32 = 1
    ) throws -> FetchResponse.PartitionData {
        let request = fetchRequest(partition, from: offset, maxWaitMs: maxWaitMs, minBytes: minBytes)
        return try #require(try call(request, version: 12).responses.first?.partitions.first)
    }

    /// All values that a consumer can read.
    func values(_ partition: TopicPartition) throws -> [String] {
        var values: [String] = []
        var offset: Int64 = 0
        while true {
            let data = try fetch(partition, from: offset)
            try #require(data.errorCode == .none)
            let records = try Self.records(data)
            guard let last = records.last else { return values }
            values += records.map { $0.value.map { String(buffer: $0) } ?? "" }
            offset = last.offset + 1
        }
    }

    static func records(_ data: FetchResponse.PartitionData) throws -> [Record] {
        guard case .bytes(let bytes)? = data.records else { return [] }
        return try RecordBatches.all(in: bytes).flatMap { try $0.records() }
    }
}

extension TestCluster {
    func replica(_ partition: TopicPartition, on broker: BrokerID) -> ReplicaSnapshot? {
        snapshot(broker)?.replicas.first { $0.partition == partition }
    }

    func partition(_ partition: TopicPartition) -> PartitionImage? { image.partition(partition) }

    func leader(of partition: TopicPartition) -> BrokerID { image.partition(partition)?.leader ?? .none }

    /// Runs until another broker leads the partition and knows it.
    func awaitLeader(of partition: TopicPartition, otherThan former: BrokerID) -> BrokerID? {
        let found = run(limit: .seconds(10)) {
            let leader = self.leader(of: partition)
            return leader != former && leader != .none && self.replica(partition, on: leader)?.isLeader == true
        }
        return found ? leader(of: partition) : nil
    }

    func awaitISR(of partition: TopicPartition, _ isr: [BrokerID], limit: Duration = .seconds(60)) -> Bool {
        run(limit: limit) { self.partition(partition)?.isr.sorted() == isr }
    }
}
