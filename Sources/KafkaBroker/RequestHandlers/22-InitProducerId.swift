import DequeModule
import KafkaProtocol
import NIOCore

/// InitProducerId (key 22), versions 0-5.
///
/// Gives idempotent producers an id and epoch 0, from a block that the controller has handed to this broker; while a new
/// block is on its way, requests wait for it.
///
/// Not done: transactions. A request with a transactional id is answered TRANSACTIONAL_ID_AUTHORIZATION_FAILED, as
/// FindCoordinator answers it.
extension Broker {
    mutating func handleInitProducerId(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try InitProducerIdRequest(decoding: body, version: context.version)
        if let transactionalId = request.transactionalId {
            var response = InitProducerIdResponse()
            response.errorCode =
                transactionalId.isEmpty ? .invalidRequest : .transactionalIdAuthorizationFailed
            return respond(context, with: response)
        }
        producerIds.waiting.append(context)
        giveProducerIds()
    }

    private mutating func giveProducerIds() {
        while !producerIds.waiting.isEmpty, let id = producerIds.next() {
            let context = producerIds.waiting.removeFirst()
            var response = InitProducerIdResponse()
            response.producerId = id
            response.producerEpoch = 0
            respond(context, with: response)
        }
        if !producerIds.waiting.isEmpty { allocateProducerIds() }
    }

    mutating func allocateProducerIds() {
        guard !producerIds.isAsking, !producerIds.waiting.isEmpty else { return }
        producerIds.isAsking = true
        var request = AllocateProducerIdsRequest()
        request.brokerId = settings.nodeId
        request.brokerEpoch = brokerEpoch
        send(request, version: 0, to: controller, .allocateProducerIds, timeout: settings.requestTimeout)
    }

    mutating func producerIdsAllocated(_ response: AllocateProducerIdsResponse) {
        producerIds.isAsking = false
        guard response.errorCode == .none, response.producerIdLen > 0, response.producerIdStart >= 0 else {
            return producerIdsFailed()
        }
        producerIds.take(start: response.producerIdStart, count: response.producerIdLen)
        giveProducerIds()
    }

    /// Asked again a little later; the clients go on waiting, and give up by their own time-outs.
    mutating func producerIdsFailed() {
        producerIds.isAsking = false
        timers.set(.producerIds, at: now + .milliseconds(100))
    }
}

/// The producer ids that this broker may still give out.
struct ProducerIdBlocks {
    private var nextId: Int64 = 0
    private var left: Int32 = 0
    var waiting: Deque<RequestContext> = []
    var isAsking = false

    mutating func next() -> Int64? {
        guard left > 0 else { return nil }
        defer {
            nextId += 1
            left -= 1
        }
        return nextId
    }

    mutating func take(start: Int64, count: Int32) {
        guard start <= Int64.max - Int64(count) else { return }
        nextId = start
        left = count
    }
}
