import Console
import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer

/// A cluster as a console needs it: klamm's own, or one that it is attached to.
protocol ConsoleCluster: ClusterSource {
    /// Returns when it can be looked at and used.
    func begin() async throws
    func end() async
    /// How it is now, not a moment ago.
    func snapshot() async throws -> ClusterSnapshot
    /// What the console shows: asked for first, where one has to ask.
    func show(_ interest: ClusterSurvey.Interest) async
    /// Why nobody decides, as far as it can be told at once.
    func controllerOutage() async throws -> ControllerOutage?
    func addBroker() async throws -> BrokerID
    func removeBroker(_ id: BrokerID) async throws
    /// What brokers told clients, where they tell anybody.
    var acknowledgements: LedgerAccount? { get }
    /// What lies on the broker's disk for the partition, as far as anybody can look.
    func replicaLog(of partition: TopicPartition, on broker: BrokerID) async throws -> ReplicaLogsPicture.Replica
    /// By broker, what it did with a record; nil where brokers tell nobody.
    func replicaTraces(
        of partition: TopicPartition, offset: Int64, leaderEpoch: Int32?
    ) async throws -> [(broker: BrokerID, trace: ReplicaTrace)]?
    func producers(of topic: String, in snapshot: ClusterSnapshot) async throws -> ProducersPicture
    /// What only this broker answers.
    func ask<Request: KafkaRequest & Sendable>(_ request: Request, at broker: BrokerID) async throws -> Request.Response
    where Request.Response: Sendable
    /// What librdkafka cannot ask for: sent to a broker that passes it on to who decides.
    func ask<Request: KafkaRequest & Sendable>(_ request: Request) async throws -> Request.Response
    where Request.Response: Sendable
}

extension EmbeddedCluster: ConsoleCluster {
    func begin() async throws { try await start() }
    func end() async { await shutDown() }
    var acknowledgements: LedgerAccount? { ledgerAccount }

    func replicaTraces(
        of partition: TopicPartition, offset: Int64, leaderEpoch: Int32?
    ) async throws -> [(broker: BrokerID, trace: ReplicaTrace)]? {
        try await traces(of: partition, offset: offset, leaderEpoch: leaderEpoch)
    }

    func ask<Request: KafkaRequest & Sendable>(_ request: Request, at broker: BrokerID) async throws -> Request.Response
    where Request.Response: Sendable {
        guard let node = try await snapshot().brokers.first(where: { $0.id == broker }) else {
            throw Refusal("There is no broker \(broker)")
        }
        return try await RequestConnection.ask(
            request, version: Request.versions.upperBound, of: "\(node.host):\(node.port)")
    }

    /// It is told everything.
    func show(_ interest: ClusterSurvey.Interest) async {}

    func ask<Request: KafkaRequest & Sendable>(_ request: Request) async throws -> Request.Response
    where Request.Response: Sendable {
        try await RequestConnection.ask(request, version: Request.versions.upperBound, of: bootstrapServers)
    }
}
