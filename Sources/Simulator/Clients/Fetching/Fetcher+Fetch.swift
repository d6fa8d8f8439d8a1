import KafkaBroker
import KafkaProtocol
import NIOCore

/// Fetches records and takes them apart.
extension Fetcher {
    mutating func fetch(_ network: inout NetworkClient, now: Instant, into actions: inout [ClientAction]) {
        let (fetchedFrom, nextFetch) = (fetchedFrom, nextFetch)
        let wanted = ready(&network, now: now) { state, leader in
            guard case .fetching = state, !fetchedFrom.contains(leader) else { return false }
            return nextFetch[leader].map { $0 <= now } ?? true
        }
        for (leader, indexes) in wanted { send(indexes, to: leader, &network, now: now, into: &actions) }
    }

    private mutating func send(
        _ indexes: [Int], to leader: BrokerID, _ network: inout NetworkClient, now: Instant,
        into actions: inout [ClientAction]
    ) {
        let version = network.settings.dialect.version(of: .fetch)
        let usesIds = version >= FetchSettings.firstVersionWithTopicIds
        let wanted = indexes.map { index in
            let partition = partitions[index]
            return ClientFetchSession.Entry(
                key: partition.id, topicId: network.metadata.topics[partition.id.topic]?.id ?? .zero,
                offset: partition.position, leaderEpoch: version >= 9 ? partition.leaderEpoch : -1,
                lastEpoch: version >= 12 && settings.truncationCheck == .byFetch ? partition.lastEpoch : -1)
        }
        var request = FetchRequest()
        request.maxWaitMs = Int32(clamping: settings.maxWait.wholeMilliseconds)
        request.minBytes = settings.minBytes
        request.maxBytes = settings.maxBytes
        request.isolationLevel = settings.isolationLevel
        var isIncremental = false
        if settings.usesSessions, version >= 7 {
            let session = sessionIndex(leader)
            isIncremental = sessions[session].epoch > 0
            request.sessionId = sessions[session].id
            request.sessionEpoch = sessions[session].epoch
            let known = sessions[session].known
            for entry in known where !wanted.contains(where: { $0.key == entry.key && $0.topicId == entry.topicId }) {
                var topic = FetchRequest.ForgottenTopic()
                if usesIds { topic.topicId = entry.topicId } else { topic.topic = entry.key.topic }
                topic.partitions = [entry.key.partition]
                request.forgottenTopicsData.append(topic)
            }
            for entry in wanted where !known.contains(entry) { add(entry, to: &request, usesIds: usesIds) }
            sessions[session].asked(wanted)
        } else {
            for entry in wanted { add(entry, to: &request, usesIds: usesIds) }
        }
        let timeout = network.settings.requestTimeout + settings.maxWait
        let id = network.send(request, to: leader, timeout: timeout, now: now, into: &actions)
        fetchedFrom.append(leader)
        began(indexes, id, .fetch(leader, wanted.map(\.key), isIncremental: isIncremental))
    }

    private mutating func sessionIndex(_ broker: BrokerID) -> Int {
        if let index = sessions.firstIndex(where: { $0.broker == broker }) { return index }
        sessions.append(ClientFetchSession(broker: broker))
        return sessions.count - 1
    }

    private func add(_ entry: ClientFetchSession.Entry, to request: inout FetchRequest, usesIds: Bool) {
        var partition = FetchRequest.FetchPartition()
        partition.partition = entry.key.partition
        partition.currentLeaderEpoch = entry.leaderEpoch
        partition.fetchOffset = entry.offset
        partition.lastFetchedEpoch = entry.lastEpoch
        partition.partitionMaxBytes = settings.partitionMaxBytes
        let isSame = request.topics.last.map { usesIds ? $0.topicId == entry.topicId : $0.topic == entry.key.topic }
        if isSame != true {
            var topic = FetchRequest.FetchTopic()
            if usesIds { topic.topicId = entry.topicId } else { topic.topic = entry.key.topic }
            request.topics.append(topic)
        }
        request.topics[request.topics.count - 1].partitions.append(partition)
    }

    mutating func fetchAnswered(
        _ id: RequestID, _ broker: BrokerID, _ asked: [TopicPartition], isIncremental: Bool, _ frame: ByteBuffer,
        _ network: inout NetworkClient, now: Instant, into actions: inout [ClientAction]
    ) {
        nextFetch[broker] = now + settings.pollInterval
        fetchedFrom.removeAll { $0 == broker }
        let session = sessions.firstIndex { $0.broker == broker }
        let response = network.read(FetchResponse.self, of: .fetch, frame, into: &actions)
        guard let response, response.errorCode == .none else {
            if let session { sessions[session].reset() }
            if response?.errorCode == .fetchSessionIdNotFound, let session { sessions[session].id = 0 }
            for partition in asked {
                if let index = settle(partition, id) { retryLater(index, &network, now: now) }
            }
            return
        }
        if let session { sessions[session].answered(id: response.sessionId) }
        let usesIds = network.settings.dialect.version(of: .fetch) >= FetchSettings.firstVersionWithTopicIds
        let isEmpty = response.responses.allSatisfy { topic in
            topic.partitions.allSatisfy { $0.records.map { $0.count == 0 } ?? true }
        }
        for partition in asked {
            guard let index = settle(partition, id) else { continue }
            let topicId = network.metadata.topics[partition.topic]?.id
            let data = Self.data(of: partition.partition, in: response) {
                usesIds ? response.responses[$0].topicId == topicId : response.responses[$0].topic == partition.topic
            }
            guard let data else {
                // An incremental answer leaves out what has not changed. Of a topic that was made anew since the request it
                // says nothing.
                if isIncremental, topicId == partitions[index].topicId {
                    noteEnd(index, id, foundNothing: isEmpty ? broker : nil, network.name, into: &actions)
                } else {
                    network.refreshMetadata()
                    retryLater(index, &network, now: now)
                }
                continue
            }
            guard take(data, index, id, &network, now: now, into: &actions) else { continue }
            noteEnd(index, id, foundNothing: isEmpty ? broker : nil, network.name, into: &actions)
        }
    }

    /// Partitions come in any order, so that a topic may be named more than once.
    private static func data(
        of partition: Int32, in response: FetchResponse, where isItsTopic: (Int) -> Bool
    ) -> FetchResponse.PartitionData? {
        for topic in response.responses.indices where isItsTopic(topic) {
            for index in response.responses[topic].partitions.indices
            where response.responses[topic].partitions[index].partitionIndex == partition {
                return response.responses[topic].partitions[index]
            }
        }
        return nil
    }

    /// `foundNothing`: who had no record for it, nor for any other. All that lay before the high watermark may have been compacted
    /// away, with records that were cut off again: then a reader stands there for good, as in Kafka.
    private mutating func noteEnd(
        _ index: Int, _ request: RequestID, foundNothing broker: BrokerID?, _ name: String,
        into actions: inout [ClientAction]
    ) {
        guard let highWatermark = partitions[index].highWatermark, let finishedAfter,
            request.rawValue > finishedAfter.rawValue
        else { return }
        let position = partitions[index].position
        if position < highWatermark, let broker {
            actions.append(
                .note(.foundNothing(consumer: name, partitions[index].id, in: position..<highWatermark, by: broker)))
        }
        partitions[index].isAtEnd = position >= highWatermark || broker != nil
    }

    /// Answers whether it tells what there is at the position.
    private mutating func take(
        _ data: FetchResponse.PartitionData, _ index: Int, _ request: RequestID, _ network: inout NetworkClient,
        now: Instant, into actions: inout [ClientAction]
    ) -> Bool {
        guard case .fetching = partitions[index].state else { return false }
        network.metadata.learnLeader(
            of: partitions[index].id, data.currentLeader.leaderId, epoch: data.currentLeader.leaderEpoch)
        switch data.errorCode {
        case .none: partitions[index].failures = 0
        case .offsetOutOfRange:
            beginReset(index, why: "OFFSET_OUT_OF_RANGE")
            return false
        default:
            network.refreshMetadata()
            retryLater(index, &network, now: now)
            return false
        }
        if data.divergingEpoch.epoch >= 0 || data.divergingEpoch.endOffset >= 0 {
            truncated(
                index, epoch: data.divergingEpoch.epoch, endOffset: data.divergingEpoch.endOffset, network.name,
                into: &actions)
            return false
        }
        partitions[index].highWatermark = data.highWatermark
        if case .bytes(let bytes)? = data.records {
            read(bytes, index, &network, now: now, into: &actions)
        }
        return true
    }

    private mutating func read(
        _ bytes: ByteBuffer, _ index: Int, _ network: inout NetworkClient, now: Instant,
        into actions: inout [ClientAction]
    ) {
        let id = partitions[index].id
        var batches = RecordBatches(bytes)
        var broken: RecordBatchHeader?
        do throws(RecordError) {
            while let batch = try batches.next() {
                if batch.header.nextOffset <= partitions[index].position { continue }
                broken = batch.header
                try batch.validate()
                if !batch.isControl {
                    var reader = try batch.reader()
                    while let record = try reader.next() {
                        guard record.offset >= partitions[index].position else { continue }
                        outcomes.append(
                            .record(id, offset: record.offset, value: Self.text(record.value)))
                        partitions[index].position = record.offset + 1
                    }
                }
                partitions[index].position = batch.header.nextOffset
                partitions[index].lastEpoch = batch.header.partitionLeaderEpoch
                partitions[index].corruptCount = 0
                broken = nil
            }
        } catch {
            foundCorrupt(index, broken, &network, now: now, into: &actions)
        }
    }

    /// Another leader may have the batch whole: the consumer tries again, and in the end steps over it.
    private mutating func foundCorrupt(
        _ index: Int, _ header: RecordBatchHeader?, _ network: inout NetworkClient, now: Instant,
        into actions: inout [ClientAction]
    ) {
        let id = partitions[index].id
        let position = partitions[index].position
        actions.append(.note(.corrupt(consumer: network.name, id, offset: position)))
        partitions[index].corruptCount += 1
        network.refreshMetadata()
        retryLater(index, &network, now: now)
        guard partitions[index].corruptCount >= 8 else { return }
        partitions[index].corruptCount = 0
        var next = position + 1
        if let header, header.nextOffset > position, header.nextOffset - position < 10_000 { next = header.nextOffset }
        partitions[index].position = next
        partitions[index].lastEpoch = -1
        actions.append(
            .note(.positionReset(consumer: network.name, id, from: position, to: next, reason: "a corrupt batch")))
        outcomes.append(.positioned(id, offset: next))
    }

    /// The value without the spaces that a producer fills it up with.
    private static func text(_ value: ByteBuffer?) -> String {
        guard let value else { return "" }
        return value.withUnsafeReadableBytes { bytes in
            let end = bytes.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
            return String(decoding: bytes[..<end], as: UTF8.self)
        }
    }
}
