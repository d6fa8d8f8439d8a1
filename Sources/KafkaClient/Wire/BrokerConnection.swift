import KafkaCluster
import KafkaProtocol
import NIOCore
import NIOPosix
import Synchronization

/// One connection to one broker, kept open. Any number of requests may be under way; they are answered in order.
///
/// A request that is not answered in time ends the connection: the broker hangs, or what comes later could be taken for
/// the answer to another.
final class BrokerConnection: Sendable {
    let address: ClusterSurvey.Address
    let versions: NegotiatedVersions
    private let channel: any Channel
    private let end: ConnectionEnd
    /// When another should take its place: the login ends soon.
    private let due: NIODeadline?
    private let correlation = Atomic<Int32>(1)

    private init(
        address: ClusterSurvey.Address, channel: any Channel, end: ConnectionEnd, versions: NegotiatedVersions,
        due: NIODeadline? = nil
    ) {
        self.address = address
        self.channel = channel
        self.end = end
        self.due = due
        self.versions = versions
    }

    var isOpen: Bool { channel.isActive && end.error == nil }
    var isDue: Bool { due.map { $0 <= .now() } ?? false }

    static func open(
        _ address: ClusterSurvey.Address, on group: any EventLoopGroup, security: WireSecurity, patience: Duration
    ) async throws -> BrokerConnection {
        let name = address.description
        let end = ConnectionEnd()
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: group)
                .connectTimeout(.nanoseconds(patience.wholeNanoseconds))
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try security.prepare(channel, for: address)
                        let operations = channel.pipeline.syncOperations
                        try operations.addHandler(ByteToMessageHandler(ResponseFrames()))
                        try operations.addHandler(
                            AnswerQueue(address: name, end: end) { security.failure($0, at: name) })
                    }
                }
                .connect(host: address.host, port: address.port).get()
        } catch {
            throw security.failure(error, at: name)
        }
        do {
            let versions = try await Self.versions(on: channel, end, address, security, group, patience)
            let connection = BrokerConnection(address: address, channel: channel, end: end, versions: versions)
            guard let session = try await security.authenticate(connection, patience: patience) else {
                return connection
            }
            return connection.lasting(session)
        } catch let error as ProtocolError {
            channel.close(promise: nil)
            throw WireError.notKafka(name, reason: "\(error)")
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    /// What the broker speaks: the first exchange, and a second with a broker that does not know our first question.
    private static func versions(
        on channel: any Channel, _ end: ConnectionEnd, _ address: ClusterSurvey.Address, _ security: WireSecurity,
        _ group: any EventLoopGroup, _ patience: Duration
    ) async throws -> NegotiatedVersions {
        func ask(_ version: Int16) async throws -> ByteBuffer {
            let frame = try RequestFrame.encode(
                VersionQuestion.request, version: version, correlationId: 0, clientId: clientID)
            guard let answer = try await exchange(frame, on: channel, end, address, patience) else {
                throw over(end, address)
            }
            return answer
        }
        var version = VersionQuestion.version
        var answer: ByteBuffer
        do { answer = try await ask(version) } catch let error as WireError {
            let isSecured = end.isSecured.load(ordering: .relaxed)
            throw await security.firstFailure(error, of: address, isSecured: isSecured, on: group, patience: patience)
        }
        if let older = VersionQuestion.olderVersion(after: answer) {
            version = older
            answer = try await ask(version)
        }
        return NegotiatedVersions(try VersionQuestion.answer(in: answer, version: version))
    }

    /// The same, for as long as the broker lets us stay. What is asked meanwhile has the rest of that time to be answered.
    private func lasting(_ session: Duration) -> BrokerConnection {
        let nanoseconds = session.wholeNanoseconds
        let channel = channel
        let farewell = channel.eventLoop.scheduleTask(in: .nanoseconds(nanoseconds)) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in farewell.cancel() }
        return BrokerConnection(
            address: address, channel: channel, end: end, versions: versions,
            due: .now() + .nanoseconds(nanoseconds / 20 * 17))
    }

    static let clientID = "klamm-console"

    func ask<Request: KafkaRequest>(_ request: Request, patience: Duration) async throws -> Request.Response {
        guard let response = try await askIfOpen(request, patience: patience) else { throw Self.over(end, address) }
        return response
    }

    /// Nil where the connection was over before any of the request had left: the broker knows nothing of it, and another
    /// connection may carry it, whatever it asks for.
    func askIfOpen<Request: KafkaRequest>(_ request: Request, patience: Duration) async throws -> Request.Response? {
        let version = try versions.version(for: Request.self)
        let id = correlation.wrappingAdd(1, ordering: .relaxed).newValue & .max
        let frame = try RequestFrame.encode(request, version: version, correlationId: id, clientId: Self.clientID)
        guard let answer = try await Self.exchange(frame, on: channel, end, address, patience) else { return nil }
        do {
            let (found, response) = try ResponseFrame.decode(Request.Response.self, apiVersion: version, from: answer)
            guard found == id else {
                close()
                throw WireError.notKafka(address.description, reason: "answer \(found) to request \(id)")
            }
            return response
        } catch let error as ProtocolError {
            throw WireError.notKafka(address.description, reason: "\(error)")
        }
    }

    private static func over(_ end: ConnectionEnd, _ address: ClusterSurvey.Address) -> WireError {
        end.error ?? .closed(address.description)
    }

    /// Nil where the connection was over before any of the frame had left.
    private static func exchange(
        _ frame: ByteBuffer, on channel: any Channel, _ end: ConnectionEnd, _ address: ClusterSurvey.Address,
        _ patience: Duration
    ) async throws -> ByteBuffer? {
        let promise = channel.eventLoop.makePromise(of: ByteBuffer?.self)
        let limit = channel.eventLoop.scheduleTask(in: .nanoseconds(patience.wholeNanoseconds)) {
            promise.fail(WireError.noAnswer(address.description, milliseconds: patience.wholeMilliseconds))
            channel.close(promise: nil)
        }
        promise.futureResult.whenComplete { _ in limit.cancel() }
        channel.eventLoop.execute {
            // On its own loop the connection cannot end between this look and the writing.
            guard channel.isActive, end.error == nil else { return promise.succeed(nil) }
            channel.writeAndFlush(Exchange(frame: frame, answer: promise)).whenFailure { _ in
                promise.fail(over(end, address))
            }
        }
        return try await promise.futureResult.get()
    }

    func close() { channel.close(promise: nil) }
}
