import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

@testable import Simulator

/// A consumer against answers by hand.
@Suite struct SimulatedConsumerTests {
    private func cluster() -> ScriptedCluster<SimulatedConsumer> {
        let network = NetworkSettings(name: "consumer", number: 4, seed: 4, bootstrap: [1])
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
        _ cluster: inout ScriptedCluster<SimulatedConsumer>
    ) throws {
        var partition = FetchResponse.PartitionData()
        partition.errorCode = error
        partition.highWatermark = 9
        partition.records = bytes.map { .bytes($0) }
        var topic = FetchResponse.FetchableTopicResponse()
        topic.topicId = cluster.topicId
        topic.partitions = [partition]
        var answer = FetchResponse()
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
