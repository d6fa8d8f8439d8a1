import Logging
import NIOCore
import NIOHTTP1

/// One connection: gathers a request, has it answered, writes the answer. NIO's pipeline handler holds the next request back
/// until then.
///
/// | state     | part of a request            | an answer is written          |
/// |-----------|------------------------------|-------------------------------|
/// | waiting   | head: reading                |                               |
/// | reading   | end: answering; too much: refusing |                         |
/// | answering |                              | waiting, streaming, or closed |
/// | streaming |                              | streaming; closed at the end  |
/// | refusing  | dropped                      | closed after a moment         |
///
/// A deadline ends the connection of a client that sends slowly or nothing, or does not read what it is sent. With the
/// connection ends the task that works for it.
final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    static let mostBodyBytes = 64 * 1024

    private enum State {
        case waiting
        case reading(HTTPRequestHead, ByteBuffer)
        case answering
        case streaming
        /// The answer was written before the request had come in whole.
        case refusing
    }

    private let service: ControlService
    private let patience: ControlPatience
    private let logger: Logger
    private var state = State.waiting
    private var deadline: Scheduled<Void>?
    private var heartbeat: RepeatedTask?
    private var task: Task<Void, Never>?

    init(_ service: ControlService, patience: ControlPatience, logger: Logger) {
        self.service = service
        self.patience = patience
        self.logger = logger
    }

    func channelActive(context: ChannelHandlerContext) {
        hangUp(after: patience.request, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        heartbeat?.cancel()
        task?.cancel()
        context.fireChannelInactive()
    }

    private func waitOn() {
        deadline?.cancel()
        deadline = nil
    }

    private func hangUp(after time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }

    // MARK: The request

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .waiting):
            let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            if length > Self.mostBodyBytes { return refuse(Self.tooLarge, context) }
            state = .reading(head, ByteBuffer())
        case (.body(var part), .reading(let head, var body)):
            state = .waiting
            if body.readableBytes + part.readableBytes > Self.mostBodyBytes { return refuse(Self.tooLarge, context) }
            body.writeBuffer(&part)
            state = .reading(head, body)
        case (.end, .reading(let head, let body)):
            state = .answering
            waitOn()
            answer(head, body, context)
        case (_, .refusing): break
        case (.head, _), (.body, _), (.end, _):
            preconditionFailure("NIO hands over one request at a time, its parts in order")
        }
    }

    private static let tooLarge = ControlRefusal(
        .contentTooLarge, "The body is larger than \(mostBodyBytes) bytes; no request here needs as much.")

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("control connection: \(error)")
        switch state {
        case .waiting where error is HTTPParserError, .reading where error is HTTPParserError:
            refuse(ControlRefusal(.badRequest, "This is no request of HTTP/1.1: \(error)."), context)
        case .waiting, .reading, .answering, .streaming, .refusing: context.close(promise: nil)
        }
    }

    /// Answers before the request is whole, and drops the rest of it: a connection that is closed over unread bytes is reset,
    /// and the answer may be lost with it.
    private func refuse(_ refusal: ControlRefusal, _ context: ChannelHandlerContext) {
        state = .refusing
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        write(ControlResponse(refusal), keepingAlive: false, context).whenComplete { _ in
            bound.value.close(mode: .output, promise: nil)
        }
        hangUp(after: patience.farewell, context)
    }

    // MARK: The answer

    private func answer(_ head: HTTPRequestHead, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        let (loop, service) = (context.eventLoop, service)
        let here = NIOLoopBound((handler: self, context: context), eventLoop: loop)
        let (method, uri, isKeptAlive) = (head.method.rawValue, head.uri, head.isKeepAlive)
        let headers = head.headers.map { ControlHeader($0.name, $0.value) }
        task = Task {
            let response: ControlResponse
            do throws(ControlRefusal) {
                let request = try ControlRequest(method, uri, headers: headers, body: Array(body.readableBytesView))
                response = await service.answer(request)
            } catch {
                response = ControlResponse(error)
            }
            if Task.isCancelled { return }
            switch response.body {
            case .text:
                loop.execute { here.value.handler.end(with: response, keepingAlive: isKeptAlive, here.value.context) }
            case .events(let id):
                let send = { @Sendable (text: String) in
                    try await loop.flatSubmit { here.value.handler.stream(text, here.value.context) }.get()
                }
                do {
                    try await loop.flatSubmit { here.value.handler.begin(response, here.value.context) }.get()
                    try await EventStream(journal: service.journal, after: id, send: send).run()
                } catch {}
                loop.execute { here.value.context.close(promise: nil) }
            }
        }
    }

    private func end(with response: ControlResponse, keepingAlive isKeptAlive: Bool, _ context: ChannelHandlerContext) {
        // Before the answer's end is written: the next request may come with it.
        state = isKeptAlive ? .waiting : .refusing
        hangUp(after: patience.write, context)
        let here = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        write(response, keepingAlive: isKeptAlive, context).whenComplete { _ in
            let (handler, context) = here.value
            switch handler.state {
            case .waiting, .reading: handler.hangUp(after: handler.patience.request, context)
            case .answering, .streaming: break
            case .refusing: context.close(promise: nil)
            }
        }
    }

    private func write(
        _ response: ControlResponse, keepingAlive isKeptAlive: Bool, _ context: ChannelHandlerContext
    ) -> EventLoopFuture<Void> {
        guard case .text(let text) = response.body else { preconditionFailure("a stream is begun, not written") }
        var head = head(of: response)
        head.headers.add(name: "Content-Length", value: "\(text.utf8.count)")
        if !isKeptAlive { head.headers.add(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        return context.writeAndFlush(wrapOutboundOut(.end(nil)))
    }

    private func head(of response: ControlResponse) -> HTTPResponseHead {
        var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: response.status))
        head.headers.add(name: "Content-Type", value: response.contentType)
        head.headers.add(name: "Cache-Control", value: "no-store")
        head.headers.add(name: "X-Content-Type-Options", value: "nosniff")
        for header in response.headers { head.headers.add(name: header.name, value: header.value) }
        return head
    }

    // MARK: A stream

    private func begin(_ response: ControlResponse, _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        state = .streaming
        var head = head(of: response)
        head.headers.add(name: "Connection", value: "close")
        let here = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        heartbeat = context.eventLoop.scheduleRepeatedTask(
            initialDelay: patience.heartbeat, delay: patience.heartbeat
        ) { _ in
            let (handler, context) = here.value
            // Something is still being written: its deadline goes on.
            if handler.deadline == nil { _ = handler.stream(": still here\n\n", context) }
        }
        return context.writeAndFlush(wrapOutboundOut(.head(head)))
    }

    /// The next part is sent when this one has been handed to the system: nothing piles up here for who does not read.
    private func stream(_ text: String, _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        hangUp(after: patience.write, context)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let written = context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))))
        written.whenSuccess { bound.value.waitOn() }
        return written
    }
}
