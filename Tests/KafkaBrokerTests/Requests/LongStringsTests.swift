import KafkaProtocol
import NIOCore
import Testing

@testable import KafkaBroker

/// What a client may write in a string reaches names, messages and records that klamm writes itself: none may be too long for
/// it, or one client ends all brokers.
@Suite struct LongStringsTests {
    /// All that clients may ask.
    private static let types: [any KafkaRequest.Type] = [
        ProduceRequest.self, FetchRequest.self, ListOffsetsRequest.self, MetadataRequest.self, OffsetCommitRequest.self,
        OffsetFetchRequest.self, FindCoordinatorRequest.self, JoinGroupRequest.self, HeartbeatRequest.self,
        LeaveGroupRequest.self, SyncGroupRequest.self, DescribeGroupsRequest.self, ListGroupsRequest.self,
        ApiVersionsRequest.self, CreateTopicsRequest.self, DeleteTopicsRequest.self, DeleteRecordsRequest.self,
        InitProducerIdRequest.self, OffsetForLeaderEpochRequest.self, DescribeConfigsRequest.self,
        AlterConfigsRequest.self, DescribeLogDirsRequest.self, CreatePartitionsRequest.self, DeleteGroupsRequest.self,
        ElectLeadersRequest.self, IncrementalAlterConfigsRequest.self, AlterPartitionReassignmentsRequest.self,
        ListPartitionReassignmentsRequest.self, OffsetDeleteRequest.self, DescribeQuorumRequest.self,
        DescribeClusterRequest.self, DescribeProducersRequest.self, UnregisterBrokerRequest.self,
    ]

    /// A frame for each string of the request, with this text in it, in the first version and the last.
    private static func frames<Request: KafkaRequest>(
        _ type: Request.Type, _ text: String
    ) throws -> [ByteBuffer] {
        var frames: [ByteBuffer] = []
        for version in Set([Request.versions.lowerBound, Request.versions.upperBound]).sorted() {
            var special = 0
            while true {
                var filler = Filler(version: version, special: special, text: text)
                var request = Request()
                try request.code(with: &filler, version: version)
                guard special < filler.strings else { break }
                frames.append(try RequestFrame.encode(request, version: version, correlationId: 1, clientId: "test"))
                special += 1
            }
            // The client's own name, too.
            var filler = Filler(version: version, special: -1, text: text)
            var request = Request()
            try request.code(with: &filler, version: version)
            frames.append(try RequestFrame.encode(request, version: version, correlationId: 1, clientId: text))
        }
        return frames
    }

    private static func expectLife(_ cluster: TestCluster, _ what: String) throws {
        let client = TestClient(cluster, 1)
        try client.createTopic("after-\(what.lowercased())", replicas: 1)
    }

    @Test(arguments: Self.types.indices)
    func `the longest string that can be sent is answered, or its connection is closed`(_ index: Int) throws {
        let cluster = TestCluster(brokers: 1)
        try TestClient(cluster, 1).createTopic("orders", replicas: 1)
        let text = String(repeating: "x", count: Int(Int16.max))
        for frame in try Self.frames(Self.types[index], text) {
            let connection = cluster.connect(to: 1)
            cluster.send(frame, on: connection)
            let isOver = cluster.run(limit: .seconds(20)) {
                cluster.answers[connection] != nil || cluster.closed[connection] != nil
            }
            // A newcomer to a group may wait for the group's others, and a fetch for records.
            #expect(isOver || [.joinGroup, .fetch].contains(Self.types[index].apiKey))
        }
        try Self.expectLife(cluster, "\(Self.types[index])")
    }

    @Test(arguments: Self.types.indices)
    func `bytes that are no UTF-8 and grow as they are mended close their connection`(_ index: Int) throws {
        let cluster = TestCluster(brokers: 1)
        try TestClient(cluster, 1).createTopic("orders", replicas: 1)
        let text = String(repeating: "~", count: 20_000)
        for frame in try Self.frames(Self.types[index], text) {
            let connection = cluster.connect(to: 1)
            let broken = ByteBuffer(bytes: frame.readableBytesView.map { $0 == UInt8(ascii: "~") ? 0xFF : $0 })
            cluster.send(broken, on: connection)
            #expect(cluster.run(limit: .seconds(20)) { cluster.closed[connection] != nil })
        }
        try Self.expectLife(cluster, "\(Self.types[index])")
    }

    @Test func `a setting that would outgrow its record is refused, and controllers go on`() throws {
        // A throttle of a large topic, put together by APPEND.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders")
        func change(_ range: Range<Int>, _ operation: Int8) throws -> ErrorCode? {
            var config = IncrementalAlterConfigsRequest.AlterableConfig()
            config.name = "leader.replication.throttled.replicas"
            config.configOperation = operation
            config.value = range.map { "\($0):1" }.joined(separator: ",")
            var altered = IncrementalAlterConfigsRequest.AlterConfigsResource()
            altered.resourceType = 2
            altered.resourceName = "orders"
            altered.configs = [config]
            var request = IncrementalAlterConfigsRequest()
            request.resources = [altered]
            return try client.call(request, version: 1).responses.first?.errorCode
        }
        #expect(try change(10_000..<12_500, 0) == ErrorCode.none)
        #expect(try change(12_500..<15_000, 2) == .invalidConfig)
        #expect(try change(12_500..<12_600, 2) == ErrorCode.none)
        try client.createTopic("others")
    }
}
