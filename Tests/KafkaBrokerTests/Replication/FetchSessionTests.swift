import KafkaProtocol
import KafkaStorage
import NIOCore
import OrderedCollections
import Testing

@testable import KafkaBroker

/// Fetch sessions: in the cache alone, and as a client sees them.
@Suite struct FetchSessionTests {
    let start = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)

    private func open(
        _ cache: inout FetchSessionCache, replica: BrokerID = .none, at seconds: Int64 = 0,
        _ generator: inout SeededGenerator
    ) -> Int32? {
        cache.open(
            partitions: [:], replica: replica, usesTopicIds: true, now: start + .seconds(seconds),
            using: &generator)?.id
    }

    @Test func `a full cache evicts only what has been idle for long enough`() {
        // Else many clients would push each other out in turn and all send full requests.
        var generator = SeededGenerator(seed: 1)
        var cache = FetchSessionCache(slots: 2, eviction: .seconds(120))
        let first = open(&cache, at: 0, &generator)
        let second = open(&cache, at: 100, &generator)
        check(open(&cache, at: 110, &generator) == nil)
        let third = open(&cache, at: 121, &generator)
        #expect(third != nil)
        #expect(cache[first ?? 0] == nil)
        #expect(cache[second ?? 0] != nil)
    }

    @Test func `a replica pushes a consumer out, never the other way round`() {
        // Replication must not suffer from many consumers.
        var generator = SeededGenerator(seed: 1)
        var cache = FetchSessionCache(slots: 1, eviction: .seconds(120))
        _ = open(&cache, &generator)
        let replica = open(&cache, replica: 2, at: 1, &generator)
        #expect(replica != nil)
        check(open(&cache, at: 2, &generator) == nil)
        #expect(cache.count == 1)
    }

    @Test func `after a divergence the high watermark is told again`() {
        // A follower that truncates takes no high watermark; untold, it stayed at 0 in a quiet partition (seed 892).
        let key = FetchKey(topicId: Uuid(high: 1, low: 1), topic: "", partition: 0)
        let wanted = FetchSessionPartition(
            fetchOffset: 157, currentLeaderEpoch: 6, lastFetchedEpoch: 4, logStartOffset: 0, maxBytes: 1)
        var session = FetchSession(id: 1, replica: 2, usesTopicIds: true, partitions: [key: wanted], now: start)
        var read = PartitionRead()
        read.highWatermark = 155
        read.logStartOffset = 0
        read.divergingEpoch = EpochEndOffset(leaderEpoch: 4, endOffset: 155)
        #expect(session.tell([key], [read]) == [true])
        read.divergingEpoch = nil
        #expect(session.tell([key], [read]) == [true])
        #expect(session.tell([key], [read]) == [false])
    }

    @Test func `a replica that opens another session has no former one`() {
        // It gives up fetches that wait, and never hears of the sessions that they opened: those would stay for ever.
        var generator = SeededGenerator(seed: 1)
        var cache = FetchSessionCache(slots: 9, eviction: .seconds(120))
        let consumer = open(&cache, &generator)
        let first = open(&cache, replica: 2, &generator)
        let other = open(&cache, replica: 3, &generator)
        let second = open(&cache, replica: 2, &generator)
        #expect(cache[first ?? 0] == nil)
        for id in [consumer, other, second] { #expect(cache[id ?? 0] != nil) }
    }

    @Test func `records of a topic that is gone are not served as those of its successor`() throws {
        // The metadata of both come at once, and replicas are taken away one by one: in between the name led to an old
        // log by the new topic's id.
        let cluster = TestCluster(brokers: 1)
        try TestClient(cluster, 1).createTopic("orders", partitions: 1, replicas: 1)
        var broker = try #require(cluster.broker(1))
        var removal = RemoveTopicRecord()
        removal.topicId = try #require(cluster.image.topicId("orders"))
        var topic = TopicRecord()
        topic.name = "orders"
        topic.topicId = Uuid(high: 8, low: 8)
        var partition = PartitionRecord()
        partition.partitionId = 0
        partition.topicId = topic.topicId
        partition.replicas = [1]
        partition.isr = [1]
        partition.leader = 1
        partition.directories = [.zero]
        var builder = RecordBatchBuilder(baseOffset: broker.image.offset + 1, partitionLeaderEpoch: 1)
        for record in [MetadataRecord.removeTopic(removal), .topic(topic), .partition(partition)] {
            try builder.append(key: nil, value: try record.encode(), timestamp: 1)
        }
        _ = try broker.image.replay(try builder.build())
        let wanted = FetchSessionPartition(
            fetchOffset: 0, currentLeaderEpoch: -1, lastFetchedEpoch: -1, logStartOffset: -1, maxBytes: 1)
        func error(_ id: Uuid) -> ErrorCode {
            broker.target(FetchKey(topicId: id, topic: "", partition: 0), wanted, usesTopicIds: true).error
        }
        #expect(error(topic.topicId) == .inconsistentTopicId)
        #expect(error(removal.topicId) == .unknownTopicId)
    }

    @Test func `a session is told what is new and nothing else`() throws {
        // That is what sessions are for: thousands of idle partitions cost nothing.
        let cluster = TestCluster(brokers: 1)
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", partitions: 2, replicas: 1)
        let id = try #require(cluster.image.topicId("orders"))
        var topic = FetchRequest.FetchTopic()
        topic.topicId = id
        topic.partitions = (0..<2 as Range<Int32>).map { index in
            var wanted = FetchRequest.FetchPartition()
            wanted.partition = index
            wanted.partitionMaxBytes = 1 << 20
            return wanted
        }
        var request = FetchRequest()
        request.sessionEpoch = 0
        request.topics = [topic]
        let full = try client.call(request, version: 17)
        #expect(full.sessionId != 0)
        #expect(full.responses.flatMap(\.partitions).map(\.partitionIndex) == [0, 1])

        request.sessionId = full.sessionId
        request.sessionEpoch = 1
        request.topics = []
        #expect(try client.call(request, version: 17).responses.isEmpty)

        #expect(try client.produce(TopicPartition(topic: "orders", partition: 1), ["a"], acks: 1).errorCode == .none)
        request.sessionEpoch = 2
        let news = try client.call(request, version: 17)
        #expect(news.responses.flatMap(\.partitions).map(\.partitionIndex) == [1])
        #expect(news.responses.first?.partitions.first?.highWatermark == 1)

        // The same epoch again is one that the broker has left behind.
        #expect(try client.call(request, version: 17).errorCode == .invalidFetchSessionEpoch)
        request.sessionId = full.sessionId &+ 1
        #expect(try client.call(request, version: 17).errorCode == .fetchSessionIdNotFound)
        request.sessionId = full.sessionId
        request.sessionEpoch = -1
        #expect(try client.call(request, version: 17).sessionId == 0)
        request.sessionEpoch = 3
        #expect(try client.call(request, version: 17).errorCode == .fetchSessionIdNotFound)
    }
}
