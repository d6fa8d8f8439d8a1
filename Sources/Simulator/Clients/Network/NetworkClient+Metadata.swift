import KafkaProtocol
import NIOCore

/// Keeps the client's metadata: asked for when something is wrong with it, no more often than the backoff allows, and
/// anew when it has grown old.
extension NetworkClient {
    /// Something showed that leaders or topics have changed.
    package mutating func refreshMetadata() { wantsMetadata = true }

    /// Asks for metadata if it is time. Every client calls this in each of its steps.
    package mutating func driveMetadata(now: Instant, into actions: inout [ClientAction]) {
        guard metadataRequest == nil else { return }
        if let metadataNotBefore, metadataNotBefore > now { return }
        guard wantsMetadata || (metadataExpires ?? now) <= now else { return }
        let known = metadata.brokers.isEmpty ? settings.bootstrap : metadata.brokers
        var candidates = known.filter { mayReach($0, now: now) }
        if candidates.isEmpty { candidates = settings.bootstrap.filter { mayReach($0, now: now) } }
        guard let broker = candidates.randomElement(using: &generator) else {
            metadataNotBefore = now + settings.retryBackoff
            return
        }
        var request = MetadataRequest()
        request.allowAutoTopicCreation = false
        request.topics = topics.map { names in
            names.map { name in
                var topic = MetadataRequest.MetadataRequestTopic()
                topic.name = name
                return topic
            }
        }
        wantsMetadata = false
        metadataRequest = send(request, to: broker, now: now, into: &actions)
    }

    mutating func metadataAnswered(_ frame: ByteBuffer, now: Instant, into actions: inout [ClientAction]) {
        // A broker that knows of no broker knows nothing yet.
        guard let response = read(MetadataResponse.self, of: .metadata, frame, into: &actions),
            !response.brokers.isEmpty
        else { return metadataFailed(now: now) }
        metadataRequest = nil
        metadata.update(response)
        metadataNotBefore = now + backoff(after: 1)
        metadataExpires = now + settings.metadataMaxAge
        events.append(.metadataUpdated)
    }

    mutating func metadataFailed(now: Instant) {
        metadataRequest = nil
        wantsMetadata = true
        metadataNotBefore = now + backoff(after: 1)
    }
}
