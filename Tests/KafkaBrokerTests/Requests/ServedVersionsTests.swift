import KafkaProtocol
import NIOCore
import Testing

@testable import KafkaBroker

/// Every version that ApiVersions advertises is answered, with fields set that some versions lack.
@Suite struct ServedVersionsTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    private func cluster() throws -> (TestCluster, TestClient) {
        let cluster = TestCluster(brokers: 1)
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", replicas: 1)
        #expect(try client.produce(orders, ["a"], acks: 1).errorCode == .none)
        return (cluster, client)
    }

    @Test(arguments: Array(Int16(3)...11))
    func `Produce`(_ version: Int16) throws {
        let (_, client) = try cluster()
        let request = try client.produceRequest(orders, ["b"], acks: 1)
        #expect(try TestClient.only(client.call(request, version: version)).baseOffset == 1)
        // zstd came with version 7.
        var packed = RecordBatchBuilder(compression: .zstd)
        try packed.append(key: nil, value: ByteBuffer(string: "c"), timestamp: 1)
        var zstd = request
        zstd.topicData[0].partitionData[0].records = .bytes(try packed.build().bytes)
        #expect(
            try TestClient.only(client.call(zstd, version: version)).errorCode
                == (version < 7 ? .unsupportedCompressionType : .none))
        // A batch of a transaction that nobody could end.
        var open = RecordBatchBuilder(producerId: 1, producerEpoch: 0, baseSequence: 0, isTransactional: true)
        try open.append(key: nil, value: ByteBuffer(string: "d"), timestamp: 1)
        var transactional = request
        transactional.topicData[0].partitionData[0].records = .bytes(try open.build().bytes)
        #expect(try TestClient.only(client.call(transactional, version: version)).errorCode == .invalidTxnState)
        let nowhere = try client.produceRequest(TopicPartition(topic: "nowhere", partition: 0), ["b"], acks: 1)
        #expect(try TestClient.only(client.call(nowhere, version: version)).errorCode == .unknownTopicOrPartition)
    }

    @Test(arguments: Array(Int16(4)...17))
    func `Fetch`(_ version: Int16) throws {
        let (cluster, client) = try cluster()
        var request = client.fetchRequest(orders, from: 0)
        request.topics[0].topicId = try #require(cluster.image.topicId("orders"))
        let data = try #require(try client.call(request, version: version).responses.first?.partitions.first)
        #expect(try TestClient.records(data).count == 1)
        #expect(data.highWatermark == 1)
        request.topics[0].partitions[0].fetchOffset = 99
        let beyond = try #require(try client.call(request, version: version).responses.first?.partitions.first)
        #expect(beyond.errorCode == .offsetOutOfRange)
    }

    @Test(arguments: Array(Int16(1)...9))
    func `ListOffsets`(_ version: Int16) throws {
        let (_, client) = try cluster()
        for (timestamp, offset) in [(-1, 1), (-2, 0), (0, 0)] as [(Int64, Int64)] {
            var wanted = ListOffsetsRequest.ListOffsetsPartition()
            wanted.timestamp = timestamp
            var topic = ListOffsetsRequest.ListOffsetsTopic()
            topic.name = "orders"
            topic.partitions = [wanted]
            var request = ListOffsetsRequest()
            request.replicaId = .none
            request.topics = [topic]
            #expect(try client.call(request, version: version).topics.first?.partitions.first?.offset == offset)
        }
    }

    @Test(arguments: Array(Int16(0)...12))
    func `Metadata`(_ version: Int16) throws {
        let (_, client) = try cluster()
        var request = MetadataRequest()
        request.topics = version == 0 ? [] : nil
        let all = try client.call(request, version: version)
        #expect(all.topics.map(\.name) == ["orders"])
        #expect(all.brokers.map(\.port) == [9092])
        var named = MetadataRequest.MetadataRequestTopic()
        named.name = "orders"
        request.topics = [named]
        #expect(try client.call(request, version: version).topics.first?.partitions.first?.leaderId == 1)
    }

    @Test(arguments: Array(Int16(0)...6))
    func `FindCoordinator`(_ version: Int16) throws {
        let (cluster, client) = try cluster()
        var request = FindCoordinatorRequest()
        if version >= 4 { request.coordinatorKeys = ["billing"] } else { request.key = "billing" }
        _ = try client.call(request, version: version)
        cluster.run(for: .milliseconds(200))
        let found = try client.call(request, version: version)
        #expect((version >= 4 ? found.coordinators.first?.errorCode : found.errorCode) == ErrorCode.none)
        #expect((version >= 4 ? found.coordinators.first?.port : found.port) == 9092)
    }

    @Test(arguments: Array(Int16(0)...4))
    func `ApiVersions`(_ version: Int16) throws {
        let (_, client) = try cluster()
        let response = try client.call(ApiVersionsRequest(), version: version)
        #expect(response.apiKeys.map(\.apiKey) == ServedAPIs.all.map(\.key.rawValue))
    }

    @Test(arguments: Array(Int16(0)...5))
    func `InitProducerId`(_ version: Int16) throws {
        let (_, client) = try cluster()
        var request = InitProducerIdRequest()
        request.transactionalId = nil
        let first = try client.call(request, version: version)
        let second = try client.call(request, version: version)
        #expect(first.errorCode == .none)
        #expect(second.producerId == first.producerId + 1)
    }

    @Test(arguments: Array(Int16(1)...6))
    func `transactions are refused for good`(_ version: Int16) throws {
        // Told that the coordinator is not available yet, the Java client asks for a minute, its AdminClient without a rest.
        let (_, client) = try cluster()
        var find = FindCoordinatorRequest()
        find.keyType = 1
        if version >= 4 { find.coordinatorKeys = ["tx"] } else { find.key = "tx" }
        let found = try client.call(find, version: version)
        let error = version >= 4 ? found.coordinators.first?.errorCode : found.errorCode
        #expect(error == .transactionalIdAuthorizationFailed)
        #expect((version >= 4 ? found.coordinators.first?.errorMessage : found.errorMessage)?.isEmpty == false)
        var request = InitProducerIdRequest()
        request.transactionalId = "tx"
        #expect(try client.call(request, version: 5).errorCode == .transactionalIdAuthorizationFailed)
    }

    @Test(arguments: Array(Int16(2)...4))
    func `OffsetForLeaderEpoch`(_ version: Int16) throws {
        let (cluster, client) = try cluster()
        var wanted = OffsetForLeaderEpochRequest.OffsetForLeaderPartition()
        wanted.leaderEpoch = try #require(cluster.partition(orders)?.leaderEpoch)
        var topic = OffsetForLeaderEpochRequest.OffsetForLeaderTopic()
        topic.topic = "orders"
        topic.partitions = [wanted]
        var request = OffsetForLeaderEpochRequest()
        request.replicaId = .none
        request.topics = [topic]
        #expect(try client.call(request, version: version).topics.first?.partitions.first?.endOffset == 1)
    }

    @Test(arguments: Array(Int16(0)...4))
    func `DescribeConfigs`(_ version: Int16) throws {
        let (_, client) = try cluster()
        for (type, name) in [(2, "orders"), (4, "1"), (4, "")] as [(Int8, String)] {
            var resource = DescribeConfigsRequest.DescribeConfigsResource()
            resource.resourceType = type
            resource.resourceName = name
            resource.configurationKeys = nil
            var request = DescribeConfigsRequest()
            request.resources = [resource]
            request.includeSynonyms = version >= 1
            request.includeDocumentation = version >= 3
            let result = try #require(try client.call(request, version: version).results.first)
            #expect(result.errorCode == .none)
            #expect(result.configs.isEmpty == name.isEmpty)
            // No name at all means all, as null does.
            request.resources[0].configurationKeys = []
            #expect(try client.call(request, version: version).results.first == result)
        }
    }

    @Test func `a broker tells its own place among its settings`() throws {
        // A setting that is shown is the one that is in force.
        let (_, client) = try cluster()
        var resource = DescribeConfigsRequest.DescribeConfigsResource()
        resource.resourceType = 4
        resource.resourceName = "1"
        resource.configurationKeys = ["node.id", "advertised.listeners"]
        var request = DescribeConfigsRequest()
        request.resources = [resource]
        let configs = try #require(try client.call(request, version: 4).results.first?.configs)
        #expect(configs.map(\.name) == ["advertised.listeners", "node.id"])
        #expect(configs.map(\.value) == ["PLAINTEXT://localhost:9092", "1"])
    }

    @Test(arguments: Array(Int16(0)...4))
    func `DescribeLogDirs`(_ version: Int16) throws {
        let (_, client) = try cluster()
        var request = DescribeLogDirsRequest()
        request.topics = nil
        let topics = try client.call(request, version: version).results.first?.topics
        #expect(topics?.map(\.name) == ["orders"])
        #expect(try #require(topics?.first?.partitions.first?.partitionSize) > 0)
    }

    @Test(arguments: [Int16(0)])
    func `DescribeProducers`(_ version: Int16) throws {
        let (_, client) = try cluster()
        let batch = try client.produceRequest(
            orders, ["b", "c"], acks: 1, producerId: 1000, producerEpoch: 3, baseSequence: 0)
        _ = try client.call(batch, version: 11)
        var topic = DescribeProducersRequest.TopicRequest()
        topic.name = "orders"
        topic.partitionIndexes = [0, 7]
        var request = DescribeProducersRequest()
        request.topics = [topic]
        let partitions = try #require(try client.call(request, version: version).topics.first?.partitions)
        #expect(partitions.map(\.errorCode) == [.none, .unknownTopicOrPartition])
        let producer = try #require(partitions[0].activeProducers.first)
        #expect(partitions[0].activeProducers.count == 1)
        #expect(producer.producerId == 1000 && producer.producerEpoch == 3 && producer.lastSequence == 1)
        #expect(producer.lastTimestamp > 0 && producer.coordinatorEpoch == -1 && producer.currentTxnStartOffset == -1)
    }

    @Test(arguments: Array(Int16(0)...1))
    func `DescribeCluster`(_ version: Int16) throws {
        let (_, client) = try cluster()
        let response = try client.call(DescribeClusterRequest(), version: version)
        #expect(response.controllerId == 1)
        #expect(response.brokers.map(\.host) == ["localhost"])
        #expect(response.clusterAuthorizedOperations == .min)
    }

    @Test func `who asks what it may do is told that it may do everything`() throws {
        // Without an authorizer Kafka tells all operations that a resource has. Consoles grey out what is missing.
        let (cluster, client) = try cluster()
        var metadata = MetadataRequest()
        metadata.topics = nil
        metadata.includeTopicAuthorizedOperations = true
        metadata.includeClusterAuthorizedOperations = true
        let described = try client.call(metadata, version: 8)
        #expect(described.topics.map(\.topicAuthorizedOperations) == [0b1101_1111_1000])
        #expect(described.clusterAuthorizedOperations == 0b1_1111_1010_0000)
        metadata.includeClusterAuthorizedOperations = false
        #expect(try client.call(metadata, version: 12).topics.map(\.topicAuthorizedOperations) == [0b1101_1111_1000])
        var brokers = DescribeClusterRequest()
        brokers.includeClusterAuthorizedOperations = true
        #expect(try client.call(brokers, version: 1).clusterAuthorizedOperations == 0b1_1111_1010_0000)
        var find = FindCoordinatorRequest()
        find.coordinatorKeys = ["billing"]
        _ = try client.call(find, version: 6)
        cluster.run(for: .milliseconds(200))
        var groups = DescribeGroupsRequest()
        groups.groups = ["billing"]
        #expect(try client.call(groups, version: 5).groups.map(\.authorizedOperations) == [.min])
        groups.includeAuthorizedOperations = true
        #expect(try client.call(groups, version: 5).groups.map(\.authorizedOperations) == [0b1_0100_1000])
    }

    @Test(arguments: Array(Int16(0)...7))
    func `CreateTopics, passed on`(_ version: Int16) throws {
        let (_, client) = try cluster()
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = "new"
        topic.numPartitions = 2
        topic.replicationFactor = 1
        var request = CreateTopicsRequest()
        request.topics = [topic]
        #expect(try client.call(request, version: version).topics.map(\.errorCode) == [.none])
    }

    @Test(arguments: Array(Int16(0)...6))
    func `DeleteTopics, passed on`(_ version: Int16) throws {
        let (_, client) = try cluster()
        var request = DeleteTopicsRequest()
        if version >= 6 {
            var state = DeleteTopicsRequest.DeleteTopicState()
            state.name = "orders"
            request.topics = [state]
        } else {
            request.topicNames = ["orders"]
        }
        #expect(try client.call(request, version: version).responses.map(\.errorCode) == [.none])
    }

    @Test func `administration without a controller times out`() throws {
        // The client is told so in the API's own answer, after the broker's request.timeout.ms.
        let (cluster, client) = try cluster()
        cluster.kill(TestCluster.controllerID)
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = "new"
        topic.numPartitions = 1
        topic.replicationFactor = 1
        var request = CreateTopicsRequest()
        request.topics = [topic]
        let start = cluster.now
        #expect(try client.call(request, version: 7).topics.map(\.errorCode) == [.requestTimedOut])
        #expect(cluster.now - start >= .seconds(30))
    }
}
