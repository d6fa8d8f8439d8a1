import KafkaProtocol
import NIOCore

/// Where an idempotent producer gets its id and its epochs from.
extension SimulatedProducer {
    var needsIdentity: Bool { settings.isIdempotent && identity == nil && identityRequest == nil }

    /// The identity that some partition has used up makes way for another. Others keep theirs until they are drained.
    mutating func newIdentity() {
        if settings.epochBump == .byItself, let old = identity, old.epoch < .max {
            identity = ProducerIdentity(id: old.id, epoch: old.epoch + 1)
        } else {
            identity = nil
            identityNotBefore = nil
        }
    }

    mutating func askForIdentity(now: Instant, into actions: inout [ClientAction]) {
        guard needsIdentity, (identityNotBefore ?? now) <= now else { return }
        let brokers = network.metadata.brokers.filter { network.mayReach($0, now: now) }
        guard let broker = brokers.randomElement(using: &network.generator) else {
            identityNotBefore = now + network.backoff(after: 1)
            return
        }
        var request = InitProducerIdRequest()
        request.transactionalId = nil
        request.transactionTimeoutMs = .max
        identityRequest = network.send(request, to: broker, now: now, into: &actions)
    }

    mutating func identityAnswered(_ frame: ByteBuffer, now: Instant, into actions: inout [ClientAction]) {
        identityRequest = nil
        let response = network.read(InitProducerIdResponse.self, of: .initProducerId, frame, into: &actions)
        guard let response, response.errorCode == .none else { return identityFailed(now: now) }
        identity = ProducerIdentity(id: response.producerId, epoch: response.producerEpoch)
    }

    mutating func identityFailed(now: Instant) {
        identityRequest = nil
        identityNotBefore = now + network.backoff(after: 2)
    }
}
