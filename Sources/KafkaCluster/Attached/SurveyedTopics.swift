import KafkaProtocol

/// The topics of the picture, kept ready from round to round.
///
/// An answer changes what it tells and nothing else. What it leaves as it was shares its storage with the picture before;
/// arrays that share their storage are equal at no cost, so whoever watches pictures passes over what did not change.
struct SurveyedTopics: Sendable {
    /// Sorted by name.
    private(set) var topics: [ClusterSnapshot.Topic] = []
    private var places: [String: Int] = [:]
    /// Who has told how far its logs go since `heardAt` of the topic, of those who lead a partition of it.
    private var tellers: [String: Set<BrokerID>] = [:]
    /// Those whose partitions have changed since `forgetChanges`, and those that are gone.
    private(set) var changed: Set<String> = []

    /// Of all topics.
    private(set) var partitionCount = 0
    /// Those with a partition of which nobody has told how far it may be read or where it begins.
    private(set) var untold: Set<String> = []

    mutating func forgetChanges() { changed.removeAll(keepingCapacity: true) }

    func topic(_ name: String) -> ClusterSnapshot.Topic? { places[name].map { topics[$0] } }

    // MARK: What is decided

    /// Both are sorted by name, and the partitions of each topic by index. What was heard of a partition stays known as long
    /// as the one who told it can be asked; a topic of the same name made anew is another. Returns whether anything was decided
    /// anew, and the names of topics that were made anew.
    mutating func take(
        _ decided: [MetadataResponse.MetadataResponseTopic], after before: [MetadataResponse.MetadataResponseTopic],
        reachable: Set<BrokerID>, hasOtherReach: Bool, sizes: (BrokerID, TopicPartition) -> Int64?
    ) -> (isAnew: Bool, successors: Set<String>) {
        if !hasOtherReach, decided == before { return (false, []) }
        var old = SortedWalk(before) { $0.name ?? "" }
        var isAnew = false
        var successors: Set<String> = []
        var found: [ClusterSnapshot.Topic] = []
        found.reserveCapacity(decided.count)
        for topic in decided {
            // One that is told twice is told once too often.
            guard topic.errorCode == .none, let name = topic.name, found.last?.name != name else { continue }
            let decidedBefore = old.next(name)
            let former = self.topic(name)
            let known = former.flatMap { $0.isContinued(by: topic) ? $0 : nil }
            if !hasOtherReach, let known, decidedBefore == topic {
                found.append(known)
                continue
            }
            changed.insert(name)
            isAnew = true
            let isSuccessor = known == nil && former != nil
            if isSuccessor { successors.insert(name) }
            var new = ClusterSnapshot.Topic(
                name: name, id: topic.topicId, isInternal: topic.isInternal,
                partitions: topic.partitions.map { decided in
                    var partition = ClusterSnapshot.Partition(
                        decided, known: known?.partition(decided.partitionIndex), reachable: reachable)
                    if !isSuccessor, let leader = partition.leader, reachable.contains(leader) {
                        partition.sizeInBytes = sizes(leader, TopicPartition(topic: name, partition: partition.index))
                    }
                    return partition
                })
            new.heardAt = known?.heardAt
            noteWhetherTold(new)
            found.append(new)
        }
        let isListedAnew = found.count != topics.count || zip(found, topics).contains { $0.0.name != $0.1.name }
        let former = topics
        topics = found
        partitionCount = found.reduce(0) { $0 + $1.partitions.count }
        guard isListedAnew else { return (isAnew, successors) }
        places = [:]
        for (place, topic) in found.enumerated() { places[topic.name] = place }
        for topic in former where places[topic.name] == nil { changed.insert(topic.name) }
        tellers = tellers.filter { places[$0.key] != nil }
        untold = untold.filter { places[$0] != nil }
        return (true, successors)
    }

    // MARK: What brokers tell of themselves

    /// Returns whether an offset is another than before, and whether the broker refused a partition as one that it does not
    /// lead or have: what is decided has changed since it was last asked for.
    mutating func take(
        _ mark: ClusterSurvey.Mark, _ response: ListOffsetsResponse, from broker: BrokerID, at now: Instant
    ) -> (hasMoved: Bool, isOutdated: Bool) {
        var (hasMoved, isOutdated) = (false, false)
        for told in response.topics {
            guard let place = places[told.name] else { continue }
            var (hasChanged, tellsOfItsOwn) = (false, false)
            for answer in told.partitions {
                if answer.errorCode.tellsOfAnotherDecision { isOutdated = true }
                guard let index = topics[place].place(of: answer.partitionIndex) else { continue }
                if answer.errorCode == .none, topics[place].partitions[index].leader == broker { tellsOfItsOwn = true }
                let offset = answer.errorCode == .none && answer.offset >= 0 ? answer.offset : nil
                if note(offset, as: mark, of: broker, place, index) { hasChanged = true }
            }
            if hasChanged {
                changed.insert(told.name)
                hasMoved = true
                if mark != .logEnd { noteWhetherTold(topics[place]) }
            }
            if mark == .logEnd, tellsOfItsOwn { noteTeller(broker, of: place, at: now) }
        }
        return (hasMoved, isOutdated)
    }

    /// Writes only what is another value, since a write parts the picture's storage from the one before. Returns whether it
    /// did.
    private mutating func note(
        _ offset: Int64?, as mark: ClusterSurvey.Mark, of broker: BrokerID, _ topic: Int, _ partition: Int
    ) -> Bool {
        let isLeader = topics[topic].partitions[partition].leader == broker
        switch mark {
        case .highWatermark:
            guard isLeader, topics[topic].partitions[partition].highWatermark != offset else { return false }
            topics[topic].partitions[partition].highWatermark = offset
        case .logStart:
            guard isLeader, topics[topic].partitions[partition].logStartOffset != offset else { return false }
            topics[topic].partitions[partition].logStartOffset = offset
        case .logEnd:
            let replica = topics[topic].partitions[partition].replicas.firstIndex { $0.broker == broker }
            guard let replica, topics[topic].partitions[partition].replicas[replica].logEndOffset != offset else {
                return false
            }
            topics[topic].partitions[partition].replicas[replica].logEndOffset = offset
            if isLeader { topics[topic].partitions[partition].logEndOffset = offset }
        }
        return true
    }

    private mutating func noteWhetherTold(_ topic: ClusterSnapshot.Topic) {
        if topic.partitions.allSatisfy({ $0.highWatermark != nil && $0.logStartOffset != nil }) {
            untold.remove(topic.name)
        } else {
            untold.insert(topic.name)
        }
    }

    /// A topic's end is its leaders' word: it is as old as the oldest of them.
    private mutating func noteTeller(_ broker: BrokerID, of place: Int, at now: Instant) {
        let name = topics[place].name
        tellers[name, default: []].insert(broker)
        guard let all = tellers[name], topics[place].partitions.allSatisfy({ $0.leader.map(all.contains) ?? true })
        else { return }
        topics[place].heardAt = now
        tellers[name] = []
    }

    /// Sizes of the partitions that this broker leads.
    mutating func take(_ sizes: [TopicPartition: Int64], of led: [TopicIndexes]) {
        for asked in led {
            guard let place = places[asked.topic] else { continue }
            for partition in asked.partitions {
                let size = sizes[TopicPartition(topic: asked.topic, partition: partition)]
                guard let index = topics[place].place(of: partition),
                    topics[place].partitions[index].sizeInBytes != size
                else { continue }
                topics[place].partitions[index].sizeInBytes = size
                changed.insert(asked.topic)
            }
        }
    }
}

extension ClusterSnapshot.Topic {
    /// Whether it is the same topic. Brokers before 2.8 tell no ids: a topic of which a leader epoch falls, or that loses
    /// partitions, is another of the same name.
    fileprivate func isContinued(by topic: MetadataResponse.MetadataResponseTopic) -> Bool {
        guard id == topic.topicId else { return false }
        guard id == .zero else { return true }
        return topic.partitions.count >= partitions.count
            && zip(partitions, topic.partitions).allSatisfy { $0.leaderEpoch <= $1.leaderEpoch }
    }
}

extension ClusterSnapshot.Partition {
    fileprivate init(
        _ decided: MetadataResponse.MetadataResponsePartition, known: Self?, reachable: Set<BrokerID>
    ) {
        let leader = decided.leaderId == .none ? nil : decided.leaderId
        self.init(
            index: decided.partitionIndex, leader: leader, leaderEpoch: decided.leaderEpoch, isr: decided.isrNodes,
            replicas: decided.replicaNodes.map { broker in
                let isReachable = reachable.contains(broker)
                let state: ClusterSnapshot.Replica.State =
                    !isReachable || decided.offlineReplicas.contains(broker)
                    ? .offline : leader == broker ? .leader : decided.isrNodes.contains(broker) ? .inSync : .lagging
                let end = isReachable ? known?.replicas.first { $0.broker == broker }?.logEndOffset : nil
                return ClusterSnapshot.Replica(broker: broker, state: state, logEndOffset: end)
            })
        guard let leader, reachable.contains(leader) else { return }
        logEndOffset = replicas.first { $0.broker == leader }?.logEndOffset
        // Another leader tells its own.
        guard let known, known.leader == leader else { return }
        highWatermark = known.highWatermark
        logStartOffset = known.logStartOffset
    }
}

extension ErrorCode {
    fileprivate var tellsOfAnotherDecision: Bool {
        switch self {
        case .notLeaderOrFollower, .unknownTopicOrPartition, .replicaNotAvailable, .leaderNotAvailable,
            .fencedLeaderEpoch, .unknownLeaderEpoch:
            true
        default: false
        }
    }
}
