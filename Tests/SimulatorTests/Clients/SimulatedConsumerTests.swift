import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

@testable import Simulator

/// A consumer against answers by hand.
@Suite struct SimulatedConsumerTests {
    private func cluster(metadataMaxAge: Duration = .seconds(5)) -> ScriptedCluster<SimulatedConsumer> {
        var network = NetworkSettings(name: "consumer", number: 4, seed: 4, bootstrap: [1])
        network.metadataMaxAge = metadataMaxAge
        var cluster = ScriptedCluster(SimulatedConsumer(topics: ["orders"], FetchSettings(), network: network))
        cluster.leaders = [(1, 3)]
        return cluster
    }

    private func answerOffset(
        _ offset: Int64, _ cluster: inout ScriptedCluster<SimulatedConsumer>
    ) throws {
        let (request, asked) = try cluster.next(ListOffsetsRequest.self)
        #expect(asked.topics.first?.partitions.first?.timestamp == -2)
        var partition = ListOffsetsResponse.ListOffsetsPartitionResponse()
        partition.partitionIndex = 0
        partition.offset = offset
        partition.leaderEpoch = 3
        var topic = ListOffsetsResponse.ListOffsetsTopicResponse()
        topic.name = "orders"
        topic.partitions = [partition]
        var answer = ListOffsetsResponse()
        answer.topics = [topic]
        try cluster.answer(request, answer)
    }

    private func answer(
        _ request: ScriptedCluster<SimulatedConsumer>.Request, _ bytes: ByteBuffer?, error: ErrorCode = .none,
        of topicId: Uuid? = nil, session: Int32 = 0, _ cluster: inout ScriptedCluster<SimulatedConsumer>
    ) throws {
        var partition = FetchResponse.PartitionData()
        partition.errorCode = error
        partition.highWatermark = 9
        partition.records = bytes.map { .bytes($0) }
        var topic = FetchResponse.FetchableTopicResponse()
        topic.topicId = topicId ?? cluster.topicId
        topic.partitions = [partition]
        var answer = FetchResponse()
        answer.sessionId = session
        answer.responses = [topic]
        try cluster.answer(request, answer)
    }

    private func batch(at offset: Int64) throws -> ByteBuffer {
        var builder = RecordBatchBuilder(baseOffset: offset, partitionLeaderEpoch: 3)
        try builder.append(key: nil, value: ByteBuffer(string: "record \(offset)"), timestamp: 1)
        return try builder.build().bytes
    }

    @Test func `a topic that was made anew is read from its start`() throws {
        // An offset of the former topic would skip what the new one holds, and its leader epoch would be refused for ever.
        var cluster = cluster()
        try cluster.step(.deadlineReached)
        try answerOffset(5, &cluster)
        let (first, asked) = try cluster.next(FetchRequest.self)
        #expect(asked.topics.first?.partitions.first?.fetchOffset == 5)
        try answer(first, batch(at: 5), &cluster)
        let (second, _) = try cluster.next(FetchRequest.self)
        cluster.topicId = Uuid(high: 8, low: 8)
        cluster.leaders = [(1, 0)]
        try answer(second, nil, error: .unknownTopicId, &cluster)
        try answerOffset(0, &cluster)
        let (_, again) = try cluster.next(FetchRequest.self)
        #expect(again.topics.first?.topicId == cluster.topicId)
        #expect(again.topics.first?.partitions.first?.fetchOffset == 0)
        #expect(again.topics.first?.partitions.first?.currentLeaderEpoch == 0)
        let resets = cluster.notes.filter { if case .positionReset(_, _, 6, 0, _) = $0 { true } else { false } }
        #expect(resets.count == 1)
    }

    @Test func `an answer about a topic that was made anew meanwhile does not say that all is read`() throws {
        // Seed 2127715: the consumer took the refusal of the old topic's id for an answer that leaves out what has not
        // changed, and said that the new topic's leader withholds what lies before the old one's high watermark.
        var cluster = cluster(metadataMaxAge: .seconds(1))
        try cluster.step(.deadlineReached)
        try answerOffset(0, &cluster)
        cluster.client.finish()
        let (first, _) = try cluster.next(FetchRequest.self)
        try answer(first, batch(at: 0), session: 7, &cluster)
        let (second, _) = try cluster.next(FetchRequest.self)
        // The new topic's metadata lies before the answer to the last fetch of the old one.
        cluster.holdsMetadata = true
        let (metadata, _) = try cluster.next(MetadataRequest.self)
        try answer(second, batch(at: 1), session: 7, &cluster)
        let (third, asked) = try cluster.next(FetchRequest.self)
        #expect(asked.sessionEpoch > 0)
        let former = cluster.topicId
        cluster.topicId = Uuid(high: 8, low: 8)
        cluster.leaders = [(1, 0)]
        try cluster.answerMetadata(metadata)
        try answer(third, nil, error: .unknownTopicId, of: former, session: 7, &cluster)
        #expect(!cluster.notes.contains { if case .foundNothing = $0 { true } else { false } })
        #expect(!cluster.notes.contains { if case .unexpected = $0 { true } else { false } })
        #expect(!cluster.client.isDone)
        try answerOffset(0, &cluster)
    }

    @Test func `a batch whose checksum is wrong is not handed on, and after some tries stepped over`() throws {
        // Brokers serve what lies in their logs; another leader may have the batch whole.
        var cluster = cluster()
        try cluster.step(.deadlineReached)
        try answerOffset(0, &cluster)
        var damaged = try batch(at: 0)
        let last = damaged.writerIndex - 1
        damaged.setInteger(damaged.getInteger(at: last, as: UInt8.self)! ^ 1, at: last)
        for _ in 0..<8 {
            let (request, asked) = try cluster.next(FetchRequest.self, within: .seconds(20))
            #expect(asked.topics.first?.partitions.first?.fetchOffset ?? 0 == 0)
            try answer(request, damaged, &cluster)
        }
        #expect(cluster.notes.count { if case .corrupt = $0 { true } else { false } } == 8)
        #expect(!cluster.notes.contains { if case .delivered = $0 { true } else { false } })
        #expect(
            cluster.notes.contains {
                if case .positionReset(_, _, 0, 1, "a corrupt batch") = $0 { true } else { false }
            })
    }
}
