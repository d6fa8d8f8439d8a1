import KafkaBroker
import KafkaProtocol
import NIOCore

/// Finds positions: by ListOffsets where there is none, by OffsetForLeaderEpoch where it is in doubt.
extension Fetcher {
    mutating func listOffsets(_ network: inout NetworkClient, now: Instant, into actions: inout [ClientAction]) {
        let wanted = ready(&network, now: now) { state, _ in if case .resetting = state { true } else { false } }
        let version = network.settings.dialect.version(of: .listOffsets)
        for (leader, indexes) in wanted {
            var request = ListOffsetsRequest()
            request.replicaId = .none
            request.isolationLevel = version >= 2 ? settings.isolationLevel : 0
            for index in indexes {
                guard case .resetting(let reset, _, _) = partitions[index].state else { continue }
                var partition = ListOffsetsRequest.ListOffsetsPartition()
                partition.partitionIndex = partitions[index].id.partition
                partition.currentLeaderEpoch = version >= 4 ? partitions[index].leaderEpoch : -1
                partition.timestamp = reset.timestamp
                if request.topics.last?.name != partitions[index].id.topic {
                    var topic = ListOffsetsRequest.ListOffsetsTopic()
                    topic.name = partitions[index].id.topic
                    request.topics.append(topic)
                }
                request.topics[request.topics.count - 1].partitions.append(partition)
            }
            let id = network.send(request, to: leader, now: now, into: &actions)
            began(indexes, id, .listOffsets(indexes.map { partitions[$0].id }))
        }
    }

    mutating func listOffsetsAnswered(
        _ id: RequestID, _ asked: [TopicPartition], _ frame: ByteBuffer, _ network: inout NetworkClient,
        now: Instant, into actions: inout [ClientAction]
    ) {
        let response = network.read(ListOffsetsResponse.self, of: .listOffsets, frame, into: &actions)
        for partition in asked {
            guard let index = settle(partition, id) else { continue }
            let result = response?.topics.first { $0.name == partition.topic }?.partitions
                .first { $0.partitionIndex == partition.partition }
            guard let result, result.errorCode == .none, result.offset >= 0,
                case .resetting(_, let from, let why) = partitions[index].state
            else {
                network.refreshMetadata()
                retryLater(index, &network, now: now)
                continue
            }
            partitions[index].failures = 0
            partitions[index].lastEpoch = result.leaderEpoch
            place(index, at: result.offset, from: from, why: why, network.name, into: &actions)
        }
    }

    /// The partition goes on from `offset`.
    private mutating func place(
        _ index: Int, at offset: Int64, from: Int64, why: String?, _ name: String,
        into actions: inout [ClientAction]
    ) {
        let id = partitions[index].id
        partitions[index].state = .fetching
        partitions[index].position = offset
        partitions[index].corruptCount = 0
        if let why {
            actions.append(.note(.positionReset(consumer: name, id, from: from, to: offset, reason: why)))
        }
        outcomes.append(.positioned(id, offset: offset))
    }

    mutating func validate(_ network: inout NetworkClient, now: Instant, into actions: inout [ClientAction]) {
        let wanted = ready(&network, now: now) { state, _ in if case .validating = state { true } else { false } }
        let version = network.settings.dialect.version(of: .offsetForLeaderEpoch)
        for (leader, indexes) in wanted {
            var request = OffsetForLeaderEpochRequest()
            if version >= 3 { request.replicaId = .none }
            request.topics = indexes.map { partitions[$0] }.byTopic(\.id).map { name, validated in
                var topic = OffsetForLeaderEpochRequest.OffsetForLeaderTopic()
                topic.topic = name
                topic.partitions = validated.map { validated in
                    var partition = OffsetForLeaderEpochRequest.OffsetForLeaderPartition()
                    partition.partition = validated.id.partition
                    partition.currentLeaderEpoch = validated.leaderEpoch
                    partition.leaderEpoch = validated.lastEpoch
                    return partition
                }
                return topic
            }
            let id = network.send(request, to: leader, now: now, into: &actions)
            began(indexes, id, .validate(indexes.map { partitions[$0].id }))
        }
    }

    mutating func validateAnswered(
        _ id: RequestID, _ asked: [TopicPartition], _ frame: ByteBuffer, _ network: inout NetworkClient,
        now: Instant, into actions: inout [ClientAction]
    ) {
        let response = network.read(
            OffsetForLeaderEpochResponse.self, of: .offsetForLeaderEpoch, frame, into: &actions)
        for partition in asked {
            guard let index = settle(partition, id), partitions[index].state == .validating else { continue }
            let result = response?.topics.first { $0.topic == partition.topic }?.partitions
                .first { $0.partition == partition.partition }
            guard let result, result.errorCode == .none else {
                network.refreshMetadata()
                retryLater(index, &network, now: now)
                continue
            }
            partitions[index].failures = 0
            truncated(
                index, epoch: result.leaderEpoch, endOffset: result.endOffset, network.name, into: &actions)
        }
    }

    /// The leader says where the epoch of the last record ends in its log. What the consumer read past that is gone.
    mutating func truncated(
        _ index: Int, epoch: Int32, endOffset: Int64, _ name: String, into actions: inout [ClientAction]
    ) {
        guard epoch >= 0, endOffset >= 0 else { return beginReset(index, why: "the epoch is unknown") }
        let from = partitions[index].position
        guard endOffset < from else {
            // Not asked about the same epoch again, of which the leader knows nothing.
            partitions[index].lastEpoch = min(partitions[index].lastEpoch, epoch)
            partitions[index].state = .fetching
            return
        }
        partitions[index].lastEpoch = epoch
        place(index, at: endOffset, from: from, why: "the log was truncated", name, into: &actions)
    }
}
