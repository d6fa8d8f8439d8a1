import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

/// Clusters that fail at random, each run decided by its seed: whatever happens, an acknowledged record is there once.
///
/// A seed that fails once stays in this list.
@Suite struct RandomFailureTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    @Test(arguments: Array(UInt64(1)...12))
    func `an acknowledged record survives kills and cut links`(_ seed: UInt64) throws {
        // acks=all with min.insync.replicas=2 of three promises it for one failure at a time.
        var random = SeededGenerator(seed: seed)
        let cluster = TestCluster { $0.replicaLagTimeMax = .seconds(2) }
        let admin = TestClient(cluster, 1)
        try admin.createTopic("orders", on: [1, 2, 3], configs: [("min.insync.replicas", "2")])
        var down: BrokerID?
        var cut: (BrokerID, BrokerID)?
        var sent: [(client: TestClient, id: Int32, value: String)] = []
        var clients: [BrokerID: TestClient] = [:]
        var number = 0
        for _ in 0..<120 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                if let id = down {
                    cluster.start(id)
                    down = nil
                } else {
                    let id = BrokerID(Int32.random(in: 1...3, using: &random))
                    cluster.kill(id)
                    clients[id] = nil
                    down = id
                }
            case 1:
                if let (a, b) = cut {
                    cluster.heal(a, b)
                    cut = nil
                } else {
                    let a = BrokerID(Int32.random(in: 1...3, using: &random))
                    let others = ([1, 2, 3, 101] as [BrokerID]).filter { $0 != a }
                    let b = others[Int.random(in: 0..<others.count, using: &random)]
                    cluster.cut(a, b)
                    cut = (a, b)
                }
            default:
                let leader = cluster.leader(of: orders)
                guard leader != .none, cluster.isUp(leader) else { break }
                let client = clients[leader] ?? TestClient(cluster, leader)
                clients[leader] = client
                let value = "\(number)"
                number += 1
                let id = try client.send(client.produceRequest(orders, [value], timeoutMs: 5000), version: 11)
                sent.append((client, id, value))
            }
            cluster.run(for: .microseconds(Int64.random(in: 100...400_000, using: &random)))
        }
        if let (a, b) = cut { cluster.heal(a, b) }
        if let down { cluster.start(down) }
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        cluster.run(for: .seconds(6))
        var acknowledged: [String] = []
        for (client, id, value) in sent {
            guard let answer = try client.answer(id, ProduceResponse.self, version: 11) else { continue }
            if try TestClient.only(answer).errorCode == .none { acknowledged.append(value) }
        }
        let leader = cluster.leader(of: orders)
        let stored = try TestClient(cluster, leader).values(orders)
        #expect(Set(acknowledged).subtracting(stored).isEmpty)
        #expect(Set(stored).count == stored.count)
        #expect(acknowledged.count > 10)
        let ends = (1...3).map { cluster.replica(orders, on: BrokerID($0))?.logEndOffset }
        #expect(Set(ends).count == 1)
    }

    @Test(arguments: Array(UInt64(1)...11) + [36])
    func `an acknowledged record survives broken disks, lost power and frozen brokers`(_ seed: UInt64) throws {
        // One broker at a time, and power is lost only where another member of the ISR goes on.
        var random = SeededGenerator(seed: seed)
        let cluster = TestCluster { $0.replicaLagTimeMax = .seconds(2) }
        try TestClient(cluster, 1).createTopic(
            "orders", on: [1, 2, 3], configs: [("min.insync.replicas", "2"), ("segment.bytes", "1000")])
        var victim: (id: BrokerID, end: () -> Void)?
        var sent: [(client: TestClient, id: Int32, value: String)] = []
        var clients: [BrokerID: TestClient] = [:]
        var number = 0
        func strike() {
            let id = BrokerID(Int32.random(in: 1...3, using: &random))
            // A member that has died counts as one until its session ends, and has no log to go on with.
            let others = (cluster.partition(orders)?.isr ?? []).filter {
                $0 != id && cluster.snapshot($0)?.lifecycle == .running
            }
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                cluster.freeze(id)
                victim = (id, { cluster.thaw(id) })
            case 1 where !others.isEmpty:
                cluster.losePower(id)
                clients[id] = nil
                victim = (id, { cluster.start(id) })
            case 2:
                let operation = ["write", "read", "replace", "flush", "list"].randomElement(using: &random)
                cluster.breakDisk(of: id) { tried, _ in tried == operation ? "Input/output error" : nil }
                victim = (
                    id,
                    {
                        cluster.kill(id)
                        clients[id] = nil
                        cluster.breakDisk(of: id, nil)
                        cluster.start(id)
                    }
                )
            default:
                cluster.kill(id)
                clients[id] = nil
                victim = (id, { cluster.start(id) })
            }
        }
        for _ in 0..<150 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                if let current = victim {
                    current.end()
                    victim = nil
                } else {
                    strike()
                }
            default:
                let leader = cluster.leader(of: orders)
                guard leader != .none, cluster.isUp(leader) else { break }
                let client = clients[leader] ?? TestClient(cluster, leader)
                clients[leader] = client
                let value = "\(number)"
                number += 1
                let id = try client.send(client.produceRequest(orders, [value], timeoutMs: 5000), version: 11)
                sent.append((client, id, value))
            }
            cluster.run(for: .microseconds(Int64.random(in: 100...400_000, using: &random)))
        }
        victim?.end()
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        cluster.run(for: .seconds(6))
        var acknowledged: [String] = []
        for (client, id, value) in sent {
            guard let answer = try client.answer(id, ProduceResponse.self, version: 11) else { continue }
            if try TestClient.only(answer).errorCode == .none { acknowledged.append(value) }
        }
        let stored = try TestClient(cluster, cluster.leader(of: orders)).values(orders)
        #expect(Set(acknowledged).subtracting(stored).isEmpty)
        #expect(Set(stored).count == stored.count)
        #expect(acknowledged.count > 10)
        #expect(Set((1...3).map { cluster.replica(orders, on: BrokerID($0))?.logEndOffset }).count == 1)
    }
}
