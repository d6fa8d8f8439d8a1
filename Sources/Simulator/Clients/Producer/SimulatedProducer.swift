import KafkaBroker
import KafkaProtocol
import NIOCore

/// A producer as librdkafka's and Java's are: batches per partition, several requests in flight, retries in order, sequences
/// per partition if idempotent, and a delivery time-out after which the outcome is unknown.
///
/// A batch lives: collected -> sent -> acknowledged | failed | (retry) sent ... An idempotent batch keeps its sequence over
/// its retries; when a sequence is lost (OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, or a stamped batch given up)
/// the partition drains and goes on with a new epoch or id. Batches that may have been written under the old one are given
/// up then, with their outcome unknown: sent anew they could be doubled.
package struct SimulatedProducer: SimulatedClient {
    package let settings: ProducerSettings
    package var network: NetworkClient
    var partitions: [ProducerPartition] = []
    /// The request's batches: one per partition, at `partitions[index]`.
    private var requests: [RequestID: [Int]] = [:]
    var identity: ProducerIdentity?
    var identityRequest: RequestID?
    var identityNotBefore: Instant?
    private var nextBurst: Instant?
    private var recordCount = 0
    private(set) var unresolvedCount = 0
    private var firstPartition = 0
    private var isFinishing = false
    private var isOpened = false
    private var lastStep = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)

    package init(_ settings: ProducerSettings, network: NetworkSettings) {
        precondition((1...5).contains(settings.maxInFlight), "Kafka remembers five batches per producer.")
        self.settings = settings
        self.network = NetworkClient(network, topics: settings.topics)
    }

    package var name: String { network.name }
    package var isDone: Bool { isFinishing && unresolvedCount == 0 }
    package mutating func finish() { isFinishing = true }

    package var nextDeadline: Instant? {
        if isDone { return nil }
        var earliest = network.nextDeadline
        if !isFinishing { earliest = .earlier(earliest, nextBurst) }
        if needsIdentity { earliest = .earlier(earliest, identityNotBefore) }
        for partition in partitions.indices {
            if partitions[partition].batches.isEmpty { continue }
            // The first was made first.
            earliest = .earlier(earliest, partitions[partition].batches[0].deadline)
            for batch in partitions[partition].batches.indices
            where partitions[partition].batches[batch].request == nil {
                // What is due and still here waits for something else than time.
                if let notBefore = partitions[partition].batches[batch].notBefore, notBefore > lastStep {
                    earliest = .earlier(earliest, notBefore)
                }
            }
        }
        return earliest
    }

    package mutating func step(_ input: ClientInput, now: Instant, into actions: inout [ClientAction]) {
        if !isOpened {
            isOpened = true
            actions.append(
                .note(
                    .opened(
                        producer: name, acks: settings.acks, idempotent: settings.isIdempotent,
                        keepsOrder: settings.keepsOrder)))
        }
        lastStep = now
        network.handle(input, now: now, into: &actions)
        takeEvents(now: now, into: &actions)
        if isDone { return }
        makeRecords(now: now, into: &actions)
        expireBatches(now: now, into: &actions)
        bumpEpochs(now: now, into: &actions)
        askForIdentity(now: now, into: &actions)
        sendBatches(now: now, into: &actions)
        network.driveMetadata(now: now, into: &actions)
        takeEvents(now: now, into: &actions)
    }

    private mutating func takeEvents(now: Instant, into actions: inout [ClientAction]) {
        while let event = network.nextEvent() {
            switch event {
            case .metadataUpdated: addPartitions()
            case .sent(let id):
                for index in requests.removeValue(forKey: id) ?? [] {
                    acknowledge(index, of: id, baseOffset: -1, into: &actions)
                }
            case .failed(let id, let wasSent):
                if id == identityRequest {
                    identityFailed(now: now)
                    continue
                }
                for index in requests.removeValue(forKey: id) ?? [] {
                    failed(index, of: id, .networkException, mayBeWritten: wasSent, now: now, into: &actions)
                }
            case .answered(let id, _, let frame):
                if id == identityRequest {
                    identityAnswered(frame, now: now, into: &actions)
                } else {
                    produceAnswered(id, frame, now: now, into: &actions)
                }
            }
        }
    }

    private mutating func addPartitions() {
        for topic in settings.topics {
            let count = network.metadata.topics[topic]?.partitions.count ?? 0
            for number in 0..<Int32(count) {
                let id = TopicPartition(topic: topic, partition: number)
                if !partitions.contains(where: { $0.id == id }) { partitions.append(ProducerPartition(id: id)) }
            }
        }
    }

    // MARK: Records

    private mutating func makeRecords(now: Instant, into actions: inout [ClientAction]) {
        guard !isFinishing, !partitions.isEmpty else { return }
        guard let due = nextBurst else {
            nextBurst = now + jittered(settings.interval)
            return
        }
        guard due <= now else { return }
        nextBurst = now + jittered(settings.interval)
        let alive = partitions.indices.filter { !network.metadata.isGone(partitions[$0].id) }
        guard let first = alive.randomElement(using: &network.generator) else { return }
        var index = first
        for _ in 0..<Int.random(in: settings.recordsPerBurst, using: &network.generator) {
            guard unresolvedCount < settings.maxUnresolved else { return }
            if Int.random(in: 0..<3, using: &network.generator) == 0 {
                index = alive[Int.random(in: alive.indices, using: &network.generator)]
            }
            makeRecord(for: index, now: now, into: &actions)
        }
    }

    private mutating func makeRecord(for index: Int, now: Instant, into actions: inout [ClientAction]) {
        recordCount += 1
        unresolvedCount += 1
        let record = recordName(recordCount)
        let isOpen = partitions[index].batches.last.map {
            $0.attempts == 0 && $0.request == nil && $0.records.count < settings.recordsPerBatch
        }
        if isOpen != true {
            partitions[index].batches.append(
                ProducerBatch(timestamp: now.wallClockMilliseconds, deadline: now + settings.deliveryTimeout))
        }
        let last = partitions[index].batches.count - 1
        partitions[index].batches[last].records.append(record)
        if let keyCount = settings.keyCount { partitions[index].batches[last].keys.append(recordCount % keyCount) }
        if settings.tombstoneTopics.contains(partitions[index].id.topic) {
            partitions[index].batches[last].tombstones.append(recordCount % 5 == 0)
        }
        actions.append(
            .note(
                .sent(
                    producer: name, record: record, partitions[index].id, acks: settings.acks,
                    idempotent: settings.isIdempotent)))
    }

    /// Names sort by their numbers.
    private func recordName(_ number: Int) -> String {
        let digits = String(number)
        var record = ""
        record.reserveCapacity(name.utf8.count + 1 + Self.zeros.utf8.count)
        record += name
        record += "-"
        record += Self.zeros.dropLast(digits.utf8.count)
        record += digits
        return record
    }

    private static let zeros = "000000"

    private mutating func jittered(_ duration: Duration) -> Duration {
        .nanoseconds(duration.wholeNanoseconds * Int64.random(in: 50...150, using: &network.generator) / 100)
    }

    // MARK: Sending

    /// One request per leader and turn, with at most one batch per partition in each, as protocol version 3 on demands.
    private mutating func sendBatches(now: Instant, into actions: inout [ClientAction]) {
        guard !partitions.isEmpty else { return }
        if settings.isIdempotent, identity == nil { return }
        firstPartition = (firstPartition + 1) % partitions.count
        while true {
            var leader = BrokerID.none
            var chosen: [(partition: Int, batch: Int)] = []
            for step in partitions.indices {
                let index = (firstPartition + step) % partitions.count
                guard let batch = sendable(index, now: now) else { continue }
                guard let known = network.metadata.leadership(of: partitions[index].id), known.leader != .none else {
                    network.refreshMetadata()
                    continue
                }
                if leader == .none {
                    guard network.requestCount(to: known.leader) < settings.maxInFlight,
                        network.mayReach(known.leader, now: now)
                    else { continue }
                    leader = known.leader
                }
                if known.leader == leader { chosen.append((index, batch)) }
            }
            if chosen.isEmpty { return }
            send(chosen, to: leader, now: now, into: &actions)
        }
    }

    /// The batch that may go next: the oldest that is not in flight, unless an older one must be settled before it.
    private func sendable(_ index: Int, now: Instant) -> Int? {
        guard !partitions[index].needsBump else { return nil }
        guard let next = partitions[index].batches.firstIndex(where: { $0.request == nil }) else { return nil }
        // All before `next` are in flight. A retry waits until it is the oldest; so does everything without pipelining.
        guard next < settings.maxInFlight else { return nil }
        if partitions[index].batches[next].attempts > 0, next > 0, settings.keepsOrder { return nil }
        if let notBefore = partitions[index].batches[next].notBefore, notBefore > now { return nil }
        return next
    }

    private mutating func send(
        _ chosen: [(partition: Int, batch: Int)], to leader: BrokerID, now: Instant,
        into actions: inout [ClientAction]
    ) {
        var request = ProduceRequest()
        request.acks = settings.acks
        request.timeoutMs = Int32(clamping: settings.ackTimeout.wholeMilliseconds)
        for (index, batch) in chosen {
            stamp(index, batch)
            partitions[index].batches[batch].attempts += 1
            partitions[index].batches[batch].wentAsOldest = batch == 0
            let bytes = partitions[index].batches[batch].encode(
                compression: settings.compression, valueSize: settings.valueSize)
            let id = partitions[index].id
            var data = ProduceRequest.PartitionProduceData()
            data.index = id.partition
            data.records = .bytes(bytes)
            if let topic = request.topicData.firstIndex(where: { $0.name == id.topic }) {
                request.topicData[topic].partitionData.append(data)
            } else {
                var topic = ProduceRequest.TopicProduceData()
                topic.name = id.topic
                topic.partitionData = [data]
                request.topicData.append(topic)
            }
        }
        let id = network.send(request, to: leader, isAnswered: settings.acks != 0, now: now, into: &actions)
        for (index, batch) in chosen { partitions[index].batches[batch].request = id }
        requests[id] = chosen.map(\.partition)
    }

    private mutating func stamp(_ index: Int, _ batch: Int) {
        guard settings.isIdempotent, partitions[index].batches[batch].stamp == nil, let identity else { return }
        if partitions[index].identity != identity, !partitions[index].batches.contains(where: { $0.stamp != nil }) {
            partitions[index].identity = identity
            partitions[index].nextSequence = 0
        }
        partitions[index].batches[batch].stamp = ProducerBatch.Stamp(
            identity: partitions[index].identity ?? identity, baseSequence: partitions[index].nextSequence)
        partitions[index].nextSequence = RecordBatchHeader.sequence(
            partitions[index].nextSequence, advancedBy: Int32(partitions[index].batches[batch].records.count))
    }

    // MARK: Answers

    private mutating func produceAnswered(
        _ id: RequestID, _ frame: ByteBuffer, now: Instant, into actions: inout [ClientAction]
    ) {
        let asked = requests.removeValue(forKey: id) ?? []
        let response = network.read(ProduceResponse.self, of: .produce, frame, into: &actions)
        for index in asked {
            let id = id
            let partition = partitions[index].id
            let result = response?.responses.first { $0.name == partition.topic }?.partitionResponses
                .first { $0.index == partition.partition }
            guard let result else {
                failed(index, of: id, .unknownServerError, mayBeWritten: true, now: now, into: &actions)
                continue
            }
            network.metadata.learnLeader(
                of: partition, result.currentLeader.leaderId, epoch: result.currentLeader.leaderEpoch)
            switch result.errorCode {
            case .none: acknowledge(index, of: id, baseOffset: result.baseOffset, into: &actions)
            // One of the last five batches, but the broker no longer knows where it lies.
            case .duplicateSequenceNumber: acknowledge(index, of: id, baseOffset: -1, into: &actions)
            default:
                failed(
                    index, of: id, result.errorCode, mayBeWritten: !result.errorCode.isRefusedProduce, now: now,
                    into: &actions)
            }
        }
    }

    private mutating func acknowledge(
        _ index: Int, of request: RequestID, baseOffset: Int64, into actions: inout [ClientAction]
    ) {
        // A batch that was given up in flight is no longer there.
        guard let found = partitions[index].batches.firstIndex(where: { $0.request == request }) else { return }
        let batch = partitions[index].batches.remove(at: found)
        unresolvedCount -= batch.records.count
        for (number, record) in batch.records.enumerated() {
            actions.append(
                .note(
                    .acknowledged(
                        producer: name, record: record, partitions[index].id,
                        offset: baseOffset < 0 ? -1 : baseOffset + Int64(number), acks: settings.acks)))
        }
    }

    private mutating func failed(
        _ index: Int, of request: RequestID, _ error: ErrorCode, mayBeWritten: Bool, now: Instant,
        into actions: inout [ClientAction]
    ) {
        if error.asksForMetadata { network.refreshMetadata() }
        guard let found = partitions[index].batches.firstIndex(where: { $0.request == request }) else { return }
        partitions[index].batches[found].request = nil
        if mayBeWritten { partitions[index].batches[found].mayBeWritten = true }
        var retries = settings.retries && error.isRetriableProduce
        if partitions[index].batches[found].stamp != nil, error.losesSequence {
            // Behind one that is tried again, the gap is no wonder; else the broker has lost what came before.
            if error != .outOfOrderSequenceNumber || partitions[index].batches[found].wentAsOldest {
                partitions[index].needsBump = true
            }
            retries = true
        }
        guard retries else { return giveUp(index, found, error, into: &actions) }
        let attempts = partitions[index].batches[found].attempts
        partitions[index].batches[found].notBefore = now + network.backoff(after: attempts)
    }

    /// The batch's outcome will not be known, or is known to be bad.
    private mutating func giveUp(
        _ index: Int, _ found: Int, _ error: ErrorCode, into actions: inout [ClientAction]
    ) {
        let batch = partitions[index].batches.remove(at: found)
        if batch.stamp != nil { partitions[index].needsBump = true }
        unresolvedCount -= batch.records.count
        for record in batch.records {
            actions.append(
                .note(
                    .failed(
                        producer: name, record: record, partitions[index].id, error,
                        mayBeWritten: batch.mayBeWritten || batch.request != nil)))
        }
    }

    private mutating func expireBatches(now: Instant, into actions: inout [ClientAction]) {
        for index in partitions.indices {
            // The first was made first.
            while let first = partitions[index].batches.first?.deadline, first <= now {
                giveUp(index, 0, .requestTimedOut, into: &actions)
            }
        }
    }

    /// Partitions that have lost a sequence and have nothing in flight go on with a new epoch.
    private mutating func bumpEpochs(now: Instant, into actions: inout [ClientAction]) {
        for index in partitions.indices where partitions[index].needsBump && !partitions[index].isInFlight {
            while let unsure = partitions[index].batches.firstIndex(where: { $0.mayBeWritten }) {
                giveUp(index, unsure, .outOfOrderSequenceNumber, into: &actions)
            }
            for batch in partitions[index].batches.indices { partitions[index].batches[batch].stamp = nil }
            partitions[index].needsBump = false
            if partitions[index].identity == identity { newIdentity() }
        }
    }
}
