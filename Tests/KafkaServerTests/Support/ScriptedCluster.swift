import KafkaBroker
import KafkaProtocol
import KafkaServer
import Logging

/// A cluster of scripted nodes on free ports.
enum ScriptedCluster {
    /// Runs the body with a started cluster and shuts it down whatever happens.
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
        do {
            try await cluster.start()
            try await body(cluster)
        } catch {
            await cluster.shutDown(patience: .milliseconds(100))
            throw error
        }
        await cluster.shutDown(patience: .milliseconds(100))
    }
}
