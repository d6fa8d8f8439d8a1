import KafkaProtocol

/// What to ask next, and whom. Everything about one broker goes into one request of a kind, however many partitions.
extension ClusterSurvey {
    /// Log starts and sizes seldom change, and sizes cost the broker something: of very many all the more.
    static let roundsBetweenSizes = (ofFew: 5, ofMany: 15)
    /// Members come and go with a change of the group's state, mostly.
    private static let roundsBetweenDescriptions = 3
    /// Rounds from one to the next in which everything is asked for; more where the last time nothing had moved.
    static let roundsBetweenAll = (moving: 5, resting: 10)
    /// What changes among them is mostly told of by other answers.
    static let roundsBetweenAllTopics = 10
    /// Records of metadata that a broker may lag behind the others before another is asked instead.
    private static let staleRecords: Int64 = 20

    /// Who asks for all topics creates none, and brokers that know version 3 at most could not be told so.
    package static let allTopics: MetadataRequest = {
        var request = MetadataRequest()
        request.topics = nil
        return request
    }()

    package static let metadataQuorum: DescribeQuorumRequest = {
        var topic = DescribeQuorumRequest.TopicData()
        topic.topicName = "__cluster_metadata"
        topic.partitions = [DescribeQuorumRequest.PartitionData()]
        var request = DescribeQuorumRequest()
        request.topics = [topic]
        return request
    }()

    /// The brokers that are to be asked, as the cluster lists them.
    package var brokers: [BrokerID] { metadata?.brokers.map(\.nodeId) ?? [] }

    package func address(of broker: BrokerID) -> Address? { addresses[broker] }

    /// Whether it did not answer when it was last asked.
    package func isSilent(_ broker: BrokerID) -> Bool { silent[broker] != nil }

    /// The first questions of a round to one broker, which do not hang on each other's answers.
    package func questions(for broker: BrokerID) -> [Question] {
        let hosted = hosted[broker] ?? HostedPartitions()
        let areMany = hostsMany(broker)
        let wanted = Wanted(of: heard[broker] ?? Broker(), areMany: areMany)
        let isLong = areMany && !wanted.all
        let seen = interest.topics.sorted()
        func asked(_ partitions: [TopicIndexes]) -> [TopicIndexes] {
            isLong ? seen.compactMap(partitions.of) : partitions
        }
        // What it has just come to lead is asked for at once, whoever looks at it.
        let untold = topics.untold.sorted().compactMap(hosted.led.of)
        let led = asked(hosted.led)
        var questions: [Question] = []
        func ask(_ mark: Mark, _ partitions: [TopicIndexes]) {
            guard !partitions.isEmpty else { return }
            questions.append(.offsets(mark, Self.offsets(mark, of: partitions)))
        }
        let unseen = isLong ? untold.filter { !interest.topics.contains($0.topic) } : []
        ask(.highWatermark, led + unseen.compactMap { without(\.highWatermark, $0) })
        ask(.logEnd, asked(hosted.all))
        ask(.logStart, wanted.sizes ? led : untold.compactMap { without(\.logStartOffset, $0) })
        if wanted.sizes {
            var request = DescribeLogDirsRequest()
            request.topics = nil
            questions.append(.logDirs(request))
        }
        questions.append(.listGroups(ListGroupsRequest()))
        return questions
    }

    func hostsMany(_ broker: BrokerID) -> Bool {
        (hosted[broker]?.all.partitionCount ?? 0) > roomInRound.partitions
    }

    /// What one round asks for.
    struct Wanted {
        var all: Bool
        var sizes: Bool

        init(of known: Broker, areMany: Bool) {
            all = known.asked >= known.allAt
            // Log starts are asked for with the other offsets.
            sizes = known.asked >= known.sizesAt && (all || !areMany)
        }
    }

    /// The questions about the groups that the broker has just listed.
    package func groupQuestions(for broker: BrokerID) -> [Question] {
        guard let known = heard[broker] else { return [] }
        let isLong = known.groups.count > roomInRound.groups && known.asked < known.allAt
        let ids = (isLong ? interest.groups.filter { known.groups[$0] != nil } : Set(known.groups.keys)).sorted()
        var questions: [Question] = []
        let isTime = known.asked % Self.roundsBetweenDescriptions == 0
        let described = ids.filter { id in
            guard let listed = known.groups[id] else { return false }
            guard let old = known.described[id], old.isOfProtocol(of: listed) else { return true }
            return isTime || !listed.groupState.isEmpty && listed.groupState != old.state || listed.isReconciling
        }
        let classic = described.filter { known.groups[$0]?.isClassic == true }
        if !classic.isEmpty {
            var request = DescribeGroupsRequest()
            request.groups = classic
            questions.append(.describeGroups(request))
        }
        let consumer = described.filter { known.groups[$0]?.isConsumer == true }
        if !consumer.isEmpty {
            var request = ConsumerGroupDescribeRequest()
            request.groupIds = consumer
            questions.append(.describeConsumerGroups(request))
        }
        if !ids.isEmpty { questions.append(.committed(ids)) }
        return questions
    }

    /// The broker to ask for the cluster's metadata: the one asked before, unless it lags behind others in the metadata
    /// log, as one does that is cut off from the controllers and does not know it.
    package func metadataBroker(after last: BrokerID?) -> BrokerID? {
        let candidates = brokers.filter { silent[$0] == nil }
        guard let last, candidates.contains(last) else { return candidates.first ?? brokers.first }
        guard let observers = quorum?.observers, let own = observers.first(where: { $0.replicaId == last }),
            let best = observers.filter({ candidates.contains($0.replicaId) }).max(by: { left, right in
                left.logEndOffset < right.logEndOffset
            })
        else { return last }
        let lag = best.logEndOffset.subtractingReportingOverflow(own.logEndOffset).partialValue
        return lag > Self.staleRecords ? best.replicaId : last
    }

    /// That one, then the others: who knows most of the metadata log first, and who does not answer last.
    package func metadataBrokers(after last: BrokerID?) -> [BrokerID] {
        let preferred = metadataBroker(after: last)
        var ends: [BrokerID: Int64] = [:]
        for observer in quorum?.observers ?? [] { ends[observer.replicaId] = observer.logEndOffset }
        func rank(_ id: BrokerID) -> (Int, Int64, BrokerID) { (isSilent(id) ? 1 : 0, -(ends[id] ?? -1), id) }
        return [preferred].compactMap { $0 } + brokers.filter { $0 != preferred }.sorted { rank($0) < rank($1) }
    }

    /// Whom to ask who decides, in this order: a few.
    package func quorumBrokers(first: BrokerID?) -> [BrokerID] {
        let candidates = brokers.filter { silent[$0] == nil }
        let start = first.flatMap { candidates.firstIndex(of: $0) } ?? 0
        return Array((candidates[start...] + candidates[..<start]).prefix(3))
    }

    /// How long to rest after a round: a second, and more where a round takes long, so that the cluster has little to
    /// do.
    package static func pause(afterRoundOf duration: Duration) -> Duration {
        max(.seconds(1) - duration, duration * 3, .milliseconds(100))
    }

    /// Those of the partitions of which nobody has told this.
    private func without(
        _ figure: KeyPath<ClusterSnapshot.Partition, Int64?>, _ led: TopicIndexes
    ) -> TopicIndexes? {
        guard let topic = topics.topic(led.topic) else { return nil }
        let missing = led.partitions.filter { topic.partition($0)?[keyPath: figure] == nil }
        return missing.isEmpty ? nil : TopicIndexes(topic: led.topic, partitions: missing)
    }

    private static func offsets(_ mark: Mark, of partitions: [TopicIndexes]) -> ListOffsetsRequest {
        var request = ListOffsetsRequest()
        // As a consumer one is told the high watermark, as one who looks for faults any replica's own log end.
        request.replicaId = mark == .logEnd ? -2 : .none
        request.topics = partitions.map { asked in
            var topic = ListOffsetsRequest.ListOffsetsTopic()
            topic.name = asked.topic
            topic.partitions = asked.partitions.map { index in
                var partition = ListOffsetsRequest.ListOffsetsPartition()
                partition.partitionIndex = index
                partition.timestamp = mark == .logStart ? -2 : -1
                return partition
            }
            return topic
        }
        return request
    }
}
