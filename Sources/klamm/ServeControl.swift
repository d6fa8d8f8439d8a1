import Console
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
            return "{\"ok\":\"\(JSON.escaped(try await perform(line)))\"}"
        } catch {
            return "{\"error\":\"\(JSON.escaped("\(error)"))\"}"
        }
    }

    private func perform(_ line: String) async throws -> String {
        let words = line.split(separator: " ").map(String.init)
        switch words.first {
        case "help":
            return "kill, power-loss, freeze, thaw, restart, stop, wipe NODE · cut, stall, reset A-B or A>B · "
                + "delay A-B 50ms±20ms · bandwidth A-B 10kB/s · withhold API at NODE · "
                + "fail API at NODE with ERROR before|after effect · disk NODE[:PARTITION] full|slow 5ms|failing reads|"
                + "failing writes|flipped bytes · skew NODE +5s · heal FAULT · heal all · faults · add-broker · "
                + "remove-broker N; A and B are nodes, clients or client:NAME, and \"for 3s\" may follow what lasts"
        case "faults":
            return cluster.activeFaults.map { "\($0.fault)" }.joined(separator: "; ")
        case "add-broker" where words.count == 1:
            return "broker \(try await cluster.addBroker())"
        case "remove-broker" where words.count == 2:
            guard let id = Int32(words[1]) else { throw ClusterError.unknownNode("broker \(words[1])") }
            try await cluster.removeBroker(BrokerID(id))
            return line
        default:
            let parsed = try FaultScriptLine(line)
            try await cluster.inject(parsed.fault, for: parsed.duration)
            return "\(parsed.fault)"
        }
    }

    private static func text(of event: ClusterEvent) -> String {
        let summary = EventSummary(event)
        return "{\"event\":\"\(summary.kind.rawValue)\",\"at\":\(event.at.wallClockMilliseconds),"
            + "\"text\":\"\(JSON.escaped(summary.text))\"}"
    }
}
