import KafkaBroker
import KafkaProtocol
import NIOCore

/// A client that asks for what must be refused: batches of an old producer epoch, with a gap, or doubled; fetches and
/// commits in the name of epochs and members that are over or never were. One request at a time.
///
/// What no broker may ever take is noted as `wronglyAccepted`. Of the rest, where a broker may not have heard yet or has lost
/// by name what it would refuse by, the oracle is the judge: it sees what is appended and what is served.
///
/// | probe        | right answer                                  | judge  |
/// |--------------|-----------------------------------------------|--------|
/// | write        | taken                                         | oracle |
/// | repeat       | taken, and not appended                       | oracle |
/// | gap          | OUT_OF_ORDER_SEQUENCE_NUMBER                  | oracle |
/// | oldProducer  | INVALID_PRODUCER_EPOCH                        | oracle |
/// | oldLeader    | FENCED_LEADER_EPOCH                           | oracle |
/// | futureLeader | UNKNOWN_LEADER_EPOCH, NOT_LEADER_OR_FOLLOWER  | prober |
/// | damaged      | CORRUPT_MESSAGE                               | prober |
/// | noMember     | UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION         | prober |
/// | openSession  | taken                                         |        |
/// | oldSession   | INVALID_FETCH_SESSION_EPOCH                   | prober |
package struct SimulatedProber: SimulatedClient {
    enum Probe: String, CaseIterable, Hashable, Sendable {
        case write, `repeat`, gap, oldProducer, oldLeader, futureLeader, damaged, noMember, openSession, oldSession
    }

    /// A fetch session that some broker keeps for this prober, which never goes on with it.
    struct Session: Sendable {
        var id: Int32
        var broker: BrokerID
        var partition: TopicPartition
    }

    struct Pending: Sendable {
        let id: RequestID
        let probe: Probe
        let partition: TopicPartition
        let broker: BrokerID
        let bytes: ByteBuffer?
    }

    /// The prober's own producer: what it has written, and under which identity.
    struct Writer: Sendable {
        var identity: ProducerIdentity
        let partition: TopicPartition
        var nextSequence: Int32 = 0
        var last: ByteBuffer?
    }

    package var network: NetworkClient
    private let group: String
    private let isKeyed: Bool
    private let interval: Duration
    private let topics: [String]
    private var writer: Writer?
    private var session: Session?
    private var identityRequest: RequestID?
    private var pending: Pending?
    private var next: Instant?
    private var recordCount = 0
    private var isFinishing = false
    private var lastStep = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)

    package init(topics: [String], group: String, isKeyed: Bool, interval: Duration, network: NetworkSettings) {
        self.topics = topics
        self.group = group
        self.isKeyed = isKeyed
        self.interval = interval
        self.network = NetworkClient(network, topics: topics)
    }

    package var name: String { network.name }
    package var isDone: Bool { isFinishing && pending == nil && identityRequest == nil }
    package mutating func finish() { isFinishing = true }

    package var nextDeadline: Instant? {
        if isDone { return nil }
        guard !isFinishing, pending == nil, identityRequest == nil, let next, next > lastStep else {
            return network.nextDeadline
        }
        return .earlier(network.nextDeadline, next)
    }

    package mutating func step(_ input: ClientInput, now: Instant, into actions: inout [ClientAction]) {
        lastStep = now
        network.handle(input, now: now, into: &actions)
        takeEvents(into: &actions)
        if isDone { return }
        if next == nil { next = now + interval }
        if !isFinishing, pending == nil, identityRequest == nil, let due = next, due <= now {
            next = now + interval
            probe(now: now, into: &actions)
        }
        network.driveMetadata(now: now, into: &actions)
        takeEvents(into: &actions)
    }

    private mutating func takeEvents(into actions: inout [ClientAction]) {
        while let event = network.nextEvent() {
            switch event {
            case .metadataUpdated, .sent: continue
            case .failed(let id, _):
                guard id == pending?.id || id == identityRequest else { continue }
                pending = nil
                identityRequest = nil
                // What became of the batch nobody knows: its sequence cannot be used again.
                writer = nil
            case .answered(let id, _, let frame):
                if id == identityRequest {
                    identityAnswered(frame, into: &actions)
                } else if id == pending?.id, let done = pending {
                    pending = nil
                    answered(done, frame, into: &actions)
                }
            }
        }
    }

    // MARK: Asking

    private mutating func probe(now: Instant, into actions: inout [ClientAction]) {
        guard let topic = topics.randomElement(using: &network.generator),
            let number = network.metadata.topics[topic]?.partitions.indices.randomElement(using: &network.generator)
        else { return network.refreshMetadata() }
        var partition = TopicPartition(topic: topic, partition: Int32(number))
        var probe = Probe.allCases.randomElement(using: &network.generator) ?? .write
        switch probe {
        case .write, .repeat, .gap, .oldProducer:
            guard let writer else { return askForIdentity(for: partition, now: now, into: &actions) }
            partition = writer.partition
            if probe == .repeat, writer.last == nil { probe = .write }
            if probe == .oldProducer, isUnfenced(writer) { probe = .write }
        case .oldSession:
            if let session { partition = session.partition } else { probe = .openSession }
        case .oldLeader, .futureLeader, .damaged, .noMember, .openSession: break
        }
        guard let known = network.metadata[partition], known.leader != .none,
            network.mayReach(known.leader, now: now)
        else {
            writer = nil
            return network.refreshMetadata()
        }
        switch probe {
        case .write, .repeat, .gap, .oldProducer, .damaged:
            produce(probe, partition, to: known.leader, now: now, into: &actions)
        case .oldLeader: fetch(probe, partition, known.leader, epoch: known.leaderEpoch - 1, now: now, into: &actions)
        case .futureLeader:
            fetch(probe, partition, known.leader, epoch: known.leaderEpoch + 1000, now: now, into: &actions)
        case .noMember: commit(partition, known.leader, now: now, into: &actions)
        case .openSession:
            fetch(probe, partition, known.leader, epoch: known.leaderEpoch, session: (0, 0), now: now, into: &actions)
        case .oldSession:
            guard let session, session.broker == known.leader else {
                session = nil
                return
            }
            let old = (session.id, Int32.random(in: 2...9, using: &network.generator))
            fetch(probe, partition, known.leader, epoch: known.leaderEpoch, session: old, now: now, into: &actions)
        }
    }

    private mutating func askForIdentity(
        for partition: TopicPartition, now: Instant, into actions: inout [ClientAction]
    ) {
        let brokers = network.metadata.brokers.filter { network.mayReach($0, now: now) }
        guard let broker = brokers.randomElement(using: &network.generator) else { return }
        var request = InitProducerIdRequest()
        request.transactionalId = nil
        request.transactionTimeoutMs = .max
        identityRequest = network.send(request, to: broker, now: now, into: &actions)
        writer = Writer(identity: ProducerIdentity(id: -1, epoch: -1), partition: partition)
    }

    private mutating func identityAnswered(_ frame: ByteBuffer, into actions: inout [ClientAction]) {
        identityRequest = nil
        let response = network.read(InitProducerIdResponse.self, of: .initProducerId, frame, into: &actions)
        guard let response, response.errorCode == .none else {
            writer = nil
            return
        }
        writer?.identity = ProducerIdentity(id: response.producerId, epoch: response.producerEpoch)
    }

    private mutating func produce(
        _ probe: Probe, _ partition: TopicPartition, to leader: BrokerID, now: Instant,
        into actions: inout [ClientAction]
    ) {
        var bytes = batch(probe, partition, now: now, into: &actions)
        if probe == .damaged {
            // The last byte is a record's: the checksum knows.
            let last = bytes.writerIndex - 1
            bytes.setInteger((bytes.getInteger(at: last, as: UInt8.self) ?? 0) ^ 0x10, at: last)
        }
        var data = ProduceRequest.PartitionProduceData()
        data.index = partition.partition
        data.records = .bytes(bytes)
        var topic = ProduceRequest.TopicProduceData()
        topic.name = partition.topic
        topic.partitionData = [data]
        var request = ProduceRequest()
        request.acks = -1
        request.timeoutMs = 1000
        request.topicData = [topic]
        let id = network.send(request, to: leader, now: now, into: &actions)
        pending = Pending(id: id, probe: probe, partition: partition, broker: leader, bytes: bytes)
    }

    private mutating func batch(
        _ probe: Probe, _ partition: TopicPartition, now: Instant, into actions: inout [ClientAction]
    ) -> ByteBuffer {
        if probe == .repeat, let last = writer?.last { return last }
        let identity = probe == .damaged ? nil : writer?.identity
        let epoch = (identity?.epoch ?? -1) - (probe == .oldProducer ? 1 : 0)
        let sequence = identity == nil ? -1 : (writer?.nextSequence ?? 0) + (probe == .gap ? 7 : 0)
        recordCount += 1
        let record = "\(name)-\(recordCount)"
        var builder = RecordBatchBuilder(
            compression: .none, producerId: identity?.id ?? -1, producerEpoch: epoch, baseSequence: sequence)
        do throws(RecordError) {
            try builder.append(
                key: isKeyed ? ByteBuffer(string: "k\(recordCount % 7)") : nil, value: ByteBuffer(string: record),
                timestamp: now.wallClockMilliseconds)
            let bytes = try builder.build().bytes
            actions.append(
                .note(.sent(producer: name, record: record, partition, acks: -1, idempotent: identity != nil)))
            return bytes
        } catch {
            preconditionFailure("The prober made a batch that cannot be written: \(error)")
        }
    }

    /// There must be an older epoch than one that was written in: if there is none, the next write begins one.
    private mutating func isUnfenced(_ known: Writer) -> Bool {
        if known.nextSequence == 0 { return true }
        guard known.identity.epoch == 0 else { return false }
        writer?.identity.epoch = 1
        writer?.nextSequence = 0
        writer?.last = nil
        return true
    }

    private mutating func fetch(
        _ probe: Probe, _ partition: TopicPartition, _ leader: BrokerID, epoch: Int32,
        session: (id: Int32, epoch: Int32) = (0, -1), now: Instant, into actions: inout [ClientAction]
    ) {
        let version = max(network.settings.dialect.version(of: .fetch), 9)
        guard epoch >= 0 else { return }
        var wanted = FetchRequest.FetchPartition()
        wanted.partition = partition.partition
        wanted.currentLeaderEpoch = epoch
        wanted.partitionMaxBytes = 1000
        var topic = FetchRequest.FetchTopic()
        if version >= FetchSettings.firstVersionWithTopicIds {
            topic.topicId = network.metadata.topics[partition.topic]?.id ?? .zero
        } else {
            topic.topic = partition.topic
        }
        topic.partitions = [wanted]
        var request = FetchRequest()
        request.maxWaitMs = 0
        request.maxBytes = 1000
        request.sessionId = session.id
        request.sessionEpoch = session.epoch
        request.topics = [topic]
        let id = network.send(request, to: leader, version: version, now: now, into: &actions)
        pending = Pending(id: id, probe: probe, partition: partition, broker: leader, bytes: nil)
    }

    private mutating func commit(
        _ partition: TopicPartition, _ broker: BrokerID, now: Instant, into actions: inout [ClientAction]
    ) {
        var entry = OffsetCommitRequest.OffsetCommitRequestPartition()
        entry.partitionIndex = partition.partition
        entry.committedOffset = 1
        var topic = OffsetCommitRequest.OffsetCommitRequestTopic()
        topic.name = partition.topic
        topic.partitions = [entry]
        var request = OffsetCommitRequest()
        request.groupId = group
        request.generationIdOrMemberEpoch = Int32.random(in: 0...3, using: &network.generator)
        request.memberId = "nobody"
        request.topics = [topic]
        let id = network.send(request, to: broker, now: now, into: &actions)
        pending = Pending(id: id, probe: .noMember, partition: partition, broker: broker, bytes: nil)
    }

    // MARK: Answers

    private mutating func answered(_ done: Pending, _ frame: ByteBuffer, into actions: inout [ClientAction]) {
        var errors: [ErrorCode] = []
        switch done.probe {
        case .write, .repeat, .gap, .oldProducer, .damaged:
            errors =
                network.read(ProduceResponse.self, of: .produce, frame, into: &actions)?
                .responses.flatMap { $0.partitionResponses.map(\.errorCode) } ?? []
        case .oldLeader, .futureLeader, .openSession, .oldSession:
            let version = max(network.settings.dialect.version(of: .fetch), 9)
            let response = network.read(FetchResponse.self, of: .fetch, version: version, frame, into: &actions)
            noteSession(done, response)
            errors = response?.responses.flatMap { $0.partitions.map(\.errorCode) } ?? []
            if done.probe == .oldSession, let response { errors = [response.errorCode] }
            if let response, response.errorCode != .none { errors = [response.errorCode] }
        case .noMember:
            errors =
                network.read(OffsetCommitResponse.self, of: .offsetCommit, frame, into: &actions)?
                .topics.flatMap { $0.partitions.map(\.errorCode) } ?? []
        }
        if errors.contains(where: { $0.asksForMetadata }) { network.refreshMetadata() }
        let isTaken = errors.contains(.none)
        switch done.probe {
        case .write:
            guard isTaken, writer?.partition == done.partition else {
                writer = nil
                return
            }
            writer?.nextSequence += 1
            writer?.last = done.bytes
        // Taken by one who has lost what came before; else as it should be.
        case .gap, .oldProducer: if isTaken { writer = nil }
        case .repeat, .oldLeader, .openSession: break
        case .futureLeader, .damaged, .noMember, .oldSession:
            if isTaken {
                actions.append(.note(.wronglyAccepted(prober: name, "\(done.probe.rawValue) in \(done.partition)")))
            }
        }
    }

    private mutating func noteSession(_ done: Pending, _ response: FetchResponse?) {
        session = nil
        guard done.probe == .openSession, let response, response.errorCode == .none, response.sessionId != 0 else {
            return
        }
        session = Session(id: response.sessionId, broker: done.broker, partition: done.partition)
    }
}
