import EmbeddedClusters
import Foundation
import KafkaBroker
import KafkaProtocol
import KafkaServer
import Testing

/// Brokers that join and leave a running cluster, on real files and sockets.
@Suite(.serialized) struct ScalingTests {
    private func values(_ range: Range<Int>) -> [String] { range.map { "value \($0)" } }

    /// Produces where the leader is now, as often as it takes.
    private func produce(_ partition: TopicPartition, _ values: [String], to cluster: EmbeddedCluster) async throws {
        for _ in 0..<100 {
            if let client = try? client(of: cluster, leading: partition),
                try client.produce(partition, values) == .none
            {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("\(partition) cannot be written")
    }

    private func client(of cluster: EmbeddedCluster, leading partition: TopicPartition) throws -> KafkaTestClient {
        let metadata = try anyClient(of: cluster).metadata([partition.topic])
        let leader = try #require(
            metadata.topics.first?.partitions.first { $0.partitionIndex == partition.partition }?.leaderId)
        let broker = try #require(metadata.brokers.first { $0.nodeId == leader })
        return try KafkaTestClient(port: Int(broker.port))
    }

    private func anyClient(of cluster: EmbeddedCluster) throws -> KafkaTestClient {
        for port in cluster.ports { if let client = try? KafkaTestClient(port: port.port) { return client } }
        throw TestClient.Failure.refused
    }

    /// What is there, each value once: a producer without idempotence that meets a change of leaders repeats itself.
    private func records(_ partition: TopicPartition, in cluster: EmbeddedCluster) throws -> [String] {
        var seen: Set<String> = []
        return try client(of: cluster, leading: partition).fetch(partition).filter { seen.insert($0).inserted }
    }

    private func settled(_ cluster: EmbeddedCluster) async throws -> Bool {
        for _ in 0..<400 {
            if try anyClient(of: cluster).reassignments().isEmpty { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    private func replicas(_ partition: TopicPartition, in cluster: EmbeddedCluster) throws -> [BrokerID] {
        let metadata = try anyClient(of: cluster).metadata([partition.topic])
        return try #require(
            metadata.topics.first?.partitions.first { $0.partitionIndex == partition.partition }?.replicaNodes)
    }

    @Test func `a cluster grows by a broker and shrinks by another, and loses nothing`() async throws {
        // The day on which three brokers are too few, and the day on which the first machine is taken away.
        try await withDataDirectory { directory in
            try await withEmbeddedCluster(brokers: 3, in: directory) { try await growAndShrink($0, directory) }

            // The same brokers come back, with the same records.
            try await withEmbeddedCluster(brokers: 3, in: directory) { again in
                let metadata = try anyClient(of: again).metadata([])
                #expect(metadata.brokers.map(\.nodeId).sorted() == [2, 3, 4])
                for index in 0..<3 as Range<Int32> {
                    let partition = TopicPartition(topic: "orders", partition: index)
                    #expect(try records(partition, in: again) == values(0..<40))
                }
            }
        }
    }

    private func growAndShrink(_ cluster: EmbeddedCluster, _ directory: DataDirectory) async throws {
        let partitions = (0..<3 as Range<Int32>).map { TopicPartition(topic: "orders", partition: $0) }
        try anyClient(of: cluster).createTopic("orders", partitions: 3, replicas: 3)
        for partition in partitions { try await produce(partition, values(0..<10), to: cluster) }

        let added = try await cluster.addBroker()
        #expect(added == 4)
        #expect(cluster.ports.count == 4)
        let admin = try KafkaTestClient(port: cluster.ports[3].port)
        #expect(try admin.metadata([]).brokers.map(\.nodeId).sorted() == [1, 2, 3, 4])

        // Under a throttle that lets nothing more through, one move is listed, and taken back. What the in-sync followers
        // take counts, though they are not held back.
        try admin.set("leader.replication.throttled.replicas", "*", type: 2, of: "orders")
        try admin.set("leader.replication.throttled.rate", "1", type: 4, of: "")
        try await Task.sleep(for: .milliseconds(200))
        for partition in partitions { try await produce(partition, values(10..<20), to: cluster) }
        let first = try replicas(partitions[0], in: cluster)
        #expect(try admin.reassign(partitions[0], to: [4] + first.dropFirst()) == .none)
        try await Task.sleep(for: .milliseconds(300))
        #expect(try admin.reassignments() == [partitions[0]: [4]])
        #expect(try admin.reassign(partitions[0], to: nil) == .none)
        #expect(try admin.reassignments() == [:])
        #expect(try replicas(partitions[0], in: cluster).sorted() == [1, 2, 3])
        try admin.set("leader.replication.throttled.rate", "1000000", type: 4, of: "")

        // Everything off broker 1, while records go on coming.
        await #expect(throws: ClusterError.stillInUse(1, replicas: 3)) { try await cluster.removeBroker(1) }
        for partition in partitions {
            let target = try replicas(partition, in: cluster).map { $0 == 1 ? 4 : $0 }
            #expect(try admin.reassign(partition, to: target) == .none)
            try await produce(partition, values(20..<30), to: cluster)
        }
        #expect(try await settled(cluster))
        for partition in partitions { #expect(try replicas(partition, in: cluster).sorted() == [2, 3, 4]) }
        try await cluster.removeBroker(1)
        #expect(cluster.ports.count == 3)
        #expect(!FileManager.default.fileExists(atPath: directory.folder(of: 1)))
        #expect(try admin.metadata([]).brokers.map(\.nodeId).sorted() == [2, 3, 4])
        for partition in partitions {
            try await produce(partition, values(30..<40), to: cluster)
            #expect(try records(partition, in: cluster) == values(0..<40))
        }
        await #expect(throws: ClusterError.unknownNode("broker 1")) { try await cluster.removeBroker(1) }
    }

    @Test func `an added broker takes the next id, and that of a removed one is not given again`() async throws {
        // Kafka knows brokers by their ids: one that comes back with another's is taken for it.
        try await withEmbeddedCluster(brokers: 3) { cluster in
            #expect(try await cluster.addBroker() == 4)
            try await cluster.removeBroker(4)
            #expect(try await cluster.addBroker() == 5)
            try await cluster.kill(5)
            try await cluster.restart(5)
        }
    }
}
