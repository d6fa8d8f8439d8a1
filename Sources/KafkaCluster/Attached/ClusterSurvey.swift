import KafkaProtocol

/// What a client has heard of a cluster that it can only ask: which answers it has, and from whom.
///
/// The shell asks what `questions(for:)` says and hands each answer to `take`. Nothing is guessed: what a broker did not
/// answer, or what it answered before it fell silent, is unknown. `snapshot` makes the picture of it.
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
        /// The committed offsets of these groups: in one request where the broker knows how, else in one for each.
        case committed([String])
    }

    package enum Answer: Sendable {
        case offsets(Mark, ListOffsetsResponse)
        case listGroups(ListGroupsResponse)
        case logDirs(DescribeLogDirsResponse)
        case describeGroups(DescribeGroupsResponse)
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

    /// What one broker has said of itself.
    struct Broker: Sendable {
        var offsets: [Mark: [TopicPartition: Int64]] = [:]
        var sizes: [TopicPartition: Int64]?
        var logDirectoryFailure: String?
        /// The groups that it coordinates, by id.
        var groups: [String: ListGroupsResponse.ListedGroup] = [:]
        var described: [String: DescribeGroupsResponse.DescribedGroup] = [:]
        var committed: [String: [TopicPartition: Int64]] = [:]
        var asked = 0
    }

    private(set) var metadata: MetadataResponse?
    private(set) var metadataAt: Instant?
    private(set) var quorum: DescribeQuorumResponse.PartitionData?
    /// Whether the cluster has a quorum to ask for: one that runs with ZooKeeper does not.
    package private(set) var hasQuorum = true
    private(set) var heard: [BrokerID: Broker] = [:]
    /// Those that did not answer, and why.
    private(set) var silent: [BrokerID: String] = [:]
    /// Every broker that was ever listed, where it was.
    private(set) var addresses: [BrokerID: Address] = [:]
    /// What the console shows now: asked first and most often where there is much.
    package var interest = Interest()

    package struct Interest: Hashable, Sendable {
        package var topics: Set<String> = []
        package var groups: Set<String> = []

        package init() {}
    }

    package init() {}

    // MARK: What was heard

    package mutating func take(_ response: MetadataResponse, at now: Instant) {
        var response = response
        response.brokers.sort { $0.nodeId < $1.nodeId }
        response.topics.sort { $0.name ?? "" < $1.name ?? "" }
        for index in response.topics.indices {
            response.topics[index].partitions.sort { $0.partitionIndex < $1.partitionIndex }
        }
        for broker in response.brokers {
            addresses[broker.nodeId] = Address(host: broker.host, port: Int(broker.port))
        }
        let listed = Set(response.brokers.map(\.nodeId))
        heard = heard.filter { listed.contains($0.key) }
        silent = silent.filter { listed.contains($0.key) }
        metadata = response
        metadataAt = now
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

    package mutating func take(_ answer: Answer, from broker: BrokerID) {
        silent[broker] = nil
        switch answer {
        case .offsets(let mark, let response): heard[broker, default: Broker()].take(mark, response)
        case .listGroups(let response): heard[broker, default: Broker()].take(response)
        case .logDirs(let response): heard[broker, default: Broker()].take(response)
        case .describeGroups(let response):
            for group in response.groups where group.errorCode == .none {
                heard[broker, default: Broker()].described[group.groupId] = group
            }
        case .committed(let groups):
            for group in groups where group.errorCode == .none {
                heard[broker, default: Broker()].committed[group.groupId] = group.offsets
            }
        }
    }

    /// The broker did not answer. What it said before is no longer known to be so.
    package mutating func silence(of broker: BrokerID, _ reason: String) {
        heard[broker] = nil
        silent[broker] = reason
    }

    /// A round with this broker is over.
    package mutating func finishedRound(with broker: BrokerID) { heard[broker]?.asked += 1 }
}

extension ClusterSurvey.Broker {
    mutating func take(_ mark: ClusterSurvey.Mark, _ response: ListOffsetsResponse) {
        var found = offsets[mark] ?? [:]
        for topic in response.topics {
            for partition in topic.partitions {
                let id = TopicPartition(topic: topic.name, partition: partition.partitionIndex)
                found[id] = partition.errorCode == .none && partition.offset >= 0 ? partition.offset : nil
            }
        }
        offsets[mark] = found
    }

    mutating func take(_ response: ListGroupsResponse) {
        // While it loads, it knows only some of them.
        guard response.errorCode == .none else { return }
        groups = Dictionary(response.groups.map { ($0.groupId, $0) }, uniquingKeysWith: { first, _ in first })
        described = described.filter { groups[$0.key] != nil }
        committed = committed.filter { groups[$0.key] != nil }
    }

    mutating func take(_ response: DescribeLogDirsResponse) {
        guard response.errorCode == .none else { return }
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
        let failed = response.results.filter { $0.errorCode != .none }
        // Of several directories the others go on.
        let isWholly = !failed.isEmpty && failed.count == response.results.count
        logDirectoryFailure = isWholly ? failed.first.map { "\($0.logDir): \($0.errorCode)" } : nil
    }
}

extension OffsetFetchResponse.OffsetFetchResponseGroup {
    fileprivate var offsets: [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for topic in topics {
            for partition in topic.partitions where partition.errorCode == .none && partition.committedOffset >= 0 {
                offsets[TopicPartition(topic: topic.name, partition: partition.partitionIndex)] =
                    partition.committedOffset
            }
        }
        return offsets
    }
}
