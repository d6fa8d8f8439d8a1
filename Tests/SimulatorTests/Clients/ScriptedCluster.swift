import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

@testable import Simulator

/// A cluster of hand-made answers around one client: takes what the client wants done, hands it what the test says.
///
/// Connections open at once. Metadata and ApiVersions are answered by themselves, unless the test says otherwise; every
/// other request waits in `requests` until the test answers it.
struct ScriptedCluster<Client: SimulatedClient> {
    struct Request {
        let connection: ConnectionID
        let broker: BrokerID
        let header: RequestHeader
        let body: ByteBuffer

        func read<Message: KafkaRequest>(_ type: Message.Type) throws -> Message {
            try #require(header.requestApiKey == Message.apiKey)
            return try Message(decoding: body, version: header.requestApiVersion)
        }
    }

    var client: Client
    var now = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 1_700_000_000_000)
    var notes: [ClientNote] = []
    var requests: [Request] = []
    /// Leader and leader epoch of each partition of "orders".
    var leaders: [(leader: BrokerID, epoch: Int32)] = [(1, 0), (2, 0)]
    var metadataCount = 0
    var topicId = Uuid(high: 1, low: 2)
    /// Requests for metadata wait as the others do.
    var holdsMetadata = false
    private var brokers: [ConnectionID: BrokerID] = [:]

    init(_ client: Client) { self.client = client }

    mutating func step(_ input: ClientInput) throws {
        var actions: [ClientAction] = []
        client.step(input, now: now, into: &actions)
        for action in actions {
            switch action {
            case .connect(let id, let broker):
                brokers[id] = broker
                try step(.connected(id))
            case .close(let id):
                brokers[id] = nil
                requests.removeAll { $0.connection == id }
            case .note(let note): notes.append(note)
            case .send(let id, var frame):
                let broker = try #require(brokers[id])
                let header = try RequestFrame.decodeHeader(from: &frame)
                let request = Request(connection: id, broker: broker, header: header, body: frame)
                switch header.requestApiKey {
                case .apiVersions: try answer(request, ApiVersionsResponse())
                case .metadata where !holdsMetadata: try answerMetadata(request)
                default: requests.append(request)
                }
            }
        }
    }

    /// Passes the client's deadlines for so long.
    mutating func run(for duration: Duration) throws {
        let end = now + duration
        var count = 0
        while let next = client.nextDeadline, next <= end {
            now = now + max(.zero, next - now)
            try step(.deadlineReached)
            count += 1
            try #require(count < 100_000, "the client's deadline does not move on")
        }
        now = now + (end - now)
    }

    mutating func answer<Response: KafkaResponse>(_ request: Request, _ response: Response) throws {
        requests.removeAll {
            $0.connection == request.connection && $0.header.correlationId == request.header.correlationId
        }
        let parts = try ResponseFrame.encode(
            response, apiVersion: request.header.requestApiVersion, correlationId: request.header.correlationId)
        var frame = ByteBuffer()
        for part in parts {
            guard case .bytes(var bytes) = part else { continue }
            frame.writeBuffer(&bytes)
        }
        try step(.received(request.connection, frame))
    }

    mutating func disconnect(_ connection: ConnectionID) throws {
        brokers[connection] = nil
        requests.removeAll { $0.connection == connection }
        try step(.disconnected(connection))
    }

    /// The oldest request of this kind that waits, once there is one.
    mutating func next<Message: KafkaRequest>(
        _ type: Message.Type, within limit: Duration = .seconds(5)
    ) throws -> (Request, Message) {
        let end = now + limit
        while true {
            if let found = requests.first(where: { $0.header.requestApiKey == Message.apiKey }) {
                return (found, try found.read(type))
            }
            let deadline = try #require(client.nextDeadline, "the client waits for nothing")
            try #require(deadline <= end, "no \(Message.self) came")
            now = now + max(.zero, deadline - now)
            try step(.deadlineReached)
        }
    }

    mutating func answerMetadata(_ request: Request) throws {
        metadataCount += 1
        var response = MetadataResponse()
        response.brokers = [BrokerID(1), BrokerID(2)].map { id in
            var broker = MetadataResponse.MetadataResponseBroker()
            broker.nodeId = id
            return broker
        }
        var topic = MetadataResponse.MetadataResponseTopic()
        topic.name = "orders"
        if request.header.requestApiVersion >= 10 { topic.topicId = topicId }
        topic.partitions = leaders.enumerated().map { index, leader in
            var partition = MetadataResponse.MetadataResponsePartition()
            partition.partitionIndex = Int32(index)
            partition.leaderId = leader.leader
            if request.header.requestApiVersion >= 7 { partition.leaderEpoch = leader.epoch }
            return partition
        }
        response.topics = [topic]
        try answer(request, response)
    }
}
