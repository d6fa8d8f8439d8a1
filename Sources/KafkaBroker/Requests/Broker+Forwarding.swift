import KafkaProtocol
import NIOCore

/// A client's request that only the controller may serve, on its way there and back.
struct ForwardedRequest: Sendable {
    var context: RequestContext
    /// The whole frame with a correlation id that is set anew for each try.
    var frame: ByteBuffer
    var deadline: Instant
}

/// Passing administration on to the active controller: the same body in the same version under our own correlation id,
/// and the answer under the client's. While there is no controller, a request is tried again until its time is over;
/// then the client is answered REQUEST_TIMED_OUT.
extension Broker {
    mutating func forward(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        guard let headerVersion = context.apiKey.requestHeaderVersion(apiVersion: context.version) else {
            throw ProtocolError(.unknownAPIKey(context.apiKey.rawValue), field: "requestApiKey", offset: 0)
        }
        let deadline = try now + timeout(of: context, body)
        var header = RequestHeader()
        header.requestApiKey = context.apiKey
        header.requestApiVersion = context.version
        header.clientId = context.clientId
        var frame = try header.encode(version: headerVersion)
        frame.writeImmutableBuffer(body)
        let id = nextForwardID
        nextForwardID += 1
        forwarded[id] = ForwardedRequest(context: context, frame: frame, deadline: deadline)
        sendForwarded(id)
    }

    /// What the client itself is willing to wait, if it says so. Fails for a body that no controller could read.
    private func timeout(of context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) -> Duration {
        func own<Request: ControllerRequest>(_ type: Request.Type) throws(ProtocolError) -> Int32? {
            try Request(decoding: body, version: context.version).ownTimeoutMs
        }
        let type = ControllerRequests.type(of: context.apiKey)
        guard let type, case let own? = try own(type), own > 0 else {
            return settings.requestTimeout
        }
        return min(settings.requestTimeout, .milliseconds(own))
    }

    mutating func sendForwarded(_ id: UInt64) {
        guard let request = forwarded[id] else { return }
        if now >= request.deadline { return giveUpForwarding(id) }
        let correlationId = peers.add(to: controller, .forwarded(id), deadline: request.deadline)
        var frame = request.frame
        // The correlation id stands after key and version in every header.
        frame.setInteger(correlationId, at: frame.readerIndex + 4)
        out.append(.send(to: controller, .request(frame)))
    }

    mutating func forwardedAnswered(_ id: UInt64, by peer: BrokerID, _ frame: ByteBuffer) {
        guard let request = forwarded[id] else { return }
        if isRefusal(frame, of: request) {
            controllerFailed(peer)
            return forwardFailed(id)
        }
        forwarded[id] = nil
        var answer = frame
        answer.setInteger(request.context.correlationId, at: answer.readerIndex)
        respond(request.context, parts: [.bytes(answer)])
    }

    /// Whether the answer says nothing but that another controller is the active one. The words for it are those that a
    /// controller of ours uses, so that no answer has to be read field by field.
    private func isRefusal(_ frame: ByteBuffer, of request: ForwardedRequest) -> Bool {
        guard let type = ControllerRequests.type(of: request.context.apiKey) else { return false }
        return (try? isRefusal(type, frame, of: request)) ?? false
    }

    private func isRefusal<Request: ControllerRequest>(
        _ type: Request.Type, _ frame: ByteBuffer, of forwarded: ForwardedRequest
    ) throws(ProtocolError) -> Bool {
        var body = forwarded.frame
        _ = try RequestFrame.decodeHeader(from: &body)
        let version = forwarded.context.version
        let request = try Request(decoding: body, version: version)
        var header = ResponseHeader()
        header.correlationId = frame.getInteger(at: frame.readerIndex, as: Int32.self) ?? 0
        let head = try header.encode(version: Request.Response.headerVersion(version))
        func isAnswer(_ error: ErrorCode) throws(ProtocolError) -> Bool {
            var whole = head
            whole.writeImmutableBuffer(try request.failed(error, version: version).encode(version: version))
            return whole == frame
        }
        // Where nothing was asked for, no error has a place.
        guard try isAnswer(.notController) else { return false }
        return try !isAnswer(.none)
    }

    mutating func forwardFailed(_ id: UInt64) {
        guard let request = forwarded[id] else { return }
        if now >= request.deadline { return giveUpForwarding(id) }
        timers.set(.forwarded(id), at: min(request.deadline, now + .milliseconds(100)))
    }

    private mutating func giveUpForwarding(_ id: UInt64) {
        guard let request = forwarded.removeValue(forKey: id) else { return }
        let context = request.context
        var body = request.frame
        do throws(ProtocolError) {
            _ = try RequestFrame.decodeHeader(from: &body)
            guard let type = ControllerRequests.type(of: context.apiKey) else {
                throw ProtocolError(.unknownAPIKey(context.apiKey.rawValue), field: "requestApiKey", offset: 0)
            }
            try respondTimedOut(type, context, body)
        } catch {
            close(context, reason: error.description)
        }
    }

    private mutating func respondTimedOut<Request: ControllerRequest>(
        _ type: Request.Type, _ context: RequestContext, _ body: ByteBuffer
    ) throws(ProtocolError) {
        let request = try Request(decoding: body, version: context.version)
        respond(context, with: request.failed(.requestTimedOut, version: context.version))
    }
}
