import KafkaProtocol
import KafkaServer
import Testing

/// One client's connection, over a real socket.
@Suite struct ConnectionTests {
    @Test func `requests are answered in order, over one connection and many`() async throws {
        // The least that a broker does.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let clients = try (0..<10).map { _ in try TestClient(port: cluster.ports[0].port) }
            for (number, client) in clients.enumerated() {
                for request in 0..<20 { try client.send("e\(number)-\(request)") }
            }
            for (number, client) in clients.enumerated() {
                for request in 0..<20 { #expect(try client.receive() == "e\(number)-\(request)") }
            }
        }
    }

    @Test func `a region of a file is sent between bytes`() async throws {
        // Large fetches leave by sendfile, and must not overtake the bytes around them.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            for _ in 0..<50 { try client.send("f") }
            for _ in 0..<50 { #expect(try client.receive() == "<23456>") }
        }
    }

    @Test func `an answer of many megabytes arrives whole`() async throws {
        // Sockets take a part at a time; the request itself crosses many reads.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            let text = "e" + String(repeating: "0123456789", count: 500_000)
            try client.send(text)
            #expect(try client.receive() == text)
        }
    }

    @Test func `more requests than may wait are held back, not lost`() async throws {
        // Reading stops at the bound and goes on when answers have left.
        var limits = ConnectionLimits()
        limits.maximumRequestsInFlight = 4
        try await ScriptedCluster.with(brokers: 1, limits: limits) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            for _ in 0..<8 { try client.send("l") }
            try client.send("c")
            for _ in 0..<8 { #expect(try client.receive() == "later") }
            _ = try client.receive()
        }
    }

    @Test func `a request without an answer does not count as waiting`() async throws {
        // acks=0: a producer sends for ever and is never answered.
        var limits = ConnectionLimits()
        limits.maximumRequestsInFlight = 4
        try await ScriptedCluster.with(brokers: 1, limits: limits) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            for _ in 0..<100 { try client.send("n") }
            #expect(try client.ask("e") == "e")
        }
    }

    @Test func `a bad frame closes its connection and no other`() async throws {
        // No client stops a broker.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let events = cluster.events()
            let good = try TestClient(port: cluster.ports[0].port)
            let bad = try TestClient(port: cluster.ports[0].port)
            try bad.send(bytes: Array("GET / HTTP/1.1\r\n\r\n".utf8))
            #expect(throws: (any Error).self) { try bad.receive() }
            #expect(try good.ask("e") == "e")
            for await event in events {
                guard case .node(let event) = event, case .badFrame(_, let reason) = event.kind else { continue }
                #expect(reason.contains("HTTP"))
                break
            }
        }
    }

    @Test func `a node can close a connection`() async throws {
        // A header that cannot be read: the broker, not the framing, finds out.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            try client.send("x")
            #expect(throws: TestClient.Failure.closed) { try client.receive() }
        }
    }

    @Test func `a connection over the limit is refused and a place that is left is taken again`() async throws {
        // max.connections keeps descriptors for the log's own files.
        var limits = ConnectionLimits()
        limits.maximumConnections = 2
        try await ScriptedCluster.with(brokers: 1, limits: limits) { cluster in
            let port = cluster.ports[0].port
            let first = try TestClient(port: port)
            #expect(try first.ask("e") == "e")
            do {
                let second = try TestClient(port: port)
                #expect(try second.ask("e") == "e")
                let third = try TestClient(port: port)
                #expect(throws: (any Error).self) { try third.ask("e") }
            }
            // The broker sees the end of the second a moment later.
            var answer: String?
            for _ in 0..<100 where answer == nil {
                answer = try? TestClient(port: port).ask("e")
                if answer == nil { try await Task.sleep(for: .milliseconds(10)) }
            }
            #expect(answer == "e")
        }
    }
}
