import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

@testable import Simulator

/// A prober against answers by hand.
@Suite struct SimulatedProberTests {
    private func cluster(_ seed: UInt64 = 1) -> ScriptedCluster<SimulatedProber> {
        let network = NetworkSettings(name: "prober", number: 5, seed: seed, bootstrap: [1])
        let prober = SimulatedProber(
            topics: ["orders"], group: "readers", isKeyed: true, interval: .milliseconds(10), network: network)
        return ScriptedCluster(prober)
    }

    /// Answers whatever comes, by what a batch deserves (`isHonest`) or by taking everything, and hands back all batches.
    private func play(
        isHonest: Bool, seconds: Int = 6
    ) throws -> (batches: [RecordBatch], cluster: ScriptedCluster<SimulatedProber>) {
        var cluster = cluster()
        var batches: [RecordBatch] = []
        try cluster.step(.deadlineReached)
        for _ in 0..<(seconds * 100) {
            try cluster.run(for: .milliseconds(10))
            while let request = cluster.requests.first {
                switch request.header.requestApiKey {
                case .initProducerId:
                    var answer = InitProducerIdResponse()
                    answer.producerId = 9
                    answer.producerEpoch = 0
                    try cluster.answer(request, answer)
                case .produce:
                    let produced = try request.read(ProduceRequest.self)
                    let data = try #require(produced.topicData.first?.partitionData.first)
                    guard case .bytes(let bytes)? = data.records else { throw Missing() }
                    let batch = try RecordBatch(bytes)
                    let isWhole = (try? batch.validate()) != nil
                    if isWhole { batches.append(batch) }
                    var result = ProduceResponse.PartitionProduceResponse()
                    result.index = data.index
                    result.errorCode = isWhole || !isHonest ? .none : .corruptMessage
                    var topic = ProduceResponse.TopicProduceResponse()
                    topic.name = "orders"
                    topic.partitionResponses = [result]
                    var answer = ProduceResponse()
                    answer.responses = [topic]
                    try cluster.answer(request, answer)
                case .fetch:
                    let asked = try request.read(FetchRequest.self)
                    var partition = FetchResponse.PartitionData()
                    partition.partitionIndex = asked.topics.first?.partitions.first?.partition ?? 0
                    partition.errorCode = isHonest ? .unknownLeaderEpoch : .none
                    var topic = FetchResponse.FetchableTopicResponse()
                    topic.topicId = cluster.topicId
                    topic.partitions = [partition]
                    var answer = FetchResponse()
                    answer.responses = [topic]
                    if asked.sessionEpoch >= 0 { answer.sessionId = 7 }
                    if asked.sessionEpoch > 0, isHonest { answer.errorCode = .invalidFetchSessionEpoch }
                    try cluster.answer(request, answer)
                case .offsetCommit:
                    var partition = OffsetCommitResponse.OffsetCommitResponsePartition()
                    partition.errorCode = isHonest ? .unknownMemberId : .none
                    var topic = OffsetCommitResponse.OffsetCommitResponseTopic()
                    topic.name = "orders"
                    topic.partitions = [partition]
                    var answer = OffsetCommitResponse()
                    answer.topics = [topic]
                    try cluster.answer(request, answer)
                default: throw Missing()
                }
            }
        }
        return (batches, cluster)
    }

    private struct Missing: Error {}

    private func accusations(_ notes: [ClientNote]) -> Set<String> {
        Set(
            notes.compactMap { note in
                guard case .wronglyAccepted(_, let what) = note else { return nil }
                return what.split(separator: " ").first.map(String.init)
            })
    }

    @Test func `a cluster that takes everything is accused, one that refuses what it must is not`() throws {
        // An accusation ends a run: it must be certain, and it must come.
        #expect(accusations(try play(isHonest: true).cluster.notes) == [])
        #expect(
            accusations(try play(isHonest: false).cluster.notes)
                == ["futureLeader", "damaged", "noMember", "oldSession"])
    }

    @Test func `a prober repeats what was taken, and writes in an epoch that is over`() throws {
        // Where the oracle judges, the prober must still ask.
        let (batches, _) = try play(isHonest: true)
        let pairs = zip(batches, batches.dropFirst())
        #expect(pairs.contains { $0.bytes == $1.bytes })
        #expect(pairs.contains { $0.header.producerEpoch > $1.header.producerEpoch && $1.header.producerEpoch >= 0 })
        #expect(
            pairs.contains {
                $0.header.producerEpoch == $1.header.producerEpoch
                    && $1.header.baseSequence > $0.header.baseSequence + 1
            })
    }

    @Test func `a prober comes to rest when it is told to`() throws {
        // It must not keep a run from its end.
        var cluster = try play(isHonest: true, seconds: 1).cluster
        cluster.client.finish()
        try cluster.run(for: .seconds(10))
        #expect(cluster.client.isDone)
    }
}
