import KafkaCluster
import KafkaProtocol
import NIOCore
import Testing

@testable import KafkaServer

/// Lives and deaths of nodes, and what passes between them.
@Suite struct EmbeddedClusterTests {
    @Test func `a peer's answer comes back over the link`() async throws {
        // Replication runs over these links; a region of a file crosses as bytes.
        try await ScriptedCluster.with(brokers: 2) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            for number in 0..<20 { try client.send("p\(number)") }
            for number in 0..<20 { #expect(try client.receive() == "2 got p\(number)") }
            #expect(try client.ask("pf") == "2 got pf0123")
        }
    }

    @Test func `who asks a node that is down is told so`() async throws {
        // A fetcher that never heard of its leader's death would wait for ever.
        try await ScriptedCluster.with(brokers: 2) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            try await cluster.kill(2)
            #expect(try client.ask("p") == "reset")
            try await cluster.restart(2)
            var answer = try client.ask("p")
            // The first try may still meet the refusal of an earlier moment.
            if answer == "reset" { answer = try client.ask("p") }
            #expect(answer == "2 got p")
        }
    }

    @Test func `a timer fires without any input`() async throws {
        // Heartbeats, long polls and sessions hang on it.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            #expect(try client.ask("l") == "later")
        }
    }

    @Test func `a flush comes back`() async throws {
        // Durability waits for it.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let client = try TestClient(port: cluster.ports[0].port)
            for _ in 0..<5 { try client.send("F") }
            for _ in 0..<5 { #expect(try client.receive() == "flushed") }
        }
    }

    @Test func `a killed broker resets its clients and comes back on its port`() async throws {
        // As a process killed with -9 and started again; a port that changed would lose every client.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let port = cluster.ports[0].port
            for _ in 0..<20 {
                let client = try await served(port)
                try await cluster.kill(1)
                #expect(throws: TestClient.Failure.reset) { try client.receive() }
                try await refuses(port)
                try await cluster.restart(1)
            }
        }
    }

    @Test func `a broker listens again as soon as whoever still has its port lets it go`() async throws {
        // A program that was started while the broker lived has its listener for a moment. The broker went down for good.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let port = cluster.ports[0].port
            _ = try await served(port)
            try await cluster.kill(1)
            try await refuses(port)
            let other = try OtherListener(port: port)
            try await cluster.restart(1)
            try await Task.sleep(for: .milliseconds(100))
            other.end()
            _ = try await served(port)
            await #expect(throws: ClusterError.alreadyRunning("broker 1")) { try await cluster.restart(1) }
        }
    }

    /// Returns when nobody listens there. A program that another test starts just now has the listener, too, until it closes
    /// what it was born with.
    private func refuses(_ port: Int) async throws {
        while (try? TestClient(port: port)) != nil { try await Task.sleep(for: .milliseconds(10)) }
    }

    /// A client that has been answered once: the broker may still be on its way up.
    private func served(_ port: Int) async throws -> TestClient {
        for _ in 0..<500 {
            if let client = try? TestClient(port: port), (try? client.ask("e")) == "e" { return client }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw TestClient.Failure.timeout
    }

    @Test func `a killed node forgets, and starts only once`() async throws {
        // Its memory is gone; its disk is not.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let port = cluster.ports[0].port
            let client = try await served(port)
            for _ in 0..<30 { _ = try client.ask("c") }
            try await cluster.kill(1)
            try await cluster.restart(1)
            #expect(try #require(Int(try await served(port).ask("c"))) < 10)
            await #expect(throws: ClusterError.alreadyRunning("broker 1")) { try await cluster.restart(1) }
            await #expect(throws: ClusterError.unknownNode("broker 9")) { try await cluster.kill(9) }
        }
    }

    @Test func `a killed life is freed, with its disk`() async throws {
        // A console session kills brokers all day: a life that stayed would keep its files open.
        try await ScriptedCluster.with(brokers: 2) { cluster in
            let client = try await served(cluster.ports[0].port)
            try client.send("p")
            try client.send("F")
            _ = try client.receive()
            let node = cluster.nodes[0]
            let life = try await node.on { host in NIOLoopBound(Life(host.driver), eventLoop: node.loop) }.get()
            #expect(try await node.on { _ in life.value.driver != nil }.get())
            try await cluster.kill(1)
            var isGone = false
            for _ in 0..<100 where !isGone {
                // What was under way, such as a flush, still ends first.
                isGone = try await node.on { _ in life.value.driver == nil }.get()
                if !isGone { try await Task.sleep(for: .milliseconds(10)) }
            }
            #expect(isGone)
        }
    }

    private final class Life {
        weak var driver: NodeDriver?
        init(_ driver: NodeDriver?) { self.driver = driver }
    }

    @Test func `a node that does not stop in time is killed`() async throws {
        // One broker that hangs must not hold up the end of klamm.
        try await ScriptedCluster.with(brokers: 2, ignoringStop: true) { cluster in
            try await cluster.stop(1, patience: .milliseconds(100))
            try await refuses(cluster.ports[0].port)
            #expect(try TestClient(port: cluster.ports[1].port).ask("e") == "e")
        }
    }

    @Test func `a listener sees who is up, and that somebody went down`() async throws {
        // The console lives on these pictures.
        try await ScriptedCluster.with(brokers: 2) { cluster in
            var pictures = cluster.snapshots().makeAsyncIterator()
            var picture = try #require(await pictures.next())
            while picture.brokers.map(\.state) != [.running, .running] { picture = try #require(await pictures.next()) }
            #expect(picture.brokers.map(\.port) == cluster.ports.map(\.port))
            try await cluster.inject(.kill(2))
            while picture.brokers.map(\.state) != [.running, .down] { picture = try #require(await pictures.next()) }
            // A second listener is shown the same at once, though nothing changes.
            var others = cluster.snapshots().makeAsyncIterator()
            #expect(try #require(await others.next()).brokers.map(\.state) == [.running, .down])
        }
    }

    @Test func `faults are among the events`() async throws {
        // The time line shows cause and consequence.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            var events = cluster.events().makeAsyncIterator()
            try await cluster.inject(.kill(1))
            guard case .fault(.kill(1), _)? = await events.next() else {
                Issue.record("the kill is not the next event")
                return
            }
        }
    }
}
