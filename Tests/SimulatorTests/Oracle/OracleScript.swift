import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaStorage
import NIOCore
import Simulator

/// Observations by hand: one controller, 101, and brokers whose disks and answers a test makes up.
struct OracleScript {
    var oracle: Oracle
    static let partition = TopicPartition(topic: "orders", partition: 0)
    static let topicId = Uuid(high: 7, low: 7)
    private let now = Instant(monotonicNanoseconds: 1, wallClockMilliseconds: 1)
    private var metadataEnd: Int64 = 0
    private var metadataSize: Int64 = 0
    private var sizes: [BrokerID: Int64] = [:]
    private var correlation: Int32 = 0

    /// A topic of one partition, led by the first of the replicas in epoch 0.
    init(replicas: [BrokerID] = [1, 2, 3], isr: [BrokerID]? = nil, settings: [String: String] = [:]) throws {
        oracle = Oracle(configuration: try StaticConfiguration(settings), controllers: [101])
        try commit(Self.creation(Self.partition.topic, Self.topicId, on: replicas, isr: isr))
        try begins(replicas[0], epoch: 0, at: 0)
    }

    /// What makes a topic of one partition, led by the first of the replicas in epoch 0.
    private static func creation(
        _ name: String, _ id: Uuid, on replicas: [BrokerID], isr: [BrokerID]? = nil
    ) -> [MetadataRecord] {
        var topic = TopicRecord()
        topic.name = name
        topic.topicId = id
        var partition = PartitionRecord()
        partition.partitionId = 0
        partition.topicId = id
        partition.replicas = replicas
        partition.isr = isr ?? replicas
        partition.leader = replicas[0]
        partition.leaderEpoch = 0
        partition.partitionEpoch = 0
        partition.directories = replicas.map { _ in .zero }
        return [.topic(topic), .partition(partition)]
    }

    mutating func settle() throws { try oracle.settle(now: now) }

    mutating func see(_ observation: Observation) throws { try oracle.observe(observation, now: now) }

    // MARK: Metadata

    /// The controller writes, flushes, and tells that it is committed.
    mutating func commit(_ records: [MetadataRecord]) throws {
        var builder = RecordBatchBuilder(baseOffset: metadataEnd, partitionLeaderEpoch: 1)
        for record in records { try builder.append(key: nil, value: try record.encode(), timestamp: 1) }
        let batch = try builder.build()
        let path = "__cluster_metadata-0/00000000000000000000.log"
        try see(.disk(101, .wrote(path: path, offset: metadataSize, batch.bytes)))
        try see(.disk(101, .flushed(path: path)))
        metadataSize += Int64(batch.header.sizeInBytes)
        metadataEnd = batch.nextOffset
        var data = FetchResponse.PartitionData()
        data.highWatermark = metadataEnd
        data.currentLeader.leaderId = 101
        data.currentLeader.leaderEpoch = 1
        data.records = .bytes(ByteBuffer())
        try answerFetch(data, of: MetadataLog.topicId, by: 101, to: .node(1), asking: FetchRequest())
    }

    /// The topic is deleted and, with another id, made anew.
    mutating func replaceTopic(replicas: [BrokerID] = [1, 2, 3]) throws {
        var removal = RemoveTopicRecord()
        removal.topicId = Self.topicId
        let creation = Self.creation(Self.partition.topic, Uuid(high: 8, low: 8), on: replicas)
        try commit([.removeTopic(removal)] + creation)
    }

    /// A topic of another name is made and deleted, of which the broker has not heard.
    mutating func deletesAnother(on broker: BrokerID) throws {
        let id = Uuid(high: 9, low: 9)
        try commit(Self.creation("others", id, on: [broker]))
        let text = "version: 0\ntopic_id: \(id)\n"
        try see(.disk(broker, .replaced(path: "others-0/partition.metadata", ByteBuffer(string: text))))
        var removal = RemoveTopicRecord()
        removal.topicId = id
        try commit([.removeTopic(removal)])
    }

    /// A broker has made the folder of the new topic, with nothing in it.
    mutating func makesFolder(_ broker: BrokerID) throws {
        try see(.disk(broker, .renamed(from: "orders-0", to: "orders-0.1-delete")))
        let text = "version: 0\ntopic_id: \(Uuid(high: 8, low: 8))\n"
        try see(.disk(broker, .replaced(path: Self.path("partition.metadata"), ByteBuffer(string: text))))
        sizes[broker] = 0
    }

    mutating func configure(_ name: String, _ value: String) throws {
        var record = ConfigRecord()
        record.resourceType = 2
        record.resourceName = Self.partition.topic
        record.name = name
        record.value = value
        try commit([.config(record)])
    }

    mutating func change(isr: [BrokerID]? = nil, leader: BrokerID = -2, replicas: [BrokerID]? = nil) throws {
        var change = PartitionChangeRecord()
        change.partitionId = 0
        change.topicId = Self.topicId
        change.isr = isr
        change.replicas = replicas
        change.leader = leader
        try commit([.partitionChange(change)])
    }

    /// The broker shows by its next fetch that it knows the metadata log up to there.
    mutating func reads(_ broker: BrokerID, upTo offset: Int64) throws {
        var read = FetchRequest.FetchPartition()
        read.fetchOffset = offset
        try asks(Self.fetch(read, of: MetadataLog.topicId), broker, of: 101)
    }

    private static func fetch(_ partition: FetchRequest.FetchPartition, of topicId: Uuid) -> FetchRequest {
        var topic = FetchRequest.FetchTopic()
        topic.topicId = topicId
        topic.partitions = [partition]
        var request = FetchRequest()
        request.topics = [topic]
        return request
    }

    /// The answer does not matter.
    private mutating func asks(_ request: FetchRequest, _ broker: BrokerID, of node: BrokerID) throws {
        let frame = try RequestFrame.encode(request, version: 17, correlationId: 1, clientId: "test")
        try see(.request(from: .node(broker), to: node, frame))
    }

    // MARK: Disks

    static func path(_ name: String = "00000000000000000000.log") -> String { "orders-0/\(name)" }

    private static func segmentPath(_ base: Int64) -> String {
        let digits = String(base)
        return path(String(repeating: "0", count: 20 - digits.count) + digits + ".log")
    }

    mutating func removes(segment base: Int64, on broker: BrokerID) throws {
        try see(.disk(broker, .removed(path: Self.segmentPath(base))))
    }

    mutating func begins(_ broker: BrokerID, epoch: Int32, at offset: Int64) throws {
        let id = TopicPartition(topic: "orders", partition: 0)
        try see(.event(event(.leadershipBegan(id, leaderEpoch: epoch, startOffset: offset), on: broker)))
    }

    func event(_ kind: BrokerEvent.Kind, on broker: BrokerID) -> BrokerEvent {
        BrokerEvent(at: now, node: broker, kind: kind)
    }

    static func batch(
        at offset: Int64, epoch: Int32 = 0, value: String? = nil, producer: Int64 = -1, producerEpoch: Int16 = 0,
        sequence: Int32 = -1, key: String? = nil, isTombstone: Bool = false
    ) throws -> RecordBatch {
        var builder = RecordBatchBuilder(
            baseOffset: offset, partitionLeaderEpoch: epoch, producerId: producer,
            producerEpoch: producer < 0 ? -1 : producerEpoch, baseSequence: sequence)
        try builder.append(
            Record(
                offset: offset, timestamp: 1, key: key.map { ByteBuffer(string: $0) },
                value: isTombstone ? nil : ByteBuffer(string: value ?? "record \(offset)")))
        return try builder.build()
    }

    mutating func write(_ batch: RecordBatch, on brokers: [BrokerID]) throws {
        for broker in brokers {
            try see(.disk(broker, .wrote(path: Self.path(), offset: sizes[broker] ?? 0, batch.bytes)))
            sizes[broker, default: 0] += Int64(batch.header.sizeInBytes)
        }
    }

    /// The last batch of this size goes.
    mutating func cut(_ batch: RecordBatch, on broker: BrokerID) throws {
        sizes[broker, default: 0] -= Int64(batch.header.sizeInBytes)
        try see(.disk(broker, .truncated(path: Self.path(), size: sizes[broker]!)))
    }

    /// `emptySegment`: a file of this base offset is there, too, without a record.
    mutating func losePower(
        _ broker: BrokerID, keeping batches: [RecordBatch], emptySegment: Int64? = nil
    ) throws {
        try see(.ended(broker, powerLost: true, wiped: false))
        var bytes = ByteBuffer()
        for batch in batches { bytes.writeImmutableBuffer(batch.bytes) }
        sizes[broker] = Int64(bytes.readableBytes)
        let owner = ByteBuffer(string: "version: 0\ntopic_id: \(Self.topicId)\n")
        var files = [
            DiskFile(path: Self.path(), bytes: bytes),
            DiskFile(path: Self.path("partition.metadata"), bytes: owner),
        ]
        if let emptySegment { files.append(DiskFile(path: Self.segmentPath(emptySegment), bytes: ByteBuffer())) }
        try see(.holds(broker, files))
        try see(.started(broker))
    }

    /// The cleaner makes one segment of the first, and puts it in its place.
    mutating func cleans(_ kept: [RecordBatch], on broker: BrokerID) throws {
        let name = "00000000000000000000.log"
        var size: Int64 = 0
        for batch in kept {
            try see(.disk(broker, .wrote(path: Self.path(name + ".cleaned"), offset: size, batch.bytes)))
            size += Int64(batch.header.sizeInBytes)
        }
        try see(.disk(broker, .renamed(from: Self.path(name + ".cleaned"), to: Self.path(name + ".swap"))))
        try see(.disk(broker, .renamed(from: Self.path(name), to: Self.path(name + ".1.deleted"))))
        try see(.disk(broker, .renamed(from: Self.path(name + ".swap"), to: Self.path(name))))
        sizes[broker] = size
    }

    mutating func flips(_ broker: BrokerID, at offset: Int64) throws {
        try see(.flipped(broker, path: Self.path(), at: offset))
    }

    // MARK: Answers

    mutating func tells(
        _ highWatermark: Int64, by broker: BrokerID, serving batch: RecordBatch? = nil, askedInEpoch: Int32 = -1,
        logStart: Int64 = -1
    ) throws {
        var data = FetchResponse.PartitionData()
        data.highWatermark = highWatermark
        data.logStartOffset = logStart
        data.records = .bytes(batch?.bytes ?? ByteBuffer())
        var wanted = FetchRequest.FetchPartition()
        wanted.currentLeaderEpoch = askedInEpoch
        try answerFetch(
            data, of: Self.topicId, by: broker, to: .client(ConnectionID(rawValue: 5)),
            asking: Self.fetch(wanted, of: Self.topicId))
    }

    /// A follower asks for all it lacks; the answer does not matter.
    mutating func fetches(
        _ follower: BrokerID, from leader: BrokerID, brokerEpoch: Int64 = -1, at offset: Int64? = nil,
        logStart: Int64 = 0
    ) throws {
        var request = FetchRequest()
        if let offset {
            var partition = FetchRequest.FetchPartition()
            partition.fetchOffset = offset
            partition.logStartOffset = logStart
            request = Self.fetch(partition, of: Self.topicId)
        }
        request.replicaState.replicaId = follower
        request.replicaState.replicaEpoch = brokerEpoch
        try asks(request, follower, of: leader)
    }

    /// The leader asks the controller to change the ISR, which refuses; in a second list for the topic, if it is told
    /// to.
    mutating func asksForISR(
        _ isr: [BrokerID], by leader: BrokerID, answer code: ErrorCode, namesTopicTwice: Bool = false,
        meanwhile: (inout OracleScript) throws -> Void
    ) throws {
        var request = Self.alteration(isr, by: leader)
        if namesTopicTwice {
            var first = request.topics[0]
            first.partitions[0].partitionIndex = 2
            request.topics.insert(first, at: 0)
        }
        var result = AlterPartitionResponse.PartitionData()
        result.errorCode = code
        var answered = AlterPartitionResponse.TopicData()
        answered.topicId = Self.topicId
        answered.partitions = [result]
        var answer = AlterPartitionResponse()
        answer.topics = [answered]
        try exchange(request, answer, version: 3, by: 101, to: .node(leader), meanwhile: meanwhile)
    }

    /// What the leader asked before all that it has asked since reaches a controller only now.
    mutating func askedForISRBefore(_ isr: [BrokerID], by leader: BrokerID) throws {
        let frame = try RequestFrame.encode(
            Self.alteration(isr, by: leader), version: 3, correlationId: 0, clientId: "test")
        try see(.request(from: .node(leader), to: 101, frame))
    }

    private static func alteration(_ isr: [BrokerID], by leader: BrokerID) -> AlterPartitionRequest {
        var data = AlterPartitionRequest.PartitionData()
        data.newIsrWithEpochs = isr.map { member in
            var state = AlterPartitionRequest.BrokerState()
            state.brokerId = member
            return state
        }
        var topic = AlterPartitionRequest.TopicData()
        topic.topicId = topicId
        topic.partitions = [data]
        var request = AlterPartitionRequest()
        request.brokerId = leader
        request.topics = [topic]
        return request
    }

    mutating func registers(_ broker: BrokerID, brokerEpoch: Int64) throws {
        var record = RegisterBrokerRecord()
        record.brokerId = broker
        record.brokerEpoch = brokerEpoch
        try commit([.registerBroker(record)])
    }

    private mutating func answerFetch(
        _ data: FetchResponse.PartitionData, of topicId: Uuid, by node: BrokerID, to: Observation.Endpoint,
        asking request: FetchRequest
    ) throws {
        var topic = FetchResponse.FetchableTopicResponse()
        topic.topicId = topicId
        topic.partitions = [data]
        var answer = FetchResponse()
        answer.responses = [topic]
        try exchange(request, answer, version: 17, by: node, to: to)
    }

    /// `meanwhile` is what happens between the request and its answer.
    mutating func acknowledges(
        _ batch: RecordBatch, acks: Int16 = -1, by broker: BrokerID,
        meanwhile: (inout OracleScript) throws -> Void = { _ in }
    ) throws {
        var data = ProduceRequest.PartitionProduceData()
        data.records = .bytes(batch.bytes)
        var topic = ProduceRequest.TopicProduceData()
        topic.name = Self.partition.topic
        topic.partitionData = [data]
        var request = ProduceRequest()
        request.acks = acks
        request.topicData = [topic]
        var result = ProduceResponse.PartitionProduceResponse()
        result.baseOffset = batch.header.baseOffset
        var answered = ProduceResponse.TopicProduceResponse()
        answered.name = topic.name
        answered.partitionResponses = [result]
        var answer = ProduceResponse()
        answer.responses = [answered]
        try exchange(
            request, answer, version: 9, by: broker, to: .client(ConnectionID(rawValue: 5)), meanwhile: meanwhile)
    }

    mutating func votes(_ voter: BrokerID, for candidate: BrokerID, epoch: Int32) throws {
        var candidacy = VoteRequest.PartitionData()
        candidacy.candidateId = candidate
        candidacy.candidateEpoch = epoch
        var topic = VoteRequest.TopicData()
        topic.partitions = [candidacy]
        var request = VoteRequest()
        request.topics = [topic]
        var result = VoteResponse.PartitionData()
        result.voteGranted = true
        var answered = VoteResponse.TopicData()
        answered.partitions = [result]
        var answer = VoteResponse()
        answer.topics = [answered]
        try exchange(request, answer, version: 1, by: voter, to: .node(candidate))
    }

    mutating func exchange<Request: KafkaRequest>(
        _ request: Request, _ answer: Request.Response, version: Int16, by node: BrokerID, to: Observation.Endpoint,
        meanwhile: (inout OracleScript) throws -> Void = { _ in }
    ) throws {
        correlation += 1
        let correlation = correlation
        let frame = try RequestFrame.encode(request, version: version, correlationId: correlation, clientId: "test")
        try see(.request(from: to, to: node, frame))
        try meanwhile(&self)
        var bytes = ByteBuffer()
        for case .bytes(let part) in try ResponseFrame.encode(answer, apiVersion: version, correlationId: correlation) {
            bytes.writeImmutableBuffer(part)
        }
        try see(.response(from: node, to: to, bytes))
    }
}

/// The promise that was broken; nil if none was.
func violation(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return (error as? Violation)?.promise ?? "\(error)"
    }
}
