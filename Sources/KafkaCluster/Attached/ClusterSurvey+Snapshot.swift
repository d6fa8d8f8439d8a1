import KafkaBroker
import KafkaProtocol

/// The picture that the answers make.
extension ClusterSurvey {
    /// A voter that has not fetched for this long, on the clock of the quorum's leader, is down or cut off.
    private static let voterSilence: Int64 = 5000

    /// Who decides, by the quorum's word.
    package var quorumLeader: BrokerID? { quorum.flatMap { $0.leaderId == .none ? nil : $0.leaderId } }
    /// Who decides, by the metadata's: true where there is no quorum, any broker otherwise.
    package var metadataController: BrokerID? {
        metadata.flatMap { $0.controllerId == .none ? nil : $0.controllerId }
    }

    package func snapshot(at now: Instant) -> ClusterSnapshot {
        var result = ClusterSnapshot(takenAt: now, clusterID: metadata?.clusterId ?? "")
        result.heardAt = metadataAt
        result.topics = topics
        result.brokers = brokers(result.topics)
        result.controllers = controllers
        if hasQuorum {
            result.controller = quorumLeader
            // What is decided, not yet what every broker knows; the last decision is the record before it.
            result.metadataOffset = quorum.flatMap { $0.highWatermark > 0 ? $0.highWatermark - 1 : nil }
        } else {
            result.controller = metadataController
        }
        result.groups = groups(result.topics)
        return result
    }

    // MARK: Topics

    private var topics: [ClusterSnapshot.Topic] {
        let alive = Set(metadata?.brokers.map(\.nodeId) ?? [])
        return (metadata?.topics ?? []).compactMap { topic in
            guard topic.errorCode == .none, let name = topic.name else { return nil }
            return ClusterSnapshot.Topic(
                name: name, id: topic.topicId, isInternal: topic.isInternal,
                partitions: topic.partitions.map { partition($0, of: name, alive) })
        }
    }

    private func partition(
        _ decided: MetadataResponse.MetadataResponsePartition, of topic: String, _ alive: Set<BrokerID>
    ) -> ClusterSnapshot.Partition {
        let id = TopicPartition(topic: topic, partition: decided.partitionIndex)
        let leader = decided.leaderId == .none ? nil : decided.leaderId
        var partition = ClusterSnapshot.Partition(
            index: decided.partitionIndex, leader: leader, leaderEpoch: decided.leaderEpoch, isr: decided.isrNodes,
            replicas: decided.replicaNodes.map { broker in
                let isOffline = decided.offlineReplicas.contains(broker) || !alive.contains(broker)
                let state: ClusterSnapshot.Replica.State =
                    isOffline || silent[broker] != nil
                    ? .offline : leader == broker ? .leader : decided.isrNodes.contains(broker) ? .inSync : .lagging
                return ClusterSnapshot.Replica(
                    broker: broker, state: state, logEndOffset: heard[broker]?.offsets[.logEnd]?[id])
            })
        if let leader, let own = heard[leader] {
            partition.logStartOffset = own.offsets[.logStart]?[id]
            partition.highWatermark = own.offsets[.highWatermark]?[id]
            partition.logEndOffset = own.offsets[.logEnd]?[id]
            partition.sizeInBytes = own.sizes?[id]
        }
        return partition
    }

    // MARK: Nodes

    /// Those that are listed, and those that were or hold a replica: they are gone.
    private func brokers(_ topics: [ClusterSnapshot.Topic]) -> [ClusterSnapshot.Broker] {
        var (leaders, replicas): ([BrokerID: Int], [BrokerID: Int]) = ([:], [:])
        for partition in topics.lazy.flatMap(\.partitions) {
            if let leader = partition.leader { leaders[leader, default: 0] += 1 }
            for replica in partition.replicas { replicas[replica.broker, default: 0] += 1 }
        }
        let listed = Set(metadata?.brokers.map(\.nodeId) ?? [])
        let all = listed.union(addresses.keys).union(replicas.keys).sorted()
        return all.map { id in
            let address = addresses[id]
            let state: ClusterSnapshot.Broker.State =
                !listed.contains(id) ? .down : silent[id] != nil ? .unreachable : .running
            var broker = ClusterSnapshot.Broker(
                id: id, host: address?.host ?? "", port: address?.port ?? 0, state: state,
                leaders: leaders[id] ?? 0, replicas: replicas[id] ?? 0)
            broker.logBytes = heard[id]?.sizes.map { $0.values.reduce(0) { $0.saturatingAdd($1) } }
            broker.logDirectoryFailure = heard[id]?.logDirectoryFailure
            return broker
        }
    }

    private var controllers: [ClusterSnapshot.ControllerNode] {
        // Who was up when somebody last told may be down now.
        guard let quorum, quorumLeader != nil else { return [] }
        // The leader says when each last asked it; brokers do so all the time.
        let latest = (quorum.currentVoters + quorum.observers).map(\.lastFetchTimestamp).max() ?? -1
        return quorum.currentVoters.sorted { $0.replicaId < $1.replicaId }.map { voter in
            let isActive = voter.replicaId == quorum.leaderId
            let silence = latest.subtractingReportingOverflow(voter.lastFetchTimestamp).partialValue
            let isSilent = latest >= 0 && silence > Self.voterSilence
            var controller = ClusterSnapshot.ControllerNode(
                id: voter.replicaId, isUp: isActive || !isSilent, isActive: isActive)
            // Of one that is silent only is known where it once was.
            guard controller.isUp else { return controller }
            controller.epoch = quorum.leaderEpoch
            controller.logEndOffset = voter.logEndOffset < 0 ? nil : voter.logEndOffset
            return controller
        }
    }

    // MARK: Groups

    private func groups(_ topics: [ClusterSnapshot.Topic]) -> [ClusterSnapshot.Group] {
        var partitions: [TopicPartition: ClusterSnapshot.Partition] = [:]
        for topic in topics {
            for partition in topic.partitions {
                partitions[TopicPartition(topic: topic.name, partition: partition.index)] = partition
            }
        }
        var coordinators: [String: BrokerID] = [:]
        for broker in heard.keys.sorted() {
            // For a moment after its coordinator has moved, two brokers may hold a group.
            for id in heard[broker]?.groups.keys.sorted() ?? [] { coordinators[id] = broker }
        }
        return coordinators.keys.sorted().compactMap { id in
            guard let coordinator = coordinators[id], let own = heard[coordinator], let listed = own.groups[id] else {
                return nil
            }
            return group(listed, own, at: coordinator, partitions)
        }
    }

    private func group(
        _ listed: ListGroupsResponse.ListedGroup, _ own: Broker, at coordinator: BrokerID,
        _ partitions: [TopicPartition: ClusterSnapshot.Partition]
    ) -> ClusterSnapshot.Group {
        let described = own.described[listed.groupId]
        // The list is newer; before version 4 it tells no state.
        let state = listed.groupState.isEmpty ? described?.groupState ?? Figures.unknown : listed.groupState
        let members = described?.members.map { GroupSnapshot.Member($0, isConsumer: described?.isConsumer ?? false) }
        var rows: [TopicPartition: ClusterSnapshot.GroupPartition] = [:]
        for (id, offset) in own.committed[listed.groupId] ?? [:] {
            rows[id, default: .init(partition: id)].committed = offset
        }
        for member in members ?? [] {
            for id in member.assignment { rows[id, default: .init(partition: id)].member = member.id }
        }
        var group = ClusterSnapshot.Group(id: listed.groupId, state: state, members: members ?? [])
        group.protocolName = described.flatMap { $0.protocolData.isEmpty ? nil : $0.protocolData }
        group.coordinator = coordinator
        group.partitions = rows.values.sorted { $0.partition < $1.partition }.map { row in
            var row = row
            row.highWatermark = partitions[row.partition]?.highWatermark
            row.logEndOffset = partitions[row.partition]?.logEndOffset
            return row
        }
        return group
    }
}

extension DescribeGroupsResponse.DescribedGroup {
    fileprivate var isConsumer: Bool { protocolType == "consumer" }
}

extension GroupSnapshot.Member {
    fileprivate init(_ member: DescribeGroupsResponse.DescribedGroupMember, isConsumer: Bool) {
        // Other kinds of groups, such as Kafka Connect's, write something else there.
        let assignment =
            isConsumer && member.memberAssignment.readableBytes > 0
            ? try? ConsumerProtocolAssignment(decodingVersioned: member.memberAssignment) : nil
        let host = member.clientHost.hasPrefix("/") ? String(member.clientHost.dropFirst()) : member.clientHost
        self.init(
            id: member.memberId, instanceID: member.groupInstanceId, clientID: member.clientId, clientHost: host,
            assignment: assignment?.assignedPartitions.flatMap { topic in
                topic.partitions.map { TopicPartition(topic: topic.topic, partition: $0) }
            } ?? [])
    }
}
