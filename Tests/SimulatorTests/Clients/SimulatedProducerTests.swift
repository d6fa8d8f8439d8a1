import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

@testable import Simulator

struct SimulatedProducerTests {
    private func producer(
        dialect: ClientDialect = .java, _ change: (inout ProducerSettings) -> Void = { _ in }
    ) -> ScriptedCluster<SimulatedProducer> {
        var settings = ProducerSettings(topics: ["orders"])
        settings.recordsPerBurst = 1...1
        settings.recordsPerBatch = 1
        change(&settings)
        var network = NetworkSettings(name: "p1", number: 7, seed: 3, bootstrap: [1, 2])
        network.dialect = dialect
        var cluster = ScriptedCluster(SimulatedProducer(settings, network: network))
        cluster.leaders = [(1, 0)]
        return cluster
    }

    private func response(_ error: ErrorCode, offset: Int64 = -1) -> ProduceResponse {
        var partition = ProduceResponse.PartitionProduceResponse()
        partition.errorCode = error
        partition.baseOffset = offset
        var topic = ProduceResponse.TopicProduceResponse()
        topic.name = "orders"
        topic.partitionResponses = [partition]
        var response = ProduceResponse()
        response.responses = [topic]
        return response
    }

    private func giveIdentity(_ cluster: inout ScriptedCluster<SimulatedProducer>, id: Int64) throws {
        let (request, _) = try cluster.next(InitProducerIdRequest.self)
        var response = InitProducerIdResponse()
        response.producerId = id
        try cluster.answer(request, response)
    }

    private func batch(_ request: ProduceRequest) throws -> RecordBatch {
        guard case .bytes(let bytes)? = request.topicData.first?.partitionData.first?.records else {
            throw RecordError.noRecords
        }
        return try RecordBatch(bytes)
    }

    private func values(_ request: ProduceRequest) throws -> [String] {
        var reader = try batch(request).reader()
        var values: [String] = []
        while let record = try reader.next() { values.append(String(buffer: record.value ?? ByteBuffer())) }
        return values
    }

    @Test(arguments: ClientDialect.allCases)
    func `a record is noted when it is made and when it is confirmed`(dialect: ClientDialect) throws {
        // The oracle's account of a record begins and ends with these two notes.
        var cluster = producer(dialect: dialect) { $0.isIdempotent = false }
        let (request, produce) = try cluster.next(ProduceRequest.self)
        let record = try #require(try values(produce).first)
        try cluster.answer(request, response(.none, offset: 17))
        let partition = TopicPartition(topic: "orders", partition: 0)
        #expect(record == "p1-000001")
        #expect(
            cluster.notes.contains(
                .sent(producer: "p1", record: record, partition, acks: -1, idempotent: false)))
        #expect(
            cluster.notes.contains(
                .acknowledged(producer: "p1", record: record, partition, offset: 17, acks: -1)))
    }

    @Test func `a retry after a lost connection keeps its sequence, so that the broker knows it again`() throws {
        // Without the same id, epoch and sequence the broker could not refuse to append it twice.
        var cluster = producer()
        try giveIdentity(&cluster, id: 40)
        let (first, produce) = try cluster.next(ProduceRequest.self)
        try cluster.disconnect(first.connection)
        let (_, again) = try cluster.next(ProduceRequest.self)
        #expect(try batch(again).header == batch(produce).header)
        #expect(try values(again) == values(produce))
    }

    @Test func `with several in flight, a failed batch is sent again before those behind it`() throws {
        // Else the later sequences would be refused for ever, or records reordered.
        var cluster = producer()
        try giveIdentity(&cluster, id: 40)
        while cluster.requests.count < 3 { try cluster.run(for: .milliseconds(50)) }
        let sent = cluster.requests.filter { $0.header.requestApiKey == .produce }
        let sequences = try sent.map { try batch($0.read(ProduceRequest.self)).header.baseSequence }
        #expect(sequences == [0, 1, 2])
        try cluster.answer(sent[0], response(.notEnoughReplicas))
        try cluster.answer(sent[1], response(.outOfOrderSequenceNumber))
        try cluster.answer(sent[2], response(.outOfOrderSequenceNumber))
        cluster.client.finish()
        var order: [Int32] = []
        while !cluster.client.isDone {
            let (request, produce) = try cluster.next(ProduceRequest.self)
            order.append(try batch(produce).header.baseSequence)
            #expect(try batch(produce).header.producerEpoch == 0)
            try cluster.answer(request, response(.none, offset: Int64(order.count)))
        }
        #expect(Array(order.prefix(3)) == [0, 1, 2])
        #expect(order == order.sorted())
    }

    @Test func `a real gap makes the producer go on with a new epoch`() throws {
        // After a loss the broker misses what came before: the same sequence would be refused until the end of days.
        var cluster = producer()
        try giveIdentity(&cluster, id: 40)
        let (first, before) = try cluster.next(ProduceRequest.self)
        try cluster.answer(first, response(.none, offset: 0))
        let (second, _) = try cluster.next(ProduceRequest.self)
        cluster.client.finish()
        try cluster.answer(second, response(.outOfOrderSequenceNumber))
        #expect(try batch(before).header.producerEpoch == 0)
        // What was sent behind the gap is refused too; then the partition is drained.
        while true {
            let (request, after) = try cluster.next(ProduceRequest.self)
            if try batch(after).header.producerEpoch == 0 {
                try cluster.answer(request, response(.outOfOrderSequenceNumber))
                continue
            }
            #expect(try batch(after).header.producerEpoch == 1)
            #expect(try batch(after).header.baseSequence == 0)
            #expect(try values(after) == ["p1-000002"])
            return
        }
    }

    @Test func `when the delivery time is over, the outcome is unknown`() throws {
        // Jepsen's info: an answer that never came may hide a success.
        var cluster = producer { $0.isIdempotent = false }
        let (_, produce) = try cluster.next(ProduceRequest.self)
        let record = try #require(try values(produce).first)
        cluster.client.finish()
        cluster.leaders = [(.none, 1)]
        try cluster.run(for: .seconds(30))
        #expect(
            cluster.notes.contains(
                .failed(
                    producer: "p1", record: record, TopicPartition(topic: "orders", partition: 0),
                    .requestTimedOut, mayBeWritten: true)))
        #expect(cluster.client.isDone)
    }

    @Test func `a producer asks for metadata and follows the leader`() throws {
        // NOT_LEADER_OR_FOLLOWER says that the metadata is old.
        var cluster = producer { $0.isIdempotent = false }
        let (request, _) = try cluster.next(ProduceRequest.self)
        #expect(request.broker == 1)
        cluster.leaders = [(2, 1)]
        try cluster.answer(request, response(.notLeaderOrFollower))
        let (again, _) = try cluster.next(ProduceRequest.self)
        #expect(again.broker == 2)
    }

    @Test func `without answers a record is as good as sent`() throws {
        // acks=0: the broker says nothing, and the producer believes.
        var cluster = producer {
            $0.isIdempotent = false
            $0.acks = 0
        }
        let (_, produce) = try cluster.next(ProduceRequest.self)
        let record = try #require(try values(produce).first)
        #expect(
            cluster.notes.contains(
                .acknowledged(
                    producer: "p1", record: record, TopicPartition(topic: "orders", partition: 0), offset: -1, acks: 0))
        )
    }

    @Test func `the same seed gives the same requests`() throws {
        // A failing seed can only be run again if its clients do the same again.
        var traces: [[Int32]] = []
        for _ in 0..<2 {
            var cluster = producer { $0.isIdempotent = false }
            try cluster.run(for: .seconds(1))
            traces.append(cluster.requests.map(\.header.correlationId))
        }
        #expect(traces[0] == traces[1])
        #expect(!traces[0].isEmpty)
    }
}
