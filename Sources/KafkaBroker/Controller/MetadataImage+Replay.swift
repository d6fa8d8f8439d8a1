import KafkaProtocol

/// Why a record of the metadata log cannot be applied: the log is damaged, or was written by something else.
package struct MetadataReplayError: Error, Hashable, Sendable, CustomStringConvertible {
    package var offset: Int64
    package var reason: String

    package var description: String { "metadata record at offset \(offset): \(reason)" }
}

extension MetadataImage {
    /// Applies the next record. The image is as before when this throws.
    @discardableResult
    package mutating func replay(
        _ record: MetadataRecord, at offset: Int64, epoch: Int32
    ) throws(MetadataReplayError) -> MetadataChange {
        let change: MetadataChange
        do {
            change = try apply(record)
        } catch {
            throw MetadataReplayError(offset: offset, reason: error.reason)
        }
        self.offset = offset
        self.epoch = epoch
        return change
    }

    /// A record that says nothing to the image: the control record that begins a controller's epoch.
    package mutating func skip(to offset: Int64, epoch: Int32) {
        self.offset = offset
        self.epoch = epoch
    }

    private struct Refusal: Error { var reason: String }

    private mutating func apply(_ record: MetadataRecord) throws(Refusal) -> MetadataChange {
        switch record {
        case .registerBroker(let record): return register(record)
        case .unregisterBroker(let record): return try unregister(record)
        case .fenceBroker(let record): return try changeBroker(record.id, epoch: record.epoch) { $0.fenced = true }
        case .unfenceBroker(let record): return try changeBroker(record.id, epoch: record.epoch) { $0.fenced = false }
        case .brokerRegistrationChange(let record): return try changeBroker(record)
        case .topic(let record): return try addTopic(record)
        case .removeTopic(let record): return try removeTopic(record)
        case .partition(let record): return try addPartition(record)
        case .partitionChange(let record): return try changePartition(record)
        case .config(let record): return setConfig(record)
        case .producerIds(let record):
            nextProducerId = record.nextProducerId
            return .producerIdsAllocated(next: record.nextProducerId)
        case .featureLevel, .noOp, .registerController: return .nothing
        case .beginTransaction, .endTransaction, .abortTransaction:
            // Our controller writes what belongs together in one batch, and never these.
            throw Refusal(reason: "a transaction of metadata records")
        }
    }
}

// MARK: - Brokers

extension MetadataImage {
    private mutating func register(_ record: RegisterBrokerRecord) -> MetadataChange {
        let registration = BrokerRegistration(
            id: record.brokerId, epoch: record.brokerEpoch, incarnation: record.incarnationId,
            listeners: record.endPoints.map {
                BrokerRegistration.Listener(
                    name: $0.name, host: $0.host, port: $0.port, securityProtocol: $0.securityProtocol)
            },
            rack: record.rack, fenced: record.fenced, inControlledShutdown: record.inControlledShutdown,
            logDirs: record.logDirs)
        if let position = brokerPosition(record.brokerId) {
            let previous = brokers[position]
            brokers[position] = registration
            return .brokerRegistered(registration, previous: previous)
        }
        brokers.insert(registration, at: brokers.lowerBound { $0.id < registration.id })
        return .brokerRegistered(registration, previous: nil)
    }

    private mutating func unregister(_ record: UnregisterBrokerRecord) throws(Refusal) -> MetadataChange {
        let position = try positionOfBroker(record.brokerId, epoch: record.brokerEpoch)
        return .brokerUnregistered(brokers.remove(at: position))
    }

    private mutating func changeBroker(_ record: BrokerRegistrationChangeRecord) throws(Refusal) -> MetadataChange {
        guard (-1...1).contains(record.fenced), (0...1).contains(record.inControlledShutdown) else {
            throw Refusal(reason: "unknown change of broker \(record.brokerId)")
        }
        return try changeBroker(record.brokerId, epoch: record.brokerEpoch) { registration in
            if record.fenced != 0 { registration.fenced = record.fenced == 1 }
            if record.inControlledShutdown == 1 { registration.inControlledShutdown = true }
            if !record.logDirs.isEmpty { registration.logDirs = record.logDirs }
        }
    }

    private mutating func changeBroker(
        _ id: BrokerID, epoch: Int64, _ change: (inout BrokerRegistration) -> Void
    ) throws(Refusal) -> MetadataChange {
        let position = try positionOfBroker(id, epoch: epoch)
        let old = brokers[position]
        change(&brokers[position])
        let new = brokers[position]
        if old.fenced != new.fenced { return new.fenced ? .brokerFenced(id) : .brokerUnfenced(id) }
        if !old.inControlledShutdown && new.inControlledShutdown { return .brokerShuttingDown(id) }
        return .nothing
    }

    private func positionOfBroker(_ id: BrokerID, epoch: Int64) throws(Refusal) -> Int {
        guard let position = brokerPosition(id) else { throw Refusal(reason: "broker \(id) is not registered") }
        guard brokers[position].epoch == epoch else {
            throw Refusal(reason: "broker \(id) has epoch \(brokers[position].epoch), not \(epoch)")
        }
        return position
    }
}

// MARK: - Topics

extension MetadataImage {
    private mutating func addTopic(_ record: TopicRecord) throws(Refusal) -> MetadataChange {
        guard topicIds[record.name] == nil, topicsById[record.topicId] == nil else {
            throw Refusal(reason: "topic \(record.name) (\(record.topicId)) exists already")
        }
        topicsById[record.topicId] = TopicImage(name: record.name, id: record.topicId)
        topicIds[record.name] = record.topicId
        topicNames.insert(record.name, at: topicNames.lowerBound { $0 < record.name })
        return .topicAdded(name: record.name, id: record.topicId)
    }

    private mutating func removeTopic(_ record: RemoveTopicRecord) throws(Refusal) -> MetadataChange {
        guard let topic = topicsById.removeValue(forKey: record.topicId) else {
            throw Refusal(reason: "no topic \(record.topicId)")
        }
        topicIds[topic.name] = nil
        topicNames.remove(at: topicNames.lowerBound { $0 < topic.name })
        configsByResource[.topic(topic.name)] = nil
        return .topicRemoved(topic)
    }

    private mutating func addPartition(_ record: PartitionRecord) throws(Refusal) -> MetadataChange {
        // Holding the topic itself would make the append copy all its partitions.
        guard let name = topicsById[record.topicId]?.name, let count = topicsById[record.topicId]?.partitions.count
        else { throw Refusal(reason: "no topic \(record.topicId)") }
        guard Int(record.partitionId) == count else {
            throw Refusal(reason: "partition \(name)-\(record.partitionId) after \(count) partitions")
        }
        let image = PartitionImage(
            replicas: record.replicas, isr: record.isr, leader: record.leader,
            leaderEpoch: record.leaderEpoch, partitionEpoch: record.partitionEpoch,
            leaderRecoveryState: try recoveryState(record.leaderRecoveryState),
            addingReplicas: record.addingReplicas, removingReplicas: record.removingReplicas,
            directories: record.directories)
        topicsById[record.topicId]!.partitions.append(image)
        return .partitionAdded(
            TopicPartition(topic: name, partition: record.partitionId), topicId: record.topicId, image)
    }

    private mutating func changePartition(_ record: PartitionChangeRecord) throws(Refusal) -> MetadataChange {
        // As above: only the one partition is held.
        guard let name = topicsById[record.topicId]?.name,
            let old = topicsById[record.topicId]?.partition(record.partitionId)
        else {
            throw Refusal(reason: "no partition \(record.partitionId) of topic \(record.topicId)")
        }
        guard let new = old.changed(by: record) else {
            throw Refusal(reason: "the change of \(name)-\(record.partitionId) cannot follow what it is")
        }
        topicsById[record.topicId]!.partitions[Int(record.partitionId)] = new
        return .partitionChanged(
            TopicPartition(topic: name, partition: record.partitionId), topicId: record.topicId, from: old, to: new)
    }

    /// Undoes the newest change of topics that has not been undone. Brokers, settings and producer ids are kept elsewhere.
    mutating func takeBack(_ change: MetadataChange) {
        switch change {
        case .topicAdded(let name, let id):
            topicsById[id] = nil
            topicIds[name] = nil
            topicNames.remove(at: topicNames.lowerBound { $0 < name })
        case .topicRemoved(let topic):
            topicsById[topic.id] = topic
            topicIds[topic.name] = topic.id
            topicNames.insert(topic.name, at: topicNames.lowerBound { $0 < topic.name })
        case .partitionAdded(_, let topicId, _):
            topicsById[topicId]?.partitions.removeLast()
        case .partitionChanged(let partition, let topicId, let old, _):
            topicsById[topicId]?.partitions[Int(partition.partition)] = old
        case .brokerRegistered, .brokerFenced, .brokerUnfenced, .brokerShuttingDown, .brokerUnregistered,
            .configChanged, .producerIdsAllocated, .nothing:
            break
        }
    }

    private func recoveryState(_ value: Int8) throws(Refusal) -> LeaderRecoveryState {
        guard let state = LeaderRecoveryState(rawValue: value) else {
            throw Refusal(reason: "unknown leader recovery state \(value)")
        }
        return state
    }
}

// MARK: - Settings

extension MetadataImage {
    /// Settings of kinds of resources that we do not keep change nothing.
    private mutating func setConfig(_ record: ConfigRecord) -> MetadataChange {
        guard let resource = ConfigResource(type: record.resourceType, name: record.resourceName) else {
            return .nothing
        }
        var pairs = configsByResource.removeValue(forKey: resource) ?? []
        let position = pairs.lowerBound { $0.name < record.name }
        let exists = position < pairs.count && pairs[position].name == record.name
        switch (record.value, exists) {
        case (let value?, true): pairs[position].value = value
        case (let value?, false): pairs.insert(ConfigPair(name: record.name, value: value), at: position)
        case (nil, true): pairs.remove(at: position)
        case (nil, false): break
        }
        if !pairs.isEmpty { configsByResource[resource] = pairs }
        return .configChanged(resource, name: record.name, value: record.value)
    }
}

extension PartitionChangeRecord {
    /// The leader stays who it is, and so does its epoch.
    static let leaderUnchanged = BrokerID(-2)
}
