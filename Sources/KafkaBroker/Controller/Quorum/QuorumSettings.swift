import KafkaProtocol

/// What a voter of the metadata quorum is started with.
///
/// The times are shorter than Kafka's defaults (`ConfigurationTable` says by how much): a lab wants to see a killed
/// controller replaced within about a second, before brokers' sessions end.
package struct QuorumSettings: Hashable, Sendable {
    package var nodeId: BrokerID
    package var clusterID: String
    /// Sorted; this node is one of them.
    package var voters: [BrokerID]
    /// `controller.quorum.election.timeout.ms`: how long a candidate waits for votes, at least; at most twice as long.
    package var electionTimeout: Duration = .milliseconds(500)
    /// `controller.quorum.fetch.timeout.ms`: how long a follower waits for its leader; up to a quarter more, so that two
    /// followers seldom give up together.
    package var fetchTimeout: Duration = .milliseconds(1000)
    /// `controller.quorum.election.backoff.max.ms`: the longest pause after an election without a winner.
    package var electionBackoffMax: Duration = .milliseconds(300)
    /// `controller.quorum.retry.backoff.ms`
    package var retryBackoff: Duration = .milliseconds(20)
    /// `controller.quorum.request.timeout.ms`
    package var requestTimeout: Duration = .milliseconds(2000)
    /// `metadata.log.max.record.bytes.between.snapshots`
    package var bytesBetweenSnapshots: Int64 = 1 << 20
    /// The most that a follower asks for at once.
    package var fetchMaxBytes = 1 << 20
    /// A broker that has not read for so long is not described any more.
    package var observerTimeout: Duration = .seconds(300)
    /// The folder below which the metadata log has its folder.
    package var logDir = ""

    package init(nodeId: BrokerID, clusterID: String, voters: [BrokerID]) {
        precondition(voters.contains(nodeId), "a controller is one of its quorum's voters")
        self.nodeId = nodeId
        self.clusterID = clusterID
        self.voters = voters.sorted()
    }

    package init(_ settings: ControllerSettings) {
        self.init(nodeId: settings.nodeId, clusterID: settings.clusterID, voters: settings.voters)
        func milliseconds(_ name: String) -> Duration { .milliseconds(settings.configuration.integer(name)) }
        electionTimeout = milliseconds("controller.quorum.election.timeout.ms")
        fetchTimeout = milliseconds("controller.quorum.fetch.timeout.ms")
        electionBackoffMax = milliseconds("controller.quorum.election.backoff.max.ms")
        retryBackoff = milliseconds("controller.quorum.retry.backoff.ms")
        requestTimeout = milliseconds("controller.quorum.request.timeout.ms")
        bytesBetweenSnapshots = settings.configuration.integer("metadata.log.max.record.bytes.between.snapshots")
        logDir = settings.logDir
    }

    var majority: Int { voters.count / 2 + 1 }
    var others: [BrokerID] { voters.filter { $0 != nodeId } }
    /// Where this node stands among the voters: the first begins the first election.
    var rank: Int { voters.firstIndex(of: nodeId) ?? 0 }
    /// How long a follower lets the leader wait for news. Several fit in the time after which either gives the other up.
    var fetchMaxWait: Duration { fetchTimeout / 4 }
    /// A leader that has not heard a majority for this long leads no more.
    var checkQuorumTimeout: Duration { fetchTimeout * 3 / 2 }
}
