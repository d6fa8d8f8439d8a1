import KafkaBroker
import KafkaProtocol
import NIOCore

/// A node that does what the first letter of a request says, so that a test can see the driver's part alone.
///
/// `e` echoes, `f` answers from a file, `F` flushes and then answers, `p` asks peer 2 and answers with its answer or with
/// "reset", `l` answers later, when the deadline passes, `n` gives no answer, `x` closes with a reason, `c` counts inputs.
struct ScriptedNode: Node {
    let id: BrokerID
    private(set) var snapshot: BrokerSnapshot
    private var inputs = 0
    private var asking: [ConnectionID] = []
    private var flushing: [ConnectionID] = []
    private var later: [ConnectionID] = []
    private(set) var nextDeadline: Instant?
    private let ignoresStop: Bool

    init(id: BrokerID, now: Instant, ignoresStop: Bool = false) {
        self.id = id
        self.ignoresStop = ignoresStop
        snapshot = BrokerSnapshot(id: id, lifecycle: .recovering)
        nextDeadline = now
    }

    mutating func step(_ input: BrokerInput, now: Instant, into actions: inout [BrokerAction]) {
        inputs += 1
        switch input {
        case .connectionOpened:
            snapshot.connections += 1
        case .connectionClosed:
            snapshot.connections -= 1
        case .request(let connection, let frame):
            request(String(buffer: frame), frame, connection, now, &actions)
        case .peerRequest(let peer, let frame):
            let parts: [Payload] = [.bytes(ByteBuffer(string: "\(id) got ")), .bytes(frame)]
            let text = String(buffer: frame)
            let file = Payload.file(ScratchDisk.file, offset: 0, length: 4)
            actions.append(.send(to: peer, .response(text == "pf" ? parts + [file] : parts)))
        case .peerResponse(_, let frame):
            guard !asking.isEmpty else { return }
            actions.append(.respond(asking.removeFirst(), Answer([.bytes(frame)])))
        case .peerReset:
            for connection in asking {
                actions.append(.respond(connection, Answer([.bytes(ByteBuffer(string: "reset"))])))
            }
            asking = []
        case .flushed(let id, let result):
            let text = if case .success = result { "flushed" } else { "failed" }
            actions.append(.respond(flushing[Int(id.rawValue)], Answer([.bytes(ByteBuffer(string: text))])))
        case .stopRequested:
            if !ignoresStop { actions.append(.stopped) }
        case .deadlineReached:
            nextDeadline = nil
            if snapshot.lifecycle != .running {
                snapshot.lifecycle = .running
                let event = BrokerEvent(at: now, node: id, kind: .lifecycleChanged(.running))
                actions.append(.emit(event))
            }
            for connection in later {
                actions.append(.respond(connection, Answer([.bytes(ByteBuffer(string: "later"))])))
            }
            later = []
        }
    }

    private mutating func request(
        _ text: String, _ frame: ByteBuffer, _ connection: ConnectionID, _ now: Instant, _ actions: inout [BrokerAction]
    ) {
        switch text.first {
        case "e":
            actions.append(.respond(connection, Answer([.bytes(frame)])))
        case "f":
            let region = Payload.file(ScratchDisk.file, offset: 2, length: 5)
            actions.append(
                .respond(
                    connection, Answer([.bytes(ByteBuffer(string: "<")), region, .bytes(ByteBuffer(string: ">"))])))
        case "F":
            actions.append(.flush(FlushID(rawValue: UInt64(flushing.count)), ScratchDisk.file))
            flushing.append(connection)
        case "p":
            asking.append(connection)
            actions.append(.send(to: 2, .request(frame)))
        case "l":
            later.append(connection)
            nextDeadline = now + .milliseconds(30)
        case "n":
            actions.append(.respond(connection, Answer([])))
        case "c":
            actions.append(.respond(connection, Answer([.bytes(ByteBuffer(string: "\(inputs)"))])))
        default:
            actions.append(.close(connection, reason: "no such request"))
        }
    }
}
