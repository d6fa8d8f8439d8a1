import ControlServer
import Glibc
import KafkaCluster
import KafkaProtocol
import KafkaServer

/// `klamm serve`'s ear and mouth for scripts: lines from standard input, one line of JSON for each, and events if wanted.
struct ServeControl {
    let cluster: EmbeddedCluster

    func start(events: AsyncStream<ClusterEvent>?) {
        if let events {
            Task.detached { for await event in events { Self.say(Self.text(of: event)) } }
        }
        let lines = Self.standardInput()
        Task.detached { [self] in
            for await line in lines {
                if line.allSatisfy(\.isWhitespace) || line.hasPrefix("#") { continue }
                Self.say(await answer(line))
            }
        }
    }

    /// A thread that does nothing but wait for lines. Ends with standard input.
    private static func standardInput() -> AsyncStream<String> {
        // A klamm in the background of a terminal must not be stopped for reading: it finds the end instead.
        signal(SIGTTIN, SIG_IGN)
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        let box = Unmanaged.passRetained(Lines(continuation))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let lines = Unmanaged<Lines>.fromOpaque(argument).takeRetainedValue()
                lines.read()
                return nil
            }, box.toOpaque())
        precondition(failure == 0, "a thread for standard input can be made")
        return stream
    }

    private final class Lines: Sendable {
        let continuation: AsyncStream<String>.Continuation

        init(_ continuation: AsyncStream<String>.Continuation) { self.continuation = continuation }

        /// Not by stdio: its lock on standard input would hold up every flush of all streams.
        func read() {
            var text: [UInt8] = []
            var bytes = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { break }
                text += bytes[..<count]
                while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
                    continuation.yield(String(decoding: text[..<end], as: UTF8.self))
                    text.removeFirst(end + 1)
                }
            }
            continuation.finish()
        }
    }

    private static func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    private func answer(_ line: String) async -> String {
        do {
            return try await perform(ControlLine(line)).text
        } catch {
            return JSONValue(dictionaryLiteral: ("error", "\(error)")).text
        }
    }

    private func perform(_ line: ControlLine) async throws -> JSONValue {
        let words: String
        switch line {
        case .help: words = ControlLine.helpText
        case .ledger: return JSONValue(dictionaryLiteral: ("ledger", LedgerJSON.value(of: cluster.ledgerAccount)))
        case .faults: words = cluster.activeFaults.map { "\($0.fault)" }.joined(separator: "; ")
        case .addBroker: words = "broker \(try await cluster.addBroker())"
        case .removeBroker(let id):
            try await cluster.removeBroker(id)
            words = "remove-broker \(id)"
        case .fault(let parsed):
            try await cluster.inject(parsed.fault, for: parsed.duration)
            words = "\(parsed.fault)"
        }
        return JSONValue(dictionaryLiteral: ("ok", words.json))
    }

    private static func text(of event: ClusterEvent) -> String {
        let summary = EventSummary(event)
        let value: JSONValue = [
            "event": summary.kind.rawValue.json, "at": event.at.json, "text": summary.text.json,
        ]
        return value.text
    }
}
