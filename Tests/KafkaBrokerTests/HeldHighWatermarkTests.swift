import KafkaProtocol
import Testing

@testable import KafkaBroker

/// A high watermark that stands since too few replicas are in sync.
@Suite struct HeldHighWatermarkTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)

    private func held(_ cluster: TestCluster) -> [BrokerEvent.Kind] {
        cluster.events.map(\.kind).filter { if case .highWatermarkHeld = $0 { true } else { false } }
    }

    @Test func `that it stands is told once, with the reason`() throws {
        // acks=1 goes on being answered, and consumers see nothing of it.
        let cluster = TestCluster { $0.replicaLagTimeMax = .seconds(2) }
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3], configs: [("min.insync.replicas", "2")])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.cut(1, 2)
        cluster.cut(1, 3)
        _ = try client.send(client.produceRequest(orders, ["b"], acks: 1), version: 11)
        #expect(cluster.run(limit: .seconds(10)) { cluster.partition(orders)?.isr == [1] })
        cluster.run(for: .seconds(1))
        #expect(held(cluster) == [.highWatermarkHeld(orders, at: 1, isr: [1], minISR: MinISR(setting: 2, replicas: 3))])
        let replica = try #require(cluster.snapshot(1)?.replicas.first { $0.partition == orders })
        #expect(replica.minISR?.effective == 2 && replica.isr == [1])
        #expect(replica.highWatermark == 1 && replica.logEndOffset == 2)
        cluster.heal(1, 2)
        #expect(cluster.run(limit: .seconds(10)) { cluster.partition(orders)?.isr == [1, 2] })
        #expect(held(cluster).count == 1)
    }
}
