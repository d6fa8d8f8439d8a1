import KafkaCluster
import KafkaProtocol
import NIOCore
import NIOPosix

/// Connections to a cluster's brokers: one to each that was asked something, opened when it is needed and again when it
/// was lost. All of them share one thread.
actor ClusterWire {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let security: WireSecurity
    private var connections: [ClusterSurvey.Address: BrokerConnection] = [:]
    private var opening: [ClusterSurvey.Address: Task<BrokerConnection, any Error>] = [:]
    private var isClosed = false

    init(security: WireSecurity) { self.security = security }

    func connection(to address: ClusterSurvey.Address, patience: Duration) async throws -> BrokerConnection {
        if let connection = connections[address], connection.isOpen { return connection }
        if let task = opening[address] { return try await task.value }
        guard !isClosed else { throw CancellationError() }
        let task = Task { [group, security] in
            try await BrokerConnection.open(address, on: group, security: security, patience: patience)
        }
        opening[address] = task
        defer { opening[address] = nil }
        let connection = try await task.value
        connections[address] = connection
        return connection
    }

    nonisolated func ask<Request: KafkaRequest>(
        _ request: Request, of address: ClusterSurvey.Address, patience: Duration
    ) async throws -> Request.Response {
        try await connection(to: address, patience: patience).ask(request, patience: patience)
    }

    func close() async {
        isClosed = true
        for connection in connections.values { connection.close() }
        connections = [:]
        try? await group.shutdownGracefully()
    }
}
