import KafkaProtocol
import NIOCore
import Testing

@testable import KafkaBroker

/// The order of one connection: answers as asked, and only Produce passes a waiting Produce.
@Suite struct RequestQueueTests {
    private func frame(_ key: APIKey) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeInteger(key.rawValue)
        return frame
    }

    private func answer(_ text: String) -> Answer { Answer([.bytes(ByteBuffer(string: text))]) }

    @Test func `a Produce starts while another waits, and answers keep their order`() {
        // A producer with five requests in flight must not wait a round trip for each.
        var queue = RequestQueue()
        queue.arrived(frame(.produce))
        queue.arrived(frame(.produce))
        check(queue.startNext()?.sequence == 0)
        check(queue.startNext()?.sequence == 1)
        queue.answer(1, answer("second"))
        check(queue.takeAnswer() == nil)
        queue.answer(0, answer("first"))
        check(queue.takeAnswer() == answer("first"))
        check(queue.takeAnswer() == answer("second"))
        #expect(queue.isIdle)
    }

    @Test func `anything else waits until all before it are answered`() {
        // A client that sends Metadata after Produce expects to see what the Produce did.
        var queue = RequestQueue()
        queue.arrived(frame(.produce))
        queue.arrived(frame(.metadata))
        queue.arrived(frame(.produce))
        check(queue.startNext() != nil)
        check(queue.startNext() == nil)
        queue.answer(0, answer("produce"))
        check(queue.startNext() == nil)
        check(queue.takeAnswer() != nil)
        check(queue.startNext()?.sequence == 1)
        // A Produce does not pass what is not a Produce.
        check(queue.startNext() == nil)
        queue.answer(1, answer("metadata"))
        check(queue.takeAnswer() != nil)
        check(queue.startNext()?.sequence == 2)
    }

    @Test func `a fetch that waits holds back what comes after it`() throws {
        // In a live broker: the produce on the same connection is appended when the fetch was answered.
        let cluster = TestCluster(brokers: 1)
        let client = TestClient(cluster, 1)
        let orders = TopicPartition(topic: "orders", partition: 0)
        try client.createTopic("orders", replicas: 1)
        let fetch = try client.send(client.fetchRequest(orders, from: 0, maxWaitMs: 300), version: 12)
        let produce = try client.send(client.produceRequest(orders, ["a"], acks: 1), version: 11)
        cluster.run(for: .milliseconds(200))
        #expect(!client.answeredIds.contains(fetch))
        #expect(cluster.replica(orders, on: 1)?.logEndOffset == 0)
        cluster.run(for: .milliseconds(200))
        #expect(client.answeredIds.suffix(2) == [fetch, produce])
    }

    @Test func `a produce that waits for its followers does not stop the next`() throws {
        // Both are in the leader's log before either is answered.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        let orders = TopicPartition(topic: "orders", partition: 0)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.cut(1, 2)
        let before = client.answeredIds.count
        let first = try client.send(client.produceRequest(orders, ["b"]), version: 11)
        let second = try client.send(client.produceRequest(orders, ["c"]), version: 11)
        cluster.run(for: .milliseconds(100))
        #expect(cluster.replica(orders, on: 1)?.logEndOffset == 3)
        #expect(client.answeredIds.count == before)
        cluster.heal(1, 2)
        cluster.run(for: .seconds(1))
        #expect(client.answeredIds.suffix(2) == [first, second])
    }

    @Test func `acks=0 gets no answer, and an error closes the connection`() throws {
        // The producer cannot hear of an error; a closed connection makes it ask for metadata.
        let cluster = TestCluster(brokers: 1)
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", replicas: 1)
        let orders = TopicPartition(topic: "orders", partition: 0)
        let before = client.answers.count
        try client.send(client.produceRequest(orders, ["a"], acks: 0), version: 11)
        cluster.run(for: .milliseconds(50))
        #expect(cluster.replica(orders, on: 1)?.logEndOffset == 1)
        #expect(client.answers.count == before)
        // The driver hears that it is done: else it would stop reading after so many in flight.
        #expect(cluster.unanswered[client.connection] == 1)
        #expect(cluster.closed[client.connection] == nil)
        let nowhere = TopicPartition(topic: "nowhere", partition: 0)
        try client.send(client.produceRequest(nowhere, ["a"], acks: 0), version: 11)
        cluster.run(for: .milliseconds(50))
        #expect(cluster.closed[client.connection] != nil)
    }

    @Test func `a bad frame closes that connection and nothing else`() throws {
        // One client's nonsense is not the others' problem.
        let cluster = TestCluster(brokers: 1)
        let good = TestClient(cluster, 1)
        let bad = TestClient(cluster, 1)
        cluster.send(ByteBuffer(bytes: [0, 3, 0, 12, 0, 0, 0, 1, 0, 4, 1]), on: bad.connection)
        cluster.run(for: .milliseconds(10))
        #expect(cluster.closed[bad.connection] != nil)
        #expect(try good.call(MetadataRequest(), version: 12).brokers.count == 1)
    }

    @Test func `an unknown version of ApiVersions is answered in version 0`() throws {
        // Newer clients find out what this broker speaks (KIP-511).
        let cluster = TestCluster(brokers: 1)
        let client = TestClient(cluster, 1)
        var frame = ByteBuffer()
        frame.writeInteger(APIKey.apiVersions.rawValue)
        frame.writeInteger(Int16(99))
        frame.writeInteger(Int32(42))
        frame.writeInteger(Int16(-1))
        frame.writeInteger(UInt8(0))
        cluster.send(frame, on: client.connection)
        cluster.run(for: .milliseconds(10))
        let response = try #require(try client.answer(42, ApiVersionsResponse.self, version: 0))
        #expect(response.errorCode == .unsupportedVersion)
        #expect(response.apiKeys.map(\.apiKey) == [18])
    }

    @Test func `produce below version 3 is refused by its error code`() throws {
        // It is advertised from 0 so that librdkafka compresses, and records of that age are not stored.
        let cluster = TestCluster(brokers: 1)
        let client = TestClient(cluster, 1)
        let request = try client.produceRequest(TopicPartition(topic: "orders", partition: 0), ["a"], acks: 1)
        #expect(try TestClient.only(client.call(request, version: 2)).errorCode == .unsupportedVersion)
    }
}
