import KafkaBroker
import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

/// What brokers do again after it went wrong, and how soon; and records that were spoilt on a disk.
@Suite struct ReplicationPaceTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    @Test func `a refused change of the ISR is asked for again after a pause`() throws {
        // A controller that cannot decide would else be asked as fast as the link carries.
        let cluster = TestCluster { $0.replicaLagTimeMax = .seconds(2) }
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        var asked: [Instant] = []
        cluster.filter = { from, _, frame in
            guard from == 1, case .request(let bytes) = frame, var body = Optional(bytes),
                let header = try? RequestFrame.decodeHeader(from: &body), header.requestApiKey == .alterPartition,
                var request = try? AlterPartitionRequest(decoding: body, version: header.requestApiVersion)
            else { return frame }
            asked.append(cluster.now)
            // An epoch that the controller has not reached: it takes itself for an old one.
            request.topics[0].partitions[0].partitionEpoch += 5
            guard
                let changed = try? RequestFrame.encode(
                    request, version: header.requestApiVersion, correlationId: header.correlationId,
                    clientId: "broker-1"
                )
            else { return nil }
            return .request(changed)
        }
        cluster.cut(1, 3)
        try client.send(client.produceRequest(orders, ["b"]), version: 11)
        #expect(cluster.run(limit: .seconds(5)) { asked.count == 4 })
        #expect(zip(asked, asked.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(50) })
        cluster.filter = nil
        #expect(cluster.awaitISR(of: orders, [1, 2], limit: .seconds(1)))
    }

    @Test func `followers that come back together are both taken back`() throws {
        // The controller is asked for one change at a time, and an idle follower's fetches do not name the partition again:
        // the second stayed away until the next check, half of replica.lag.time.max.ms later.
        let cluster = TestCluster { $0.replicaLagTimeMax = .seconds(300) }
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.kill(2)
        cluster.kill(3)
        #expect(cluster.awaitISR(of: orders, [1], limit: .seconds(20)))
        cluster.start(2)
        cluster.start(3)
        #expect(cluster.run(limit: .seconds(20)) { Set(cluster.image.partition(self.orders)?.isr ?? []) == [1, 2, 3] })
    }

    /// Spoils the batches of these topics on their way from broker 1.
    private func spoil(_ cluster: TestCluster, _ topics: [Uuid], _ seen: @escaping (Uuid) -> Void) {
        cluster.filter = { from, to, frame in
            guard from == 1, to == 2, case .response(let parts) = frame, case .bytes(let bytes)? = parts.first,
                let decoded = try? ResponseFrame.decode(FetchResponse.self, apiVersion: 17, from: bytes)
            else { return frame }
            var response = decoded.response
            for index in response.responses.indices where topics.contains(response.responses[index].topicId) {
                guard case .bytes(var records)? = response.responses[index].partitions[0].records,
                    records.readableBytes > 0
                else { continue }
                seen(response.responses[index].topicId)
                records.setInteger(UInt8(0xff), at: records.writerIndex - 1)
                response.responses[index].partitions[0].records = .bytes(records)
            }
            let spoilt = try? ResponseFrame.encode(
                response, apiVersion: 17, correlationId: decoded.correlationId)
            return spoilt.map { .response($0) } ?? frame
        }
    }

    @Test func `a replica waits for its own pause, whatever fails besides`() throws {
        // Else one partition that fails again and again would hold all others of its leader back.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        let other = TopicPartition(topic: "other", partition: 0)
        try client.createTopic("orders", on: [1, 2])
        try client.createTopic("other", on: [1, 2])
        cluster.run(for: .seconds(1))
        let ids = ["orders", "other"].compactMap { cluster.image.topic(named: $0)?.id }
        var refused: [(Uuid, Instant)] = []
        spoil(cluster, ids) { refused.append(($0, cluster.now)) }
        try client.send(client.produceRequest(orders, ["a"], acks: 1), version: 11)
        cluster.run(for: .milliseconds(30))
        try client.send(client.produceRequest(other, ["b"], acks: 1), version: 11)
        cluster.run(for: .milliseconds(300))
        for id in ids {
            let times = refused.filter { $0.0 == id }.map(\.1)
            #expect(times.count >= 5)
            #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 < .milliseconds(52) })
        }
    }

    @Test func `bytes that flipped on the leader's disk are never copied`() throws {
        // The follower checks before it appends; a consumer gets what is there and checks for itself, as with Kafka.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.cut(1, 2)
        #expect(try client.produce(orders, ["b"], acks: 1).errorCode == .none)
        let disk = try #require(cluster.disk(of: 1))
        let file = try disk.open("orders-0/00000000000000000000.log", creating: false)
        let place = try disk.size(of: file) - 2
        let byte = try disk.read(file, at: place, count: 1)
        try disk.write(ByteBuffer(bytes: byte.readableBytesView.map { $0 ^ 0x10 }), to: file, at: place)
        cluster.heal(1, 2)
        cluster.run(for: .seconds(2))
        #expect(cluster.replica(orders, on: 2)?.logEndOffset == 1)
        let told = cluster.events.filter {
            if case .replicaFailed(orders, _) = $0.kind { $0.node == 2 } else { false }
        }
        #expect(told.count == 1)
        #expect(try client.fetch(orders, from: 0).errorCode == .none)
        #expect(cluster.snapshot(2)?.logDirectoryFailure == nil)
        try disk.write(byte, to: file, at: place)
        #expect(cluster.run(limit: .seconds(1)) { cluster.replica(self.orders, on: 2)?.logEndOffset == 2 })
    }
}
