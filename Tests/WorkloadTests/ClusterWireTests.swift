import KafkaCluster
import KafkaProtocol
import Testing

@testable import KafkaClient

/// Connections that end when somebody wants to ask.
@Suite(.timeLimit(.minutes(15))) struct ClusterWireTests {
    private let patience = Duration.seconds(60)

    private var creation: CreateTopicsRequest {
        var topic = CreateTopicsRequest.CreatableTopic()
        (topic.name, topic.numPartitions, topic.replicationFactor) = ("orders", 1, 1)
        var request = CreateTopicsRequest()
        request.topics = [topic]
        request.timeoutMs = 60_000
        return request
    }

    private func withWire(_ body: (LiveCluster, ClusterWire, ClusterSurvey.Address) async throws -> Void) async throws {
        try await withLiveCluster(brokers: 1) { live in
            let wire = ClusterWire(security: .plaintext)
            do {
                try await body(live, wire, try ClusterSurvey.Address(parsing: live.cluster.bootstrapServers))
            } catch {
                await wire.close()
                throw error
            }
            await wire.close()
        }
    }

    @Test func `a request that has not left goes over another connection`() async throws {
        // A login's time may be up between the look for a connection and its use. Nobody has seen the request, so that it may
        // be one that changes something.
        try await withWire { _, wire, address in
            let first = try await wire.connection(to: address, patience: patience)
            first.close()
            #expect(try await first.askIfOpen(creation, patience: patience) == nil)
            await #expect(throws: WireError.closed(address.description)) {
                try await first.ask(creation, patience: patience)
            }
            let answer = try await wire.ask(creation, over: first, patience: patience)
            #expect(answer.topics.map(\.errorCode) == [.none])
            #expect(try await wire.connection(to: address, patience: patience) !== first)
        }
    }

    @Test func `a request that has left is not asked again`() async throws {
        // It may have been carried out: a second time, the topic would be there already.
        try await withWire { live, wire, address in
            try await live.cluster.inject(.request(RequestFault(.createTopics, at: 1, nth: 1, .withhold)))
            let asking = Task { try await wire.ask(creation, of: address, patience: patience) }
            try await live.until { try await live.admin.describe().topics.contains { $0.name == "orders" } }
            try await live.cluster.inject(.link(LinkFault(.clients, .node(1), .reset)))
            let error = await #expect(throws: WireError.self) { try await asking.value }
            #expect(error == .closed(address.description))
        }
    }
}
