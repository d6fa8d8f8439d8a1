import NIOCore
import NIOTLS
import Synchronization

/// Cuts what a broker sends into frames: four bytes of size, then that many bytes.
struct ResponseFrames: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    struct BadSize: Error, CustomStringConvertible {
        var size: Int32
        var description: String { "a frame of \(size) bytes" }

        /// Records of TLS begin with their kind, of which an alert and a handshake come first, and the version 3.
        var isTLS: Bool { [0x1503, 0x1603].contains(size >> 16) }
    }

    /// The metadata of a hundred thousand partitions takes some ten MiB.
    private static let bytesMax: Int32 = 256 << 20

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let size: Int32 = buffer.getInteger(at: buffer.readerIndex) else { return .needMoreData }
        guard (4...Self.bytesMax).contains(size) else { throw BadSize(size: size) }
        guard buffer.readableBytes - 4 >= Int(size) else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 4)
        guard let frame = buffer.readSlice(length: Int(size)) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(frame))
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState {
        // What is cut off in the middle is no frame.
        try decode(context: context, buffer: &buffer)
    }
}

/// A request on its way out, and where its answer goes.
struct Exchange: Sendable {
    var frame: ByteBuffer
    var answer: EventLoopPromise<ByteBuffer?>
}

/// Why a connection is over, for who asks when its handlers are gone.
final class ConnectionEnd: Sendable {
    private let reason = Mutex<WireError?>(nil)
    /// Whether TLS came about before.
    let isSecured = Atomic(false)

    /// The first reason stays: what comes later is its consequence.
    func reach(_ error: WireError) -> WireError {
        reason.withLock { reason in
            reason = reason ?? error
            return reason ?? error
        }
    }

    var error: WireError? { reason.withLock { $0 } }
}

/// Gives each answer to the oldest request that waits: a broker answers in the order in which it was asked.
///
/// When the connection ends, all that wait are told so.
final class AnswerQueue: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Exchange
    typealias OutboundOut = ByteBuffer

    private let address: String
    private let failure: @Sendable (any Error) -> WireError
    private var waiting = CircularBuffer<EventLoopPromise<ByteBuffer?>>()
    private let end: ConnectionEnd

    /// `failure` says what it means that a connection failed.
    init(address: String, end: ConnectionEnd, failure: @escaping @Sendable (any Error) -> WireError) {
        self.address = address
        self.end = end
        self.failure = failure
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        waiting.append(exchange.answer)
        var frame = context.channel.allocator.buffer(capacity: exchange.frame.readableBytes + 4)
        frame.writeInteger(Int32(exchange.frame.readableBytes))
        frame.writeImmutableBuffer(exchange.frame)
        context.write(wrapOutboundOut(frame), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let answer = waiting.popFirst() else {
            return finish(context, .notKafka(address, reason: "an answer to no request"))
        }
        answer.succeed(unwrapInboundIn(data))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { end.isSecured.store(true, ordering: .relaxed) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A broker that dies in use takes no leave of TLS: that says nothing about how it was set up.
        let isOver = end.isSecured.load(ordering: .relaxed) && TLSFailure.kind(of: error) == .endedEarly
        finish(context, isOver ? .closed(address) : failure(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(context, .closed(address))
        context.fireChannelInactive()
    }

    private func finish(_ context: ChannelHandlerContext, _ error: WireError) {
        let error = end.reach(error)
        while let answer = waiting.popFirst() { answer.fail(error) }
        context.close(promise: nil)
    }
}
