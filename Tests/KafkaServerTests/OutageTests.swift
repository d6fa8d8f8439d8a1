import EmbeddedClusters
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Synchronization
import Testing

/// What a running cluster says of itself while a part of it is out of service, and how that part comes back.
@Suite(.serialized) struct OutageTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)

    /// Notices as they come.
    private final class Heard: Sendable {
        private let notices = Mutex<[ClusterNotice]>([])

        init(_ events: AsyncStream<ClusterEvent>) {
            Task { [weak self] in
                for await event in events {
                    if case .notice(let notice, _) = event { self?.notices.withLock { $0.append(notice) } }
                }
            }
        }

        var all: [ClusterNotice] { notices.withLock { $0 } }
    }

    private func withCluster(_ body: (EmbeddedCluster, Heard) async throws -> Void) async throws {
        try await withEmbeddedCluster(brokers: 3) { try await body($0, Heard($0.events())) }
    }

    private func soon(_ condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<400 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    @Test func `a restart brings back a broker whose disk was full, and healing says that it needs one`() async throws {
        // Kafka opens a failed log directory again only when the broker starts; whoever heals the disk waits in vain.
        try await withCluster { cluster, heard in
            let client = try KafkaTestClient(port: cluster.ports[0].port)
            try client.createTopic("orders", partitions: 1, replicas: 3)
            func leader() throws -> BrokerID {
                try client.metadata(["orders"]).topics.first?.partitions.first?.leaderId ?? .none
            }
            func isr() throws -> [BrokerID] {
                try client.metadata(["orders"]).topics.first?.partitions.first?.isrNodes.sorted() ?? []
            }
            try await cluster.inject(.disk(.init(2, .full)))
            #expect(
                try await soon {
                    let leader = try leader()
                    if leader != .none, leader != 2 {
                        _ = try KafkaTestClient(port: cluster.ports[Int(leader.rawValue) - 1].port)
                            .produce(orders, ["a"])
                    }
                    return try isr() == [1, 3]
                })
            #expect(heard.all.isEmpty)
            try await cluster.inject(.healAll)
            #expect(try await soon { heard.all == [.directoryStaysOffline(2)] })
            #expect(try isr() == [1, 3])
            try await cluster.inject(.restart(2))
            #expect(try await soon { try isr() == [1, 2, 3] })
            let broker = try #require(await cluster.snapshot().brokers.first { $0.id == 2 })
            #expect(broker.state == .running)
            #expect(broker.logDirectoryFailure == nil)
            await #expect(throws: ClusterError.alreadyRunning("broker 2")) { try await cluster.inject(.restart(2)) }
            try await cluster.inject(.healAll)
            #expect(heard.all == [.directoryStaysOffline(2)])
        }
    }

    @Test func `the loss of the controllers' majority is told, and what needs it is refused at once`() async throws {
        // Nothing else fails at that moment: leaders go on, and only the next election or topic would hang.
        try await withCluster { cluster, heard in
            #expect(try await cluster.controllerOutage() == nil)
            try await cluster.inject(.kill(102))
            try await cluster.inject(.kill(103))
            #expect(try await soon { !heard.all.isEmpty })
            guard case .controllersLost(let outage)? = heard.all.first else {
                Issue.record("\(heard.all)")
                return
            }
            #expect(outage.reason == "2 of 3 controllers are down")
            #expect(try await cluster.controllerOutage() == outage)
            await #expect(throws: ClusterError.noController(outage)) { _ = try await cluster.addBroker() }
            await #expect(throws: ClusterError.noController(outage)) { try await cluster.removeBroker(3) }
            try await cluster.inject(.restart(102))
            #expect(try await soon { heard.all.count == 2 })
            guard case .controllerReturned? = heard.all.last else {
                Issue.record("\(heard.all)")
                return
            }
            #expect(try await cluster.controllerOutage() == nil)
        }
    }
}
