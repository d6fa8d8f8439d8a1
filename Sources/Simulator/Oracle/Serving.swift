import KafkaBroker
import KafkaProtocol
import NIOCore

/// What leaders answer: acknowledgements, high watermarks, and records.
extension Oracle {
    // MARK: Produce

    /// A topic may be replaced by another of its name while a request waits: its answer is about the one that is gone.
    func topicsAsked(_ request: ProduceRequest, _ node: BrokerID) -> [TopicPartition: Int] {
        var asked: [TopicPartition: Int] = [:]
        for topic in request.topicData {
            for data in topic.partitionData {
                let id = TopicPartition(topic: topic.name, partition: data.index)
                guard let partition = partitionIndices[id], !partitions[partition].isForeign(node) else { continue }
                asked[id] = partitions[partition].former
            }
        }
        return asked
    }

    mutating func produced(
        _ request: ProduceRequest, _ topics: [TopicPartition: Int], _ answer: ProduceResponse, by node: BrokerID
    ) throws(Violation) {
        for topic in answer.responses {
            for data in topic.partitionResponses {
                counts.add(data.errorCode)
                let id = TopicPartition(topic: topic.name, partition: data.index)
                guard data.errorCode == .none, data.baseOffset >= 0,
                    let header = Self.header(of: topic.name, data.index, in: request),
                    let partition = partitionIndices[id], !partitions[partition].isForeign(node),
                    topics[id] == partitions[partition].former
                else { continue }
                try acknowledged(header, at: data.baseOffset, acks: request.acks, by: node, of: partition)
            }
        }
    }

    private static func header(of topic: String, _ partition: Int32, in request: ProduceRequest) -> RecordBatchHeader? {
        for data in request.topicData where data.name == topic {
            for item in data.partitionData where item.index == partition {
                guard case .bytes(let bytes)? = item.records else { return nil }
                return (try? RecordBatchHeader.read(from: bytes)) ?? nil
            }
        }
        return nil
    }

    private mutating func acknowledged(
        _ header: RecordBatchHeader, at offset: Int64, acks: Int16, by node: BrokerID, of partition: Int
    ) throws(Violation) {
        let end = offset + Int64(header.lastOffsetDelta) + 1
        if let replica = replicaAnswering(for: partition, by: node) {
            let start = partitions[partition].replicas[replica].log.start
            let logEnd = partitions[partition].replicas[replica].log.end
            if offset >= start, offset >= partitions[partition].replicas[replica].log.cleanedUpTo {
                let found = partitions[partition].replicas[replica].log.batch(at: offset)?.header
                let isIt =
                    found.map {
                        $0.baseOffset == offset && $0.lastOffsetDelta == header.lastOffsetDelta
                            && $0.producerId == header.producerId && $0.producerEpoch == header.producerEpoch
                            && $0.baseSequence == header.baseSequence
                    } ?? false
                if !isIt {
                    throw Violation(
                        "acknowledged what is not in the log",
                        "\(partitions[partition].id): \(node) answers offsets \(offset)-\(end - 1) for sequence "
                            + "\(header.baseSequence) of producer \(header.producerId) epoch \(header.producerEpoch), where its log, "
                            + "which ends at \(logEnd), has "
                            + (found.map { "sequence \($0.baseSequence) of producer \($0.producerId)" } ?? "nothing"))
                }
                if header.hasProducerId, offset + Int64(header.lastOffsetDelta) + 1 < logEnd {
                    counts.add(.duplicates)
                }
            }
        }
        if acks == -1 {
            try acknowledgedByAll(upTo: end, by: node, of: partition)
        } else {
            counts.add(.acknowledgedOne)
        }
    }

    /// The replica in whose log what a node acknowledges must lie: its own. One from which the partition was moved away
    /// has none any more, and may still owe an answer that it has earned before; then its successor's log has the
    /// batch.
    private func replicaAnswering(for partition: Int, by node: BrokerID) -> Int? {
        let own = partitions[partition].index(of: node)
        guard let own, let replicas = metadata.partitions[partitions[partition].id]?.replicas, !replicas.contains(node),
            partitions[partition].replicas[own].log.isEmpty, let successor = partitions[partition].leaderships.last
        else { return own }
        return partitions[partition].index(of: successor.leader)
    }

    // MARK: Fetch

    mutating func fetchAsked(
        _ request: FetchRequest, _ from: Observation.Endpoint, _ to: BrokerID, _ version: Int16
    ) -> Exchange.Question {
        let claimed = version >= 15 ? request.replicaState.replicaId : request.replicaId
        guard case .node(let sender) = from else {
            return .fetch(isFromReplica: false, outdated: outdated(request, to), named: named(version, on: to))
        }
        // By index here and below: whoever takes a topic out of the request takes hold of all that it has.
        for topic in request.topics.indices {
            for index in request.topics[topic].partitions.indices {
                if to.isController {
                    metadataKnown(by: sender, upTo: request.topics[topic].partitions[index].fetchOffset)
                } else if request.topics[topic].partitions[index].logStartOffset > 0 {
                    noteStart(request.topics[topic].partitions[index], request.topics[topic], of: sender)
                }
            }
        }
        if let epoch = forgetful[sender], request.replicaState.replicaEpoch > epoch {
            forgetRemembered(of: sender, by: to)
        }
        return .fetch(isFromReplica: claimed != .none, outdated: outdated(request, to), named: named(version, on: to))
    }

    private func named(_ version: Int16, on node: BrokerID) -> [Int] {
        if version >= FetchSettings.firstVersionWithTopicIds { return [] }
        return partitions.map { $0.isForeign(node) ? -1 : $0.former }
    }

    private mutating func noteStart(
        _ asked: FetchRequest.FetchPartition, _ topic: FetchRequest.FetchTopic, of follower: BrokerID
    ) {
        let name = topic.topicId == .zero ? topic.topic : metadata.name(of: topic.topicId)
        guard let name, let partition = partitionIndices[TopicPartition(topic: name, partition: asked.partition)],
            let replica = partitions[partition].index(of: follower)
        else { return }
        // One that has lost all its records goes on from where they were to begin.
        if partitions[partition].replicas[replica].log.isEmpty,
            partitions[partition].replicas[replica].log.end < asked.logStartOffset
        {
            startAnew(replica, of: partition, at: asked.logStartOffset)
        } else {
            partitions[partition].replicas[replica].log.noteStart(asked.logStartOffset)
        }
    }

    /// A follower that fetches anew says itself how far it is; a new life begins with a full fetch of all it follows.
    /// What it has asked in its former life may still wait for a leader that is slow, and says how far it was.
    private mutating func forgetRemembered(of follower: BrokerID, by leader: BrokerID) {
        for partition in partitions.indices {
            for index in partitions[partition].leaderships.indices
            where partitions[partition].leaderships[index].leader == leader
                && !partitions[partition].leaderships[index].remembered.isEmpty
            {
                partitions[partition].leaderships[index].remembered[follower] = nil
            }
        }
    }

    /// Where the sender goes by an epoch that is over for the node that it asks.
    private func outdated(_ request: FetchRequest, _ node: BrokerID) -> [Exchange.OutdatedEpoch] {
        if node.isController { return [] }
        var found: [Exchange.OutdatedEpoch] = []
        for topic in request.topics.indices {
            let topicId = request.topics[topic].topicId
            guard let name = topicId == .zero ? request.topics[topic].topic : metadata.name(of: topicId) else {
                continue
            }
            for asked in request.topics[topic].partitions.indices {
                let epoch = request.topics[topic].partitions[asked].currentLeaderEpoch
                if epoch < 0 { continue }
                let id = TopicPartition(topic: name, partition: request.topics[topic].partitions[asked].partition)
                guard let partition = partitionIndices[id],
                    let index = partitions[partition].leadership(by: node)
                else { continue }
                let led = partitions[partition].leaderships[index].epoch
                if epoch < led { found.append(.init(partition: id, asked: epoch, led: led)) }
            }
        }
        return found
    }

    /// By its name a topic that is gone may be told of when there is another one of that name.
    mutating func fetched(
        _ answer: FetchResponse, by node: BrokerID, isFromReplica: Bool, outdated: [Exchange.OutdatedEpoch],
        named: [Int]
    ) throws(Violation) {
        counts.add(answer.errorCode)
        for topic in answer.responses.indices {
            let topicId = answer.responses[topic].topicId
            if topicId == MetadataLog.topicId || answer.responses[topic].topic == MetadataLog.topic {
                for data in answer.responses[topic].partitions { try metadataFetched(data, by: node) }
                continue
            }
            guard let name = topicId == .zero ? answer.responses[topic].topic : metadata.name(of: topicId) else {
                continue
            }
            for index in answer.responses[topic].partitions.indices {
                let error = answer.responses[topic].partitions[index].errorCode
                counts.add(error)
                guard error == .none else { continue }
                let id = TopicPartition(
                    topic: name, partition: answer.responses[topic].partitions[index].partitionIndex)
                if let old = outdated.first(where: { $0.partition == id }) {
                    throw Violation(
                        "an old leader epoch was served",
                        "\(id): \(node) leads in epoch \(old.led) and answers a fetch of epoch \(old.asked)")
                }
                guard let partition = partitionIndices[id],
                    topicId != .zero
                        || named.indices.contains(partition) && named[partition] == partitions[partition].former
                else { continue }
                if answer.responses[topic].partitions[index].divergingEpoch.endOffset >= 0 { counts.add(.divergences) }
                try served(
                    upTo: answer.responses[topic].partitions[index].highWatermark,
                    logStart: answer.responses[topic].partitions[index].logStartOffset, by: node, of: partition,
                    toConsumer: isFromReplica ? nil : answer.responses[topic].partitions[index].records)
            }
        }
    }

    /// `records` is what a consumer is given; what a replica is given may be uncommitted.
    private mutating func served(
        upTo highWatermark: Int64, logStart: Int64, by node: BrokerID, of partition: Int, toConsumer records: Payload?
    ) throws(Violation) {
        guard let index = partitions[partition].leadership(by: node) else { return }
        let told = partitions[partition].leaderships[index].told
        if highWatermark < told {
            throw Violation(
                "the high watermark went back",
                "\(partitions[partition].id): \(node) tells \(highWatermark), after \(told), both in epoch "
                    + "\(partitions[partition].leaderships[index].epoch)")
        }
        if highWatermark > told {
            try self.told(highWatermark, by: node, of: partition, "tells a high watermark of \(highWatermark)")
            partitions[partition].leaderships[index].told = highWatermark
        }
        partitions[partition].noteStart(min(logStart, partitions[partition].committedEnd))
        guard case .bytes(let bytes)? = records, bytes.readableBytes > 0,
            let replica = partitions[partition].index(of: node)
        else { return }
        var batches = RecordBatches(bytes)
        while let batch = (try? batches.next()) ?? nil {
            counts.add(.servedBatches)
            let served = MirroredBatch(batch: batch, position: 0)
            let isDamaged = partitions[partition].isDamaged(node, from: served.base)
            // A flipped bit may lie in the batch's own length: its reader finds that by the checksum.
            if served.next > highWatermark, !isDamaged || (try? batch.validate()) != nil {
                throw Violation(
                    "an uncommitted record was served to a consumer",
                    "\(partitions[partition].id): \(node) serves \(served.place) over the high watermark "
                        + "\(highWatermark)")
            }
            if isDamaged || served.base < partitions[partition].replicas[replica].log.cleanedUpTo { continue }
            let own = partitions[partition].replicas[replica].log.batch(at: served.base)
            guard let own, own.isSame(as: served) else {
                throw Violation(
                    "a record was served that is not in the log",
                    "\(partitions[partition].id): \(node) serves \(served.place), its log has "
                        + (own?.place ?? "nothing there"))
            }
        }
    }
}
