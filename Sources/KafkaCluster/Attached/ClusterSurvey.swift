import KafkaBroker
import KafkaProtocol

/// What a client has heard of a cluster that it can only ask: which answers it has, and from whom.
///
/// The shell asks what `questions(for:)` says and hands each answer to `take`. Nothing is guessed: what a broker did
/// not answer, or what it answered before it fell silent, is unknown. `snapshot` makes the picture of it.
///
/// Metadata says what is decided: brokers, topics, leaders, ISRs. A broker's own answers say what is so on it.
package struct ClusterSurvey: Sendable {
    /// Which of a log's offsets is asked for.
    package enum Mark: Hashable, Sendable, CaseIterable {
        /// Of the partitions that the broker leads.
        case highWatermark, logStart
        /// Of every replica on the broker, from its own log.
        case logEnd
    }

    package enum Question: Equatable, Sendable {
        case offsets(Mark, ListOffsetsRequest)
        case listGroups(ListGroupsRequest)
        case logDirs(DescribeLogDirsRequest)
        case describeGroups(DescribeGroupsRequest)
        case describeConsumerGroups(ConsumerGroupDescribeRequest)
        /// The committed offsets of these groups: in one request where the broker knows how, else in one for each.
        case committed([String])
    }

    package enum Answer: Sendable {
        case offsets(Mark, ListOffsetsResponse)
        case listGroups(ListGroupsResponse)
        case logDirs(DescribeLogDirsResponse)
        case describeGroups(DescribeGroupsResponse)
        case describeConsumerGroups(ConsumerGroupDescribeResponse)
        case committed([OffsetFetchResponse.OffsetFetchResponseGroup])
    }

    /// Where a broker listens.
    package struct Address: Hashable, Sendable, CustomStringConvertible {
        package var host: String
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// What one broker has said of itself, but for what is kept in the picture of the topics.
    struct Broker: Sendable {
        var sizes: [TopicPartition: Int64]?
        var logBytes: Int64?
        var logDirectoryFailure: String?
        /// The groups that it coordinates, by id.
        var groups: [String: ListGroupsResponse.ListedGroup] = [:]
        /// The same as it listed them.
        var listed: [ListGroupsResponse.ListedGroup] = []
        var hasListed = false
        var described: [String: GroupDescription] = [:]
        var committed: [String: OffsetFetchResponse.OffsetFetchResponseGroup] = [:]
        /// Rounds that are over, and the next ones in which everything and the sizes are asked for.
        var asked = 0
        var allAt = 0
        var sizesAt = 0
        /// Whether an offset was another since everything was asked for.
        var hasMoved = false
    }

    private(set) var metadata: MetadataResponse?
    private(set) var metadataAt: Instant?
    private(set) var quorum: DescribeQuorumResponse.PartitionData?
    /// Whether the cluster has a quorum to ask for: one that runs with ZooKeeper does not.
    package private(set) var hasQuorum = true
    private(set) var heard: [BrokerID: Broker] = [:]
    /// Those that did not answer, and why.
    private(set) var silent: [BrokerID: String] = [:]
    /// Those that are being asked, and since when.
    private(set) var askedAt: [BrokerID: Instant] = [:]
    /// Every broker that was ever listed, where it was.
    private(set) var addresses: [BrokerID: Address] = [:]
    private(set) var topics = SurveyedTopics()
    private var groups = SurveyedGroups()
    private(set) var hosted: [BrokerID: HostedPartitions] = [:]
    private var roundsSinceAllTopics = 0
    /// How often all topics are to be asked for in any case. Something told of a decision that the metadata does not
    /// show yet, and a broker may answer before it knows of it.
    private var wholeRounds = 0
    /// With more than this on one broker, or in a cluster, what nobody looks at is asked for in some rounds only.
    var roomInRound = (partitions: 2000, groups: 200)
    /// What the console shows now: asked first and most often where there is much.
    package var interest = Interest()

    package struct Interest: Hashable, Sendable {
        package var topics: Set<String> = []
        package var groups: Set<String> = []

        package init() {}
    }

    package init() {}

    // MARK: What was heard

    /// The answer to `metadataQuestion`, or one about all topics.
    package mutating func take(_ response: MetadataResponse, isWhole: Bool = true, at now: Instant) {
        let reached = reachable
        var response = response
        response.brokers.sort { $0.nodeId < $1.nodeId }
        for index in response.topics.indices {
            response.topics[index].partitions.sort { $0.partitionIndex < $1.partitionIndex }
        }
        if isWhole {
            response.topics.sort { $0.name ?? "" < $1.name ?? "" }
            (wholeRounds, roundsSinceAllTopics) = (max(0, wholeRounds - 1), 0)
        } else {
            roundsSinceAllTopics += 1
            // One that is gone may have a successor of the same name, and a broker that came or went may lead anything.
            if response.brokers != metadata?.brokers || response.topics.contains(where: { $0.errorCode != .none }) {
                expectChange()
            }
            response.topics = metadata?.topics.replacing(response.topics) ?? []
        }
        for broker in response.brokers {
            addresses[broker.nodeId] = Address(host: broker.host, port: Int(broker.port))
        }
        let listed = Set(response.brokers.map(\.nodeId))
        if heard.keys.contains(where: { !listed.contains($0) }) {
            heard = heard.filter { listed.contains($0.key) }
            groups.noteOtherList()
        }
        silent = silent.filter { listed.contains($0.key) }
        let before = metadata?.topics ?? []
        metadata = response
        metadataAt = now
        arrange(after: before, hasOtherReach: reached != reachable)
    }

    /// Brokers that the cluster lists and that answer.
    private var reachable: Set<BrokerID> {
        Set(metadata?.brokers.lazy.map(\.nodeId).filter { silent[$0] == nil } ?? [])
    }

    private mutating func arrange(after before: [MetadataResponse.MetadataResponseTopic], hasOtherReach: Bool) {
        let decided = metadata?.topics ?? []
        let taken = topics.take(
            decided, after: before, reachable: reachable, hasOtherReach: hasOtherReach
        ) { heard[$0]?.sizes?[$1] }
        if taken.isAnew { hosted = HostedPartitions.byBroker(topics.topics) }
        guard !taken.successors.isEmpty else { return }
        for broker in heard.keys.sorted() {
            let kept = heard[broker]?.sizes?.filter { !taken.successors.contains($0.key.topic) }
            heard[broker]?.sizes = kept
        }
    }

    /// Somebody has changed something, or tells that another did.
    package mutating func expectChange() { wholeRounds = 2 }

    /// Everything is asked for in the next round, however much there is.
    package mutating func expectEverything() {
        expectChange()
        for broker in heard.keys.sorted() { heard[broker]?.allAt = 0 }
    }

    /// All topics, or, of a large cluster in nine rounds of ten, those that the console shows, the one whose leaders
    /// coordinate groups, and the list of brokers.
    package var metadataQuestion: (request: MetadataRequest, isWhole: Bool) {
        guard topics.partitionCount > roomInRound.partitions, wholeRounds == 0,
            roundsSinceAllTopics + 1 < Self.roundsBetweenAllTopics
        else {
            return (Self.allTopics, true)
        }
        var request = MetadataRequest()
        request.allowAutoTopicCreation = false
        request.topics = interest.topics.union([GroupCoordinator.topic]).sorted().compactMap { name in
            guard topics.topic(name) != nil else { return nil }
            var topic = MetadataRequest.MetadataRequestTopic()
            topic.name = name
            return topic
        }
        return (request, false)
    }

    /// Returns whether it tells who decides: a broker that cannot reach the controllers answers with an error.
    @discardableResult
    package mutating func take(_ response: DescribeQuorumResponse) -> Bool {
        let partition = response.topics.first?.partitions.first
        guard response.errorCode == .none, let partition, partition.errorCode == .none, partition.leaderId != .none
        else { return false }
        quorum = partition
        return true
    }

    /// Nobody told who decides.
    package mutating func quorumIsSilent(isUnsupported: Bool) {
        if isUnsupported {
            hasQuorum = false
            quorum = nil
            return
        }
        quorum?.leaderId = .none
    }

    /// A round with this broker begins.
    package mutating func beginRound(with broker: BrokerID, at now: Instant) { askedAt[broker] = now }

    package mutating func take(_ answer: Answer, from broker: BrokerID, at now: Instant) {
        // What comes from one that the cluster lists no more came late.
        guard brokers.contains(broker) else { return }
        if silent.removeValue(forKey: broker) != nil { reachHasChanged() }
        var known = heard.removeValue(forKey: broker) ?? Broker()
        defer { heard[broker] = known }
        switch answer {
        case .offsets(let mark, let response):
            let told = topics.take(mark, response, from: broker, at: now)
            if told.isOutdated { expectChange() }
            if told.hasMoved { known.hasMoved = true }
        case .listGroups(let response): known.take(response, &groups)
        case .logDirs(let response):
            guard response.errorCode == .none else { return }
            known.take(response)
            topics.take(known.sizes ?? [:], of: hosted[broker]?.led ?? [])
        case .describeGroups(let response): known.take(response.groups.map(GroupDescription.classic), &groups)
        case .describeConsumerGroups(let response):
            known.take(response.groups.map(GroupDescription.consumer), &groups)
        case .committed(let committed):
            for group in committed where group.errorCode == .none && known.committed[group.groupId] != group {
                known.committed[group.groupId] = group
                groups.noteChange(of: group.groupId)
            }
        }
    }

    /// The broker did not answer. What it said before is no longer known to be so.
    package mutating func silence(of broker: BrokerID, _ reason: String) {
        askedAt[broker] = nil
        guard brokers.contains(broker) else { return }
        heard[broker] = nil
        groups.noteOtherList()
        if silent.updateValue(reason, forKey: broker) == nil { reachHasChanged() }
    }

    private mutating func reachHasChanged() {
        expectChange()
        arrange(after: metadata?.topics ?? [], hasOtherReach: true)
    }

    /// A round with this broker is over.
    package mutating func finishedRound(with broker: BrokerID) {
        askedAt[broker] = nil
        guard var known = heard.removeValue(forKey: broker) else { return }
        let areMany = hostsMany(broker)
        let wanted = Wanted(of: known, areMany: areMany)
        if wanted.sizes {
            known.sizesAt = known.asked + (areMany ? Self.roundsBetweenSizes.ofMany : Self.roundsBetweenSizes.ofFew)
        }
        if wanted.all {
            known.allAt = known.asked + (known.hasMoved ? Self.roundsBetweenAll.moving : Self.roundsBetweenAll.resting)
            known.hasMoved = false
        }
        known.asked += 1
        heard[broker] = known
    }

    /// The groups as they are by what was told until now.
    mutating func currentGroups() -> [ClusterSnapshot.Group] {
        groups.refresh(heard, topics)
        topics.forgetChanges()
        return groups.groups
    }
}

extension ClusterSurvey.Broker {
    mutating func take(_ response: ListGroupsResponse, _ changes: inout SurveyedGroups) {
        // While it loads, it knows only some of them.
        guard response.errorCode == .none else { return }
        hasListed = true
        guard response.groups != listed else { return }
        listed = response.groups
        let before = groups
        var isAsBefore = response.groups.count == before.count
        for group in response.groups where before[group.groupId] != group {
            if before[group.groupId] == nil { isAsBefore = false }
            changes.noteChange(of: group.groupId)
        }
        groups = Dictionary(response.groups.map { ($0.groupId, $0) }, uniquingKeysWith: { first, _ in first })
        guard !isAsBefore else { return }
        changes.noteOtherList()
        described = described.filter { groups[$0.key] != nil }
        committed = committed.filter { groups[$0.key] != nil }
    }

    mutating func take(_ descriptions: [GroupDescription], _ changes: inout SurveyedGroups) {
        for group in descriptions where group.errorCode == .none && described[group.id] != group {
            described[group.id] = group
            changes.noteChange(of: group.id)
        }
    }

    mutating func take(_ response: DescribeLogDirsResponse) {
        var sizes: [TopicPartition: Int64] = [:]
        for directory in response.results {
            for topic in directory.topics {
                for partition in topic.partitions where !partition.isFutureKey {
                    let id = TopicPartition(topic: topic.name, partition: partition.partitionIndex)
                    sizes[id] = partition.partitionSize
                }
            }
        }
        self.sizes = sizes
        logBytes = sizes.values.reduce(0) { $0.saturatingAdd($1) }
        let failed = response.results.filter { $0.errorCode != .none }
        // Of several directories the others go on.
        let isWholly = !failed.isEmpty && failed.count == response.results.count
        logDirectoryFailure = isWholly ? failed.first.map { "\($0.logDir): \($0.errorCode)" } : nil
    }
}

extension [MetadataResponse.MetadataResponseTopic] {
    /// Sorted by name, as this is, with those that were told instead of those of before; one that is not there stays
    /// out. Shares its storage with this where all is as before.
    fileprivate func replacing(_ told: Self) -> Self {
        var result = self
        for topic in told {
            guard let name = topic.name else { continue }
            let place = lowerBound { $0.name ?? "" < name }
            guard place < count, self[place].name == name, self[place] != topic else { continue }
            result[place] = topic
        }
        return result
    }
}
