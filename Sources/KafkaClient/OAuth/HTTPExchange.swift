import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One form that is posted, and its answer.
enum HTTPExchange {
    private static let bytesMax = 1 << 20

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    static func post(
        _ form: String, to address: HTTPAddress, authorization: String, tls: NIOSSLContext?, within patience: TimeAmount
    ) async throws -> (status: Int, body: [UInt8]) {
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: address.target)
        for (name, value) in [
            ("Host", address.authority), ("Authorization", authorization), ("Accept", "application/json"),
            ("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", "\(form.utf8.count)"),
            ("Connection", "close"), ("User-Agent", "klamm"),
        ] { head.headers.add(name: name, value: value) }
        let request = head
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: (status: Int, body: [UInt8]).self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop).connectTimeout(patience)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let tls { try pipeline.addHandler(TLSSettings.handler(tls, for: address.host)) }
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(Form(request, ByteBuffer(string: form), promise))
                    }
                }
                .connect(host: address.host, port: address.port).get()
        } catch {
            promise.fail(error)
            throw error
        }
        let limit = loop.scheduleTask(in: patience) {
            promise.fail(Failure(description: "no answer in time"))
            channel.close(promise: nil)
        }
        defer {
            limit.cancel()
            channel.close(promise: nil)
        }
        return try await promise.futureResult.get()
    }

    /// Sends the form when the connection is there, and gathers the answer.
    private final class Form: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        typealias OutboundOut = HTTPClientRequestPart

        private let head: HTTPRequestHead
        private let form: ByteBuffer
        private let promise: EventLoopPromise<(status: Int, body: [UInt8])>
        private var status = 0
        private var body: [UInt8] = []

        init(_ head: HTTPRequestHead, _ form: ByteBuffer, _ promise: EventLoopPromise<(status: Int, body: [UInt8])>) {
            self.head = head
            self.form = form
            self.promise = promise
        }

        func channelActive(context: ChannelHandlerContext) {
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(form))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): status = Int(head.status.code)
            case .body(let part):
                body += part.readableBytesView
                if body.count > bytesMax { finish(context, Failure(description: "its answer does not end")) }
            case .end:
                promise.succeed((status, body))
                context.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(context, error) }

        func channelInactive(context: ChannelHandlerContext) {
            promise.fail(Failure(description: "it closed the connection without an answer"))
        }

        private func finish(_ context: ChannelHandlerContext, _ error: any Error) {
            promise.fail(error)
            context.close(promise: nil)
        }
    }
}
