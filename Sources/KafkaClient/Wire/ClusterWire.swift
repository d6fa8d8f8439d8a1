import KafkaCluster
import KafkaProtocol
import NIOCore
import NIOPosix

/// Connections to a cluster's brokers: one to each that was asked something, opened when it is needed and again when it
/// was lost. All of them share one thread.
actor ClusterWire {
    /// Never shut down: who is still being let in, or still waits for an answer, when the wire is closed, finds a connection
    /// that is over, and not a loop that is.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    let security: WireSecurity
    private var connections: [ClusterSurvey.Address: BrokerConnection] = [:]
    private var opening: [ClusterSurvey.Address: Task<BrokerConnection, any Error>] = [:]
    private var isClosed = false

    init(security: WireSecurity) { self.security = security }

    func connection(to address: ClusterSurvey.Address, patience: Duration) async throws -> BrokerConnection {
        let open = connections[address].flatMap { $0.isOpen ? $0 : nil }
        if let open, !open.isDue { return open }
        if let task = opening[address] {
            // While another asker logs in anew, the old one serves.
            if let open { return open }
            return try await task.value
        }
        guard !isClosed else { throw CancellationError() }
        let task = Task { [security] in
            try await BrokerConnection.open(address, on: Self.group, security: security, patience: patience)
        }
        opening[address] = task
        defer { opening[address] = nil }
        do {
            let connection = try await task.value
            guard !isClosed else {
                connection.close()
                throw CancellationError()
            }
            connections[address] = connection
            return connection
        } catch {
            // It serves to its end, and perhaps a later login succeeds.
            if let open, open.isOpen { return open }
            throw error
        }
    }

    nonisolated func ask<Request: KafkaRequest>(
        _ request: Request, of address: ClusterSurvey.Address, patience: Duration
    ) async throws -> Request.Response {
        try await ask(request, over: try await connection(to: address, patience: patience), patience: patience)
    }

    /// A connection may end just before it is used, as when a login's time is up: then another takes its place. What has
    /// left is never asked again.
    nonisolated func ask<Request: KafkaRequest>(
        _ request: Request, over connection: BrokerConnection, patience: Duration
    ) async throws -> Request.Response {
        if let response = try await connection.askIfOpen(request, patience: patience) { return response }
        return try await self.connection(to: connection.address, patience: patience).ask(request, patience: patience)
    }

    func close() {
        isClosed = true
        for connection in connections.values { connection.close() }
        connections = [:]
    }
}
