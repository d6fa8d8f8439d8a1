import NIOCore

/// Cuts what a broker sends into frames: four bytes of size, then that many bytes.
struct ResponseFrames: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    struct BadSize: Error, CustomStringConvertible {
        var size: Int32
        var description: String { "a frame of \(size) bytes" }
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
    var answer: EventLoopPromise<ByteBuffer>
}

/// Gives each answer to the oldest request that waits: a broker answers in the order in which it was asked.
///
/// When the connection ends, all that wait are told so.
final class AnswerQueue: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Exchange
    typealias OutboundOut = ByteBuffer

    private let address: String
    private var waiting = CircularBuffer<EventLoopPromise<ByteBuffer>>()
    private var end: WireError?

    init(address: String) { self.address = address }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        if let end {
            exchange.answer.fail(end)
            promise?.fail(end)
            return
        }
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

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(context, .cannotConnect(address, reason: ConnectFailure.words(error)))
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(context, .closed(address))
        context.fireChannelInactive()
    }

    private func finish(_ context: ChannelHandlerContext, _ error: WireError) {
        let error = end ?? error
        end = error
        while let answer = waiting.popFirst() { answer.fail(error) }
        context.close(promise: nil)
    }
}
