import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a control server one thing.
package struct ControlClient: Sendable {
    package var address: ControlAddress
    package var token: String?

    package init(_ address: ControlAddress, token: String?) {
        self.address = address
        self.token = token
    }

    /// The answer's status and text, which must come within so long.
    package func get(_ target: String, within patience: TimeAmount) async throws -> (status: Int, text: String) {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target)
        head.headers.add(name: "Host", value: "\(address.url.dropFirst("http://".count))")
        head.headers.add(name: "Connection", value: "close")
        if let token { head.headers.add(name: "Authorization", value: "Bearer \(token)") }
        let request = head
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: Answer.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop).connectTimeout(.seconds(5))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(AnswerHandler(request, promise))
                    }
                }
                .connect(host: address.host, port: address.port).get()
        } catch {
            promise.fail(error)
            throw ControlError.cannotReach(address.url)
        }
        let deadline = loop.scheduleTask(in: patience) { channel.close(promise: nil) }
        defer {
            deadline.cancel()
            channel.close(promise: nil)
        }
        let answer = try await promise.futureResult.get()
        return (answer.status, answer.text)
    }

    fileprivate struct Answer: Sendable {
        var status: Int
        var text: String
    }

    /// Sends the request when the connection is there, and gathers the answer.
    private final class AnswerHandler: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        typealias OutboundOut = HTTPClientRequestPart

        private let request: HTTPRequestHead
        private let promise: EventLoopPromise<Answer>
        private var status = 0
        private var body = ByteBuffer()
        private var isOver = false

        init(_ request: HTTPRequestHead, _ promise: EventLoopPromise<Answer>) {
            self.request = request
            self.promise = promise
        }

        func channelActive(context: ChannelHandlerContext) {
            context.write(wrapOutboundOut(.head(request)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): status = Int(head.status.code)
            case .body(var part): body.writeBuffer(&part)
            case .end:
                isOver = true
                promise.succeed(Answer(status: status, text: String(buffer: body)))
                context.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func channelInactive(context: ChannelHandlerContext) {
            if !isOver { promise.fail(ControlError.noAnswer) }
        }
    }
}
