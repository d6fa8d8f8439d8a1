import Glibc
import KafkaBroker
import KafkaProtocol
import NIOCore

/// Who takes what a connection brings. All calls happen on the connection's own loop, which is the node's.
protocol ConnectionSink: AnyObject {
    func connectionOpened(_ connection: ConnectionHandler)
    func connectionClosed(_ connection: ConnectionHandler)
    func request(_ frame: ByteBuffer, from connection: ConnectionHandler)
    /// The client sent what is no Kafka request; the connection closes.
    func badFrame(_ reason: String, from connection: ConnectionHandler)
    /// Between these two, inputs come in one go: answers are flushed once, at the outermost end.
    func beginBurst()
    func endBurst()
}

/// One client's connection: bytes in, whole frames to the node; answers out, in the order in which the node gives them.
///
/// Reading stops while too many requests wait for their answer or while the client does not take what it asked for, so a
/// connection holds a bounded amount of memory. What the kernel then holds back slows that client alone.
///
/// | state    | frame read        | answer written          | channel full | channel drained |
/// |----------|-------------------|-------------------------|--------------|-----------------|
/// | reading  | handed in; paused at the bound | counts down | paused       | -               |
/// | paused   | kept in decoder   | reading below the bound | paused       | reading below the bound |
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    let id: ConnectionID
    private(set) var client = "unknown"
    private let limits: ConnectionLimits
    private weak var sink: (any ConnectionSink)?
    private var decoder: FrameDecoder
    private var context: ChannelHandlerContext?
    private var requestsInFlight = 0
    private var isDelivering = false
    private var isInReadBurst = false
    /// The channel asked to read while this handler did not want to.
    private var hasHeldBackRead = false
    /// Answers were written and not yet flushed.
    private(set) var needsFlush = false
    /// What the client calls itself; nil before its first request.
    var clientId: String?
    /// What faults do to this connection; nil while none has ever hit it.
    var faults: ConnectionFaults?
    var requestsHandedIn: UInt64 = 0
    var requestsAnswered: UInt64 = 0
    var receipts = AnswerReceipts()

    init(id: ConnectionID, limits: ConnectionLimits, sink: any ConnectionSink) {
        self.id = id
        self.limits = limits
        self.sink = sink
        decoder = FrameDecoder(maximumFrameBytes: limits.maximumFrameBytes)
    }

    private var isPaused: Bool {
        requestsInFlight >= limits.maximumRequestsInFlight || context?.channel.isWritable != true
    }

    // MARK: From the client

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        if let address = context.remoteAddress, let host = address.ipAddress, let port = address.port {
            client = "\(host):\(port)"
        }
        sink?.connectionOpened(self)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        sink?.connectionClosed(self)
        endReadBurst()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isInReadBurst {
            isInReadBurst = true
            sink?.beginBurst()
        }
        decoder.append(unwrapInboundIn(data))
        deliver()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        endReadBurst()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { resume() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset by the client and the like: the close that follows says all that there is to say.
        context.close(promise: nil)
    }

    func read(context: ChannelHandlerContext) {
        if isPaused {
            hasHeldBackRead = true
        } else {
            context.read()
        }
    }

    private func endReadBurst() {
        guard isInReadBurst else { return }
        isInReadBurst = false
        sink?.endBurst()
    }

    /// Hands in whole frames while there is room for them.
    private func deliver() {
        // Handing in a frame may answer an older one, and that comes back here.
        guard !isDelivering else { return }
        isDelivering = true
        defer { isDelivering = false }
        do {
            while !isPaused, let frame = try decoder.next() {
                requestsInFlight += 1
                sink?.request(frame, from: self)
            }
        } catch {
            sink?.badFrame(error.description, from: self)
        }
    }

    private func resume() {
        guard !isPaused else { return }
        sink?.beginBurst()
        deliver()
        if hasHeldBackRead, !isPaused {
            hasHeldBackRead = false
            context?.read()
        }
        sink?.endBurst()
    }

    // MARK: From the node

    /// Writes one answer; `file` opens a region for the socket. No parts: the request is done and gets no answer.
    func respond(_ parts: [Payload], file: (FileID, Int64, Int) throws -> FileRegion) rethrows {
        guard let context else { return }
        requestsInFlight -= 1
        if !parts.isEmpty {
            needsFlush = true
            receipts.gave(try ResponseWriter.write(parts, to: context, file: file))
        }
        resume()
    }

    /// A request is done; its answer, if it gets one, is written later or never.
    func answered() {
        guard context != nil else { return }
        requestsInFlight -= 1
        resume()
    }

    func write(_ answer: ByteBuffer) {
        guard let context else { return }
        needsFlush = true
        let bytes = ResponseWriter.write([.bytes(answer)], to: context) { _, _, _ in
            preconditionFailure("an answer in memory has no regions")
        }
        receipts.gave(bytes)
    }

    func flush() {
        needsFlush = false
        context?.flush()
    }

    /// Closes after what was written has been sent.
    func close() {
        context?.flush()
        context?.close(promise: nil)
    }

    /// How many of the answers with promises the client has read for certain.
    func answersRead(_ table: UnreadBytes.Table, now: Instant) -> UInt64 {
        guard let channel = context?.channel else { return receipts.read(unreadBytes: 0, now: now) }
        let buffered = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)).map { UInt64(max(0, $0)) } ?? 0
        let unsent = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) {
            UnreadBytes.unsent($0)
        }
        let unread = table.unread(
            clientPort: UInt16(clamping: channel.remoteAddress?.port ?? 0),
            ourPort: UInt16(clamping: channel.localAddress?.port ?? 0))
        // A client on another machine: what it has read cannot be told, so all that is recent stays in doubt.
        guard let unsent, let unsent, let unread else { return receipts.read(unreadBytes: .max, now: now) }
        return receipts.read(unreadBytes: buffered + unsent + unread, now: now)
    }

    /// Closes as a process that dies does: what is on its way is thrown away and the client sees a reset.
    func reset() {
        guard let context else { return }
        if let socket = context.channel as? any SocketOptionProvider {
            socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in }
        }
        context.close(promise: nil)
    }
}
