import EmbeddedClusters
import KafkaBroker
import KafkaProtocol
import KafkaServer
import Logging

/// A cluster of scripted nodes on free ports. They do so little that it need not wait for its turn.
enum ScriptedCluster {
    static func with(
        brokers: Int, limits: ConnectionLimits = ConnectionLimits(), ignoringStop: Bool = false,
        _ body: (EmbeddedCluster) async throws -> Void
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var blueprints: [NodeBlueprint] = []
        for id in 1...brokers {
            let id = BrokerID(Int32(id))
            blueprints.append(
                NodeBlueprint(
                    id: id, port: try PortReservation(host: "127.0.0.1", port: 0),
                    disk: { ScratchDisk("0123456789") },
                    node: { _, _, now in ScriptedNode(id: id, now: now, ignoresStop: ignoringStop) },
                    show: { .broker(($0 as! ScriptedNode).snapshot, metadataOffset: 0) }))
        }
        let cluster = try await EmbeddedCluster(
            clusterID: "test", blueprints: blueprints, limits: limits, logger: logger)
        try await cluster.whileItRuns(patience: .milliseconds(100), body)
    }
}
