import KafkaProtocol
import NIOCore
import NIOPosix

/// One request to a broker of this process over its own port, as any client would send it.
enum BrokerCall {
    static let timeout = TimeAmount.seconds(30)

    static func ask<Request: KafkaRequest>(
        _ request: Request, version: Int16, of port: PortReservation, on loop: any EventLoop
    ) async throws -> Request.Response {
        let frame = try RequestFrame.encode(request, version: version, correlationId: 1, clientId: "klamm")
        let answer = loop.makePromise(of: ByteBuffer.self)
        let timer = loop.scheduleTask(in: timeout) {
            answer.fail(ClusterError.network("the broker at port \(port.port) does not answer"))
        }
        let channel = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(1))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AnswerHandler(answer))
                }
            }
            .connect(host: port.host, port: port.port)
        channel.whenFailure { answer.fail($0) }
        channel.whenSuccess { channel in
            var sized = channel.allocator.buffer(capacity: 4 + frame.readableBytes)
            sized.writeInteger(Int32(frame.readableBytes))
            sized.writeImmutableBuffer(frame)
            channel.writeAndFlush(sized, promise: nil)
        }
        let result = await Result(catching: { try await answer.futureResult.get() })
        timer.cancel()
        if let channel = try? await channel.get() { channel.close(promise: nil) }
        return try ResponseFrame.decode(Request.Response.self, apiVersion: version, from: try result.get()).response
    }

    /// Waits for one whole frame.
    private final class AnswerHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let answer: EventLoopPromise<ByteBuffer>
        private var decoder = FrameDecoder(maximumFrameBytes: 1 << 20)

        init(_ answer: EventLoopPromise<ByteBuffer>) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            decoder.append(unwrapInboundIn(data))
            do {
                if let frame = try decoder.next() { answer.succeed(frame) }
            } catch {
                answer.fail(ClusterError.network(error.description))
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            answer.fail(ClusterError.network("the broker hung up"))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            answer.fail(error)
            context.close(promise: nil)
        }
    }
}
