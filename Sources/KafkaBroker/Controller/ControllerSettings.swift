import KafkaProtocol

/// What a controller is started with.
package struct ControllerSettings: Hashable, Sendable {
    /// `node.id`: 101 and up.
    package var nodeId: BrokerID
    /// The cluster's identifier, the same for all its nodes.
    package var clusterID: String
    /// The ids in `controller.quorum.voters`, this node's among them; sorted.
    package var voters: [BrokerID]
    /// What the user set; everything else has the default of `ConfigurationTable.brokers`.
    package let configuration: StaticConfiguration
    /// Read once: these are asked for after every step.
    package let brokerSessionTimeout: Duration
    package let rebalancesLeaders: Bool
    package let leaderImbalanceCheckInterval: Duration
    /// The folder on this controller's disk below which the metadata log has its folder. Empty is the disk's root.
    package var logDir = ""

    /// Without voters the node is a quorum of its own.
    package init(
        nodeId: BrokerID = 101, clusterID: String, voters: [BrokerID] = [], configuration: StaticConfiguration = .init()
    ) {
        self.nodeId = nodeId
        self.clusterID = clusterID
        self.voters = voters.isEmpty ? [nodeId] : voters.sorted()
        self.configuration = configuration
        brokerSessionTimeout = .milliseconds(configuration.integer("broker.session.timeout.ms"))
        rebalancesLeaders = configuration.boolean("auto.leader.rebalance.enable")
        leaderImbalanceCheckInterval = .seconds(configuration.integer("leader.imbalance.check.interval.seconds"))
    }
}
