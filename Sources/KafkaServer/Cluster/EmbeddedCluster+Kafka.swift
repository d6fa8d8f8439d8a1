import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Logging

extension FileDisk: ServedDisk {}

extension EmbeddedCluster {
    /// What a cluster of real brokers is made of.
    package struct Options: Hashable, Sendable {
        package var brokers: Int
        /// Nil for as many as the data directory was begun with, or three.
        package var controllers: Int?
        package var host: String
        /// The first broker's; 0 takes free ones.
        package var port: Int
        /// What every broker and controller is started with, as by Kafka's server.properties.
        package private(set) var settings = StaticConfiguration()

        package init(brokers: Int, controllers: Int? = nil, host: String = "127.0.0.1", port: Int = 0) {
            self.brokers = brokers
            self.controllers = controllers
            self.host = host
            self.port = port
        }

        /// Sets a broker setting for all nodes, those that are added later among them.
        package mutating func set(_ name: String, to value: String) throws(ConfigError) {
            guard !["node.id", "advertised.listeners"].contains(name) else {
                throw ConfigError(message: "\(name) differs from node to node, and klamm gives it to each")
            }
            try settings.set(name, value)
        }
    }

    /// Brokers 1, 2, 3 ..., with those that were added and without those that were removed, and controllers 101, 102,
    /// 103, each with its folder in the data directory.
    package static func make(
        _ options: Options, in directory: DataDirectory, limits: ConnectionLimits = ConnectionLimits(), logger: Logger
    ) async throws -> EmbeddedCluster {
        var blueprints: [NodeBlueprint] = []
        let voters = try directory.controllers(startedWith: options.controllers)
        let makeBroker = { @Sendable (id: BrokerID) throws(ClusterError) in
            let port = try PortReservation(
                host: options.host, port: options.port == 0 ? 0 : options.port + Int(id.rawValue) - 1)
            return NodeBlueprint.broker(id, port, options, voters, directory)
        }
        for id in try directory.brokers(startedWith: options.brokers) { blueprints.append(try makeBroker(id)) }
        for id in voters { blueprints.append(.controller(id, options, voters, directory)) }
        return try await EmbeddedCluster(
            clusterID: directory.clusterID, blueprints: blueprints,
            scaling: Scaling(directory: directory, blueprint: makeBroker), limits: limits, logger: logger)
    }
}

extension NodeBlueprint {
    static func broker(
        _ id: BrokerID, _ port: PortReservation, _ options: EmbeddedCluster.Options, _ controllers: [BrokerID],
        _ directory: DataDirectory
    ) -> NodeBlueprint {
        let folder = directory.folder(of: id)
        var settings = BrokerSettings(
            nodeId: id, clusterID: directory.clusterID, host: port.host, port: port.port,
            configuration: options.settings)
        settings.logDirPath = folder
        settings.controllers = controllers
        // A lab of one broker has topics too.
        let brokers = Int16(clamping: options.brokers)
        settings.defaultReplicationFactor = min(settings.defaultReplicationFactor, brokers)
        settings.offsetsTopicReplicationFactor = min(settings.offsetsTopicReplicationFactor, brokers)
        return NodeBlueprint(
            id: id, port: port,
            disk: { try FileDisk(root: folder) },
            node: { [settings] disk, seed, now in Broker(settings: settings, disk: disk, seed: seed, now: now) },
            show: { node in
                guard let broker = node as? Broker else { preconditionFailure("this place is a broker's") }
                return .broker(broker.snapshot(), metadataOffset: broker.metadataOffset)
            })
    }

    static func controller(
        _ id: BrokerID, _ options: EmbeddedCluster.Options, _ voters: [BrokerID], _ directory: DataDirectory
    ) -> NodeBlueprint {
        let folder = directory.folder(of: id)
        let settings = ControllerSettings(
            nodeId: id, clusterID: directory.clusterID, voters: voters, configuration: options.settings)
        return NodeBlueprint(
            id: id, port: nil,
            disk: { try FileDisk(root: folder) },
            node: { disk, seed, now in try Controller(settings: settings, disk: disk, seed: seed, now: now) },
            show: { node in
                guard let controller = node as? Controller else { preconditionFailure("this place is a controller's") }
                let snapshot = controller.snapshot(now: SystemClock.now())
                var shown = ClusterSnapshot.ControllerNode(id: id, isUp: true, isActive: snapshot.isActive)
                shown.epoch = snapshot.leaderEpoch
                shown.logEndOffset = snapshot.metadataLogEndOffset
                return .controller(shown, snapshot.image)
            })
    }
}
