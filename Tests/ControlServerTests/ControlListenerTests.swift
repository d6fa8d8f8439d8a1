import KafkaCluster
import KafkaProtocol
import Logging
import NIOCore
import Testing

@testable import ControlServer

/// The server over real sockets, with clients that do not behave.
@Suite struct ControlListenerTests {
    private static let get = "GET /v1/health HTTP/1.1"
    private static let host = "Host: 127.0.0.1"

    private func serving(
        _ cluster: ScriptedControl = ScriptedControl(), patience: ControlPatience = ControlPatience(),
        _ body: (ControlService, Int) async throws -> Void
    ) async throws {
        let service = ControlService(cluster)
        let listener = try await ControlListener.open(
            ControlAddress("127.0.0.1:0"), service, logger: Logger(label: "test"), patience: patience)
        do { try await body(service, listener.address.port) } catch {
            await listener.close()
            throw error
        }
        await listener.close()
    }

    /// Sleeps in between: tests that spun would take the threads from the server's tasks, which rank below them.
    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func `requests of one connection are answered in order`() async throws {
        // Clients keep connections open, and some send the next request before they have read the answer.
        try await serving { _, port in
            let client = try HTTPTestClient(port: port)
            client.send(Self.get, Self.host, "", "GET /v1/nothing HTTP/1.1", Self.host, "", "")
            client.send(Self.get, Self.host, "Connection: close", "", "")
            let text = try await client.read()
            let statuses = text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(statuses == ["200", "404", "200"])
        }
    }

    @Test func `a body comes in pieces`() async throws {
        // A socket keeps no borders.
        let cluster = ScriptedControl()
        try await serving(cluster) { _, port in
            let client = try HTTPTestClient(port: port)
            client.send("POST /v1/faults HTTP/1.1", Self.host, "Transfer-Encoding: chunked", "", "9", "{\"fault\":", "")
            client.send("8", "\"kill 1\"", "1", "}", "0", "", "")
            #expect(try await client.read(upTo: "}\n").hasSuffix("{\"ok\":\"kill 1\"}\n"))
        }
        #expect(cluster.asked == ["kill 1"])
    }

    @Test(arguments: ["Content-Length: 70000", "Transfer-Encoding: chunked"])
    func `a body that is too large is refused before it is whole`(header: String) async throws {
        // Memory is not for strangers to fill; and the answer must arrive although they still send.
        try await serving { _, port in
            let client = try HTTPTestClient(port: port)
            let bytes = String(repeating: "x", count: 70_000)
            let chunk = header.hasSuffix("chunked") ? "11170\r\n" : ""
            client.send("POST /v1/faults HTTP/1.1", Self.host, header, "", chunk)
            client.send(bytes)
            let text = try await client.read()
            #expect(text.hasPrefix("HTTP/1.1 413 ") && text.contains("larger than 65536 bytes"))
        }
    }

    @Test(arguments: [
        "GARBAGE\r\n\r\n", "GET /\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func `what is no HTTP is answered and hung up on`(bytes: String) async throws {
        // Whatever comes, the others go on being served.
        try await serving { _, port in
            let client = try HTTPTestClient(port: port)
            client.send(bytes)
            #expect(try await client.read().hasPrefix("HTTP/1.1 400 "))
            let other = try HTTPTestClient(port: port)
            other.send(Self.get, Self.host, "Connection: close", "", "")
            #expect(try await other.read().hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test(arguments: [
        "", "GET /v1/health HT", "POST /v1/faults HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\n{",
    ])
    func `who sends nothing more is hung up on`(beginning: String) async throws {
        // Each connection holds a descriptor that a broker may need.
        var patience = ControlPatience()
        patience.request = .milliseconds(50)
        try await serving(patience: patience) { _, port in
            let client = try HTTPTestClient(port: port)
            client.send(beginning)
            #expect(try await client.read() == "")
        }
    }

    @Test func `events stream until the client leaves`() async throws {
        // Nothing may go on working for somebody who has gone.
        let cluster = ScriptedControl()
        try await serving(cluster) { service, port in
            var client: HTTPTestClient? = try HTTPTestClient(port: port)
            client?.send("GET /v1/events HTTP/1.1", Self.host, "", "")
            #expect(try await client?.read(upTo: "\r\n\r\n").contains("Content-Type: text/event-stream") == true)
            try await until { service.journal.listenerCount > 0 }
            cluster.happen(.fault(.kill(2), at: ScriptedControl.moment))
            // On a busy machine a sign of life may come before it.
            #expect(
                try await client?.read(upTo: "{\"id\":1,").contains("id: 1\nevent: fault\ndata: {\"id\":1,") == true)
            client = nil
            try await until { service.journal.listenerCount == 0 }
        }
    }

    @Test func `a quiet stream tells that it is alive`() async throws {
        // A client with a time limit for reading would take silence for the end.
        var patience = ControlPatience()
        patience.heartbeat = .milliseconds(20)
        try await serving(patience: patience) { _, port in
            let client = try HTTPTestClient(port: port)
            client.send("GET /v1/events HTTP/1.1", Self.host, "", "")
            _ = try await client.read(upTo: ": still here\n\n")
        }
    }

    @Test func `a listener that does not read is dropped, and holds nobody up`() async throws {
        // Its events wait in the journal, which is bounded, and not in a queue of its own.
        var patience = ControlPatience()
        patience.write = .milliseconds(100)
        patience.heartbeat = .milliseconds(20)
        try await serving(patience: patience) { service, port in
            let reason = String(repeating: "x", count: 10_000)
            let slow = try HTTPTestClient(port: port)
            slow.send("GET /v1/events HTTP/1.1", Self.host, "", "")
            try await until { service.journal.listenerCount > 0 }
            for _ in 0..<5_000 {
                service.journal.append(
                    .client(.clientError(client: "c", reason: reason), at: ScriptedControl.moment))
            }
            let other = try HTTPTestClient(port: port)
            other.send(Self.get, Self.host, "Connection: close", "", "")
            #expect(try await other.read().hasPrefix("HTTP/1.1 200 "))
            try await until { service.journal.listenerCount == 0 }
        }
    }

    @Test func `a port that is taken is named`() async throws {
        // Bad input gets a sentence.
        try await serving { service, port in
            let error = await #expect(throws: ControlError.self) {
                _ = try await ControlListener.open(
                    ControlAddress("127.0.0.1:\(port)"), service, logger: Logger(label: "test"))
            }
            #expect(error?.description.hasPrefix("Cannot listen on 127.0.0.1:\(port): Address already in use") == true)
        }
    }
}
