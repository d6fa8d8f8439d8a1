import DequeModule
import KafkaBroker
import KafkaProtocol
import NIOCore

/// The lower half of every client, as `NetworkClient` and `Metadata` are in Java's: connections, requests in flight, time-
/// outs, backoff, and knowledge of the cluster.
///
/// A request that is not answered in time closes its connection, since the answers behind it could not be told from its
/// own; all requests in flight there fail with it. Events wait in `events` until the client takes them.
package struct NetworkClient: Sendable {
    package let settings: NetworkSettings
    package var name: String { settings.name }
    package internal(set) var metadata = ClusterMetadata()
    package var generator: SeededGenerator
    /// The topics to ask metadata for; nil for all.
    package var topics: [String]?

    var events: Deque<NetworkEvent> = []
    var links: [BrokerLink] = []
    private var numbers: ConnectionNumbers
    private var lastRequest: Int32 = 0
    package var lastRequestID: RequestID { RequestID(rawValue: lastRequest) }
    var metadataRequest: RequestID?
    var wantsMetadata = true
    /// In the past at first, so that a new client is woken at once.
    var metadataNotBefore: Instant? = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)
    var metadataExpires: Instant?

    package init(_ settings: NetworkSettings, topics: [String]?) {
        self.settings = settings
        self.topics = topics
        generator = SeededGenerator(seed: settings.seed)
        numbers = ConnectionNumbers(client: settings.number)
    }

    mutating func nextEvent() -> NetworkEvent? { events.popFirst() }

    // MARK: Requests

    /// Sends a request, or lets it wait for a connection. One of the events `answered`, `failed` and, without an answer,
    /// `sent` follows.
    package mutating func send<Request: KafkaRequest>(
        _ request: consuming Request, to broker: BrokerID, version: Int16? = nil, timeout: Duration? = nil,
        isAnswered: Bool = true, now: Instant, into actions: inout [ClientAction]
    ) -> RequestID {
        let (id, frame) = encode(request, version: version ?? settings.dialect.version(of: Request.apiKey))
        let index = linkIndex(broker)
        links[index].waiting.append(
            BrokerLink.Request(
                id: id, frame: frame, deadline: now + (timeout ?? settings.requestTimeout), isAnswered: isAnswered))
        advance(index, now: now, into: &actions)
        return id
    }

    /// Requests on their way to a broker or waiting to be.
    package func requestCount(to broker: BrokerID) -> Int {
        guard let link = links.first(where: { $0.broker == broker }) else { return 0 }
        return link.waiting.count + link.asked.count
    }

    /// False while a new connection to the broker must wait after a failed one.
    package func mayReach(_ broker: BrokerID, now: Instant) -> Bool {
        guard case .backingOff(let until)? = links.first(where: { $0.broker == broker })?.state else { return true }
        return until <= now
    }

    /// Reads an answer. What cannot be read is noted, and nil.
    package func read<Response: KafkaResponse>(
        _ type: Response.Type, of key: APIKey, version: Int16? = nil, _ frame: ByteBuffer,
        into actions: inout [ClientAction]
    ) -> Response? {
        do throws(ProtocolError) {
            let version = version ?? settings.dialect.version(of: key)
            return try ResponseFrame.decode(type, apiVersion: version, from: frame).response
        } catch {
            actions.append(.note(.unexpected(client: name, "unreadable answer to \(key): \(error)")))
            return nil
        }
    }

    /// How long to wait before a try after so many failures: doubled each time, with a fifth of jitter either way.
    package mutating func backoff(after failures: Int) -> Duration {
        let base = settings.retryBackoff.wholeNanoseconds << Int64(min(max(failures, 1) - 1, 10))
        let capped = min(base, settings.retryBackoffMax.wholeNanoseconds)
        return .nanoseconds(capped * Int64.random(in: 80...120, using: &generator) / 100)
    }

    // MARK: Inputs

    package mutating func handle(_ input: ClientInput, now: Instant, into actions: inout [ClientAction]) {
        switch input {
        case .connected(let id):
            guard let index = links.firstIndex(where: { $0.state.connection == id }) else { return }
            connected(index, id, now: now, into: &actions)
        case .disconnected(let id):
            guard let index = links.firstIndex(where: { $0.state.connection == id }) else { return }
            fail(index, now: now)
        case .received(let id, let frame):
            guard let index = links.firstIndex(where: { $0.state.connection == id }) else { return }
            received(index, frame, now: now, into: &actions)
        case .deadlineReached:
            for index in links.indices { checkDeadlines(index, now: now, into: &actions) }
        }
    }

    package var nextDeadline: Instant? {
        var earliest: Instant?
        if metadataRequest == nil { earliest = wantsMetadata ? metadataNotBefore : metadataExpires }
        for index in links.indices { earliest = .earlier(earliest, links[index].nextDeadline) }
        return earliest
    }

    // MARK: Links

    private mutating func linkIndex(_ broker: BrokerID) -> Int {
        if let index = links.firstIndex(where: { $0.broker == broker }) { return index }
        links.append(BrokerLink(broker: broker))
        return links.count - 1
    }

    private mutating func encode<Request: KafkaRequest>(
        _ request: consuming Request, version: Int16
    ) -> (RequestID, ByteBuffer) {
        lastRequest &+= 1
        do throws(ProtocolError) {
            let frame = try RequestFrame.encode(
                request, version: version, correlationId: lastRequest, clientId: settings.name)
            return (RequestID(rawValue: lastRequest), frame)
        } catch {
            preconditionFailure("A client made a request that its version \(version) cannot hold: \(error)")
        }
    }

    private mutating func advance(_ index: Int, now: Instant, into actions: inout [ClientAction]) {
        switch links[index].state {
        case .connecting, .askingVersions: return
        case .backingOff(let until):
            guard until <= now, !links[index].waiting.isEmpty else { return }
            connect(index, now: now, into: &actions)
        case .idle:
            guard !links[index].waiting.isEmpty else { return }
            connect(index, now: now, into: &actions)
        case .ready(let connection):
            while let request = links[index].waiting.popFirst() {
                actions.append(.send(connection, request.frame))
                if request.isAnswered {
                    links[index].asked.append(BrokerLink.Asked(id: request.id, deadline: request.deadline))
                } else {
                    events.append(.sent(request.id))
                }
            }
        }
    }

    private mutating func connect(_ index: Int, now: Instant, into actions: inout [ClientAction]) {
        let connection = numbers.next()
        links[index].state = .connecting(connection, deadline: now + settings.connectTimeout)
        actions.append(.connect(connection, to: links[index].broker))
    }

    private mutating func connected(
        _ index: Int, _ connection: ConnectionID, now: Instant, into actions: inout [ClientAction]
    ) {
        guard settings.asksVersions else {
            links[index].failures = 0
            links[index].state = .ready(connection)
            return advance(index, now: now, into: &actions)
        }
        var request = ApiVersionsRequest()
        request.clientSoftwareName = "klamm-simulator"
        request.clientSoftwareVersion = "1"
        let (id, frame) = encode(request, version: settings.dialect.version(of: .apiVersions))
        links[index].state = .askingVersions(connection, id, deadline: now + settings.requestTimeout)
        actions.append(.send(connection, frame))
    }

    private mutating func received(
        _ index: Int, _ frame: ByteBuffer, now: Instant, into actions: inout [ClientAction]
    ) {
        let correlation = frame.getInteger(at: frame.readerIndex, as: Int32.self)
        if case .askingVersions(let connection, let id, _) = links[index].state {
            guard correlation == id.rawValue,
                let response = read(ApiVersionsResponse.self, of: .apiVersions, frame, into: &actions),
                response.errorCode == .none
            else { return refuse(index, "no answer to ApiVersions", now: now, into: &actions) }
            links[index].failures = 0
            links[index].state = .ready(connection)
            return advance(index, now: now, into: &actions)
        }
        guard let oldest = links[index].asked.first, oldest.id.rawValue == correlation else {
            return refuse(index, "an answer to \(correlation ?? -1) out of turn", now: now, into: &actions)
        }
        links[index].asked.removeFirst()
        if oldest.id == metadataRequest {
            metadataAnswered(frame, now: now, into: &actions)
        } else {
            events.append(.answered(oldest.id, from: links[index].broker, frame))
        }
    }

    private mutating func refuse(
        _ index: Int, _ why: String, now: Instant, into actions: inout [ClientAction]
    ) {
        actions.append(.note(.unexpected(client: name, "broker \(links[index].broker): \(why)")))
        close(index, now: now, into: &actions)
    }

    private mutating func close(_ index: Int, now: Instant, into actions: inout [ClientAction]) {
        if let connection = links[index].state.connection { actions.append(.close(connection)) }
        fail(index, now: now)
    }

    /// The connection is gone: nobody knows what became of what was in flight, and the leaders may have moved.
    private mutating func fail(_ index: Int, now: Instant) {
        links[index].failures += 1
        links[index].state = .backingOff(until: now + backoff(after: links[index].failures))
        for request in links[index].asked { failed(request.id, wasSent: true, now: now) }
        for request in links[index].waiting { failed(request.id, wasSent: false, now: now) }
        links[index].asked.removeAll()
        links[index].waiting.removeAll()
        wantsMetadata = true
    }

    private mutating func failed(_ id: RequestID, wasSent: Bool, now: Instant) {
        if id == metadataRequest {
            metadataFailed(now: now)
        } else {
            events.append(.failed(id, wasSent: wasSent))
        }
    }

    private mutating func checkDeadlines(_ index: Int, now: Instant, into actions: inout [ClientAction]) {
        if let oldest = links[index].asked.min(by: { $0.deadline < $1.deadline }), oldest.deadline <= now {
            return close(index, now: now, into: &actions)
        }
        switch links[index].state {
        case .connecting(_, let deadline) where deadline <= now,
            .askingVersions(_, _, let deadline) where deadline <= now:
            return close(index, now: now, into: &actions)
        default: break
        }
        if !links[index].waiting.isEmpty, links[index].waiting.contains(where: { $0.deadline <= now }) {
            let late = links[index].waiting.filter { $0.deadline <= now }
            links[index].waiting.removeAll { $0.deadline <= now }
            for request in late { failed(request.id, wasSent: false, now: now) }
        }
        if case .backingOff(let until) = links[index].state, until <= now { links[index].state = .idle }
        advance(index, now: now, into: &actions)
    }

    /// Leaves for good, without a word: all connections end.
    package mutating func closeAll(now: Instant, into actions: inout [ClientAction]) {
        for index in links.indices where links[index].state.connection != nil {
            close(index, now: now, into: &actions)
        }
        for index in links.indices {
            links[index].waiting.removeAll()
            links[index].state = .idle
            links[index].failures = 0
        }
        events.removeAll()
        metadataRequest = nil
    }
}
