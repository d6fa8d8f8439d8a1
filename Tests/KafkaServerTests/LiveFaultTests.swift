import EmbeddedClusters
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaServer
import NIOCore
import Testing

/// Every kind of fault on a running cluster: scripted nodes where the driver alone matters, real brokers where records do.
@Suite(.serialized) struct LiveFaultTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)

    @Test func `a frozen node answers when it thaws, and loses nothing`() async throws {
        // As SIGSTOP: its connections stay open and the kernel keeps what they bring.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            #expect(try client.ask("e1") == "e1")
            try await cluster.inject(.freeze(1))
            #expect(cluster.activeFaults.map(\.fault) == [.freeze(1)])
            try client.send("e2")
            try client.send("e3")
            try await Task.sleep(for: .milliseconds(100))
            try await cluster.inject(.thaw(1))
            #expect(try client.receive() == "e2")
            #expect(try client.receive() == "e3")
            #expect(cluster.activeFaults.isEmpty)
        }
    }

    @Test func `a fault with a length ends by itself`() async throws {
        // Nobody has to remember to heal.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            let start = ContinuousClock.now
            try await cluster.inject(.freeze(1), for: .milliseconds(200))
            #expect(try client.ask("e1") == "e1")
            #expect(ContinuousClock.now - start >= .milliseconds(190))
            #expect(cluster.activeFaults.isEmpty)
        }
    }

    @Test func `a stalled link between nodes holds what a healed one delivers`() async throws {
        // Bytes that a link holds are neither lost nor doubled.
        try await ScriptedCluster.with(brokers: 2) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            #expect(try client.ask("p1") == "2 got p1")
            try await cluster.inject(.link(.init(.node(1), .node(2), .stall)))
            try client.send("p2")
            try client.send("p3")
            #expect(try client.ask("e0") == "e0")
            try await cluster.inject(.healAll)
            #expect(try client.receive() == "2 got p2")
            #expect(try client.receive() == "2 got p3")
        }
    }

    @Test func `a cut link is reset after a while, and so is one that is told to`() async throws {
        // TCP gives up; what was under way is lost, and both ends hear of it.
        try await ScriptedCluster.with(brokers: 2) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            try await cluster.inject(.link(.init(.node(2), .node(1), isOneWay: true, .cut)))
            #expect(try client.ask("p1") == "reset")
            try await cluster.inject(.healAll)
            #expect(try client.ask("p2") == "2 got p2")
            try await cluster.inject(.link(.init(.node(1), .node(2), .stall)))
            try client.send("p3")
            // Behind p3 on the same connection: the link holds p3 when this is answered.
            #expect(try client.ask("e0") == "e0")
            try await cluster.inject(.link(.init(.node(1), .node(2), .reset)))
            #expect(try client.receive() == "reset")
        }
    }

    @Test func `a delayed link takes its time, and keeps the order`() async throws {
        // The delay counts once each way.
        try await ScriptedCluster.with(brokers: 2) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            try await cluster.inject(
                .link(.init(.node(1), .node(2), .delay(.milliseconds(50), jitter: .milliseconds(20)))))
            let start = ContinuousClock.now
            for number in 0..<10 { try client.send("p\(number)") }
            for number in 0..<10 { #expect(try client.receive() == "2 got p\(number)") }
            #expect(ContinuousClock.now - start >= .milliseconds(60))
        }
    }

    @Test func `a client's link is cut, delayed, stalled and reset like any other`() async throws {
        // Clients see of a fault only their connection.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            #expect(try client.ask("e1") == "e1")
            try await cluster.inject(.link(.init(.clients, .node(1), .delay(.milliseconds(60), jitter: .zero))))
            let start = ContinuousClock.now
            #expect(try client.ask("e2") == "e2")
            #expect(ContinuousClock.now - start >= .milliseconds(120))
            try await cluster.inject(.healAll)
            try await cluster.inject(.link(.init(.clients, .node(1), .stall)))
            try client.send("e3")
            try await Task.sleep(for: .milliseconds(50))
            try await cluster.inject(.healAll)
            #expect(try client.receive() == "e3")
            try await cluster.inject(.link(.init(.clients, .node(1), .reset)))
            #expect(throws: TestClient.Failure.reset) { _ = try client.receive() }
            let next = try TestClient(port: cluster.ports[0].port)
            try await cluster.inject(.link(.init(.clients, .node(1), .cut)))
            try next.send("e4")
            #expect(throws: TestClient.Failure.reset) { _ = try next.receive() }
        }
    }

    // MARK: Real brokers

    private func withCluster(_ body: (EmbeddedCluster, KafkaTestClient) async throws -> Void) async throws {
        try await withEmbeddedCluster(brokers: 1) { cluster in
            let client = try KafkaTestClient(port: cluster.ports[0].port)
            try client.createTopic("orders", partitions: 1, replicas: 1)
            try await body(cluster, client)
        }
    }

    /// What a client is answered without an error, as soon as there is such an answer: an election among the controllers of
    /// a starved machine can take long.
    private func fetched(_ cluster: EmbeddedCluster) async throws -> [String]? {
        for _ in 0..<2400 {
            if let client = try? KafkaTestClient(port: cluster.ports[0].port),
                let partition = try? client.metadata(["orders"]).topics.first?.partitions.first,
                partition.leaderId == 1, partition.errorCode == .none
            {
                return try client.fetch(orders)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("nobody leads: \(try await cluster.snapshot())")
        return nil
    }

    @Test func `a kill keeps the page cache, a loss of power does not, a wipe leaves nothing`() async throws {
        // What was acknowledged without an fsync is what the three differ in.
        try await withCluster { cluster, client in
            #expect(try client.produce(orders, ["a", "b"]) == .none)
            try await cluster.inject(.kill(1))
            try await cluster.inject(.restart(1))
            #expect(try await fetched(cluster) == ["a", "b"])
            var events = cluster.events().makeAsyncIterator()
            try await cluster.inject(.powerLoss(1))
            while let event = await events.next() {
                guard case .notice(.powerTook(1, let tail), _) = event, tail.partition == orders else { continue }
                #expect(tail.offsets == 0..<2 && tail.bytes > 0)
                #expect(EventSummary(event).text.hasPrefix("Broker 1 lost offsets 0–1 of orders-0 with its power: "))
                break
            }
            try await cluster.inject(.restart(1))
            let left = try #require(try await fetched(cluster))
            #expect(left.isEmpty)
            try await cluster.inject(.wipe(1))
            try await cluster.inject(.restart(1))
            #expect(try await fetched(cluster) != nil)
        }
    }

    @Test func `a request fails before or after its effect`() async throws {
        // The producer cannot tell the two apart; the log can.
        try await withCluster { cluster, client in
            try await cluster.inject(
                .request(.init(.produce, at: 1, client: "test", nth: 1, .failBefore(.notEnoughReplicas))))
            #expect(try client.produce(orders, ["before"]) == .notEnoughReplicas)
            #expect(try client.produce(orders, ["between"]) == .none)
            try await cluster.inject(.healAll)
            try await cluster.inject(.request(.init(.produce, at: 1, nth: 1, .failAfter(.requestTimedOut))))
            #expect(try client.produce(orders, ["after"]) == .requestTimedOut)
            #expect(try client.fetch(orders) == ["between", "after"])
        }
    }

    @Test func `a withheld answer leaves the client waiting, and the record in the log`() async throws {
        // The client hears nothing until it gives up, and must not conclude that nothing happened.
        try await withCluster { cluster, client in
            try await cluster.inject(.request(.init(.produce, at: 1, client: "test", nth: 1, .withhold)))
            let impatient = try KafkaTestClient(port: cluster.ports[0].port, patienceSeconds: 5)
            #expect(throws: TestClient.Failure.timeout) { _ = try impatient.produce(orders, ["unknown"]) }
            let next = try KafkaTestClient(port: cluster.ports[0].port)
            #expect(try next.fetch(orders) == ["unknown"])
        }
    }

    @Test func `a slow disk slows its broker down`() async throws {
        // The driver holds the next input for as long as the disk's calls have taken.
        try await withCluster { cluster, client in
            #expect(try client.produce(orders, ["a"]) == .none)
            try await cluster.inject(.disk(.init(1, .slow(.milliseconds(50)))))
            let start = ContinuousClock.now
            for value in ["b", "c", "d"] { #expect(try client.produce(orders, [value]) == .none) }
            #expect(ContinuousClock.now - start >= .milliseconds(100))
        }
    }

    @Test func `a full disk refuses what it cannot hold`() async throws {
        // Nothing may be acknowledged that is not in the log.
        try await withCluster { cluster, client in
            #expect(try client.produce(orders, ["a"]) == .none)
            try await cluster.inject(.disk(.init(1, partition: orders, .full)))
            #expect(try client.produce(orders, ["b"]) != .none)
        }
    }

    @Test func `a flipped bit is in the log that a client reads`() async throws {
        // As in Kafka, Fetch does not check what lies on the disk: whoever reads does.
        try await withCluster { cluster, client in
            await #expect(throws: ClusterError.self) {
                try await cluster.inject(.disk(.init(1, partition: orders, .flippedBytes)))
            }
            #expect(try client.produce(orders, ["a"]) == .none)
            try await cluster.inject(.disk(.init(1, partition: orders, .flippedBytes)))
            #expect(cluster.activeFaults.map(\.fault) == [.disk(.init(1, partition: orders, .flippedBytes))])
        }
    }

    private func refusal(_ fault: Fault, by cluster: EmbeddedCluster) async -> String {
        do {
            try await cluster.inject(fault)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test func `what would hit nothing is refused with the reason, and leaves no fault behind`() async throws {
        // A script that mistypes a topic must not believe that it has broken something.
        try await withCluster { cluster, client in
            let nosuch = TopicPartition(topic: "nosuch", partition: 0)
            #expect(
                await refusal(.disk(.init(1, partition: nosuch, .full)), by: cluster)
                    .hasPrefix("Broker 1 has no log of nosuch-0"))
            let reset = Fault.link(.init(.node(1), .client("nobody"), .reset))
            #expect(
                await refusal(reset, by: cluster)
                    == "No client \"nobody\" is connected to broker 1: there is nothing to reset.")
            let cut = Fault.link(.init(.node(1), .node(101), .cut))
            #expect(
                await refusal(.heal(cut), by: cluster) == "There is no fault \"cut 1-101\" to heal; none is active.")
            #expect(await refusal(.thaw(1), by: cluster) == "Broker 1 is not frozen.")
            #expect(
                await refusal(.link(.init(.clients, .node(101), .cut)), by: cluster)
                    .hasPrefix("No client is connected to controller 101"))
            #expect(cluster.activeFaults.isEmpty)
            // What is there is hit.
            try await cluster.inject(.disk(.init(1, partition: orders, .slow(.milliseconds(1)))))
            #expect(try client.produce(orders, ["a"]) == .none)
            try await cluster.inject(.healAll)
            try await cluster.inject(.link(.init(.node(1), .client("test"), .reset)))
            #expect(throws: TestClient.Failure.self) { _ = try client.produce(orders, ["b"]) }
            try await cluster.inject(.kill(1))
            #expect(await refusal(.kill(1), by: cluster).hasPrefix("Broker 1 is down already"))
            #expect(await refusal(.freeze(1), by: cluster).hasPrefix("Broker 1 is down already"))
        }
    }

    @Test func `a node cut off from all others is one fault`() async throws {
        // It was one deed, and is ended by one.
        try await ScriptedCluster.with(brokers: 3) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            try await cluster.inject(.link(.init(.node(1), .nodes, .cut)))
            #expect(cluster.activeFaults.count == 1)
            #expect(try client.ask("p1") == "reset")
            #expect(try client.ask("e1") == "e1")
            try await cluster.inject(.heal(.link(.init(.node(1), .nodes, .cut))))
            #expect(try client.ask("p2") == "2 got p2")
        }
    }

    @Test func `a fault on a node that is not there gets a sentence`() async throws {
        // A typing mistake must not pass for a fault.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            await #expect(throws: ClusterError.self) { try await cluster.inject(.freeze(7)) }
            #expect(cluster.activeFaults.isEmpty)
        }
    }
}
