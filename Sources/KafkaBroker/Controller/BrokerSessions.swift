import KafkaProtocol

/// When each broker was last heard of, and how far it has read the metadata log.
///
/// Only a broker that is not fenced has a session. It begins when the broker is unfenced, or when this controller
/// becomes active, is renewed by each heartbeat, and ends `timeout` after the last one. Nothing of this is in the
/// metadata log, since a new controller cannot know it.
package struct BrokerSessions: Hashable, Sendable {
    private struct Contact: Hashable, Sendable {
        var at: Instant
        var metadataOffset: Int64
        /// The metadata offset that all others must have read before the broker may stop.
        var shutdownOffset: Int64?
    }

    package let timeout: Duration
    private var contacts: [BrokerID: Contact] = [:]

    package init(timeout: Duration) { self.timeout = timeout }

    /// A heartbeat, or a new registration, which begins with an unknown position in the metadata log.
    package mutating func touch(_ broker: BrokerID, metadataOffset: Int64, now: Instant) {
        let shutdownOffset = contacts[broker]?.shutdownOffset
        contacts[broker] = Contact(at: now, metadataOffset: metadataOffset, shutdownOffset: shutdownOffset)
    }

    package mutating func begin(_ broker: BrokerID, now: Instant) {
        contacts[broker] = Contact(at: now, metadataOffset: -1)
    }

    /// The controller itself was away for so long and cannot know who was silent: every session goes on as much longer.
    package mutating func extend(by duration: Duration) {
        contacts = contacts.mapValues {
            Contact(at: $0.at + duration, metadataOffset: $0.metadataOffset, shutdownOffset: $0.shutdownOffset)
        }
    }

    package mutating func remove(_ broker: BrokerID) { contacts[broker] = nil }

    /// When the session of a broker that is not fenced ends unless it is heard of again.
    package func expiry(of broker: BrokerRegistration) -> Instant? {
        broker.fenced ? nil : contacts[broker.id].map { $0.at + timeout }
    }

    package func isValid(_ broker: BrokerRegistration, now: Instant) -> Bool {
        expiry(of: broker).map { now < $0 } ?? false
    }

    package func nextExpiry(in image: MetadataImage) -> Instant? {
        var oldest: Instant?
        // By index: whoever takes a registration out copies all that it holds.
        for index in image.brokers.indices where !image.brokers[index].fenced {
            if let contact = contacts[image.brokers[index].id]?.at { oldest = min(oldest ?? contact, contact) }
        }
        return oldest.map { $0 + timeout }
    }

    /// Those not fenced that were not heard of for the timeout.
    package func expired(in image: MetadataImage, now: Instant) -> [BrokerID] {
        image.brokers.filter { !$0.fenced && !isValid($0, now: now) }.map(\.id)
    }

    /// The leaders have been moved off by records up to `offset`.
    package mutating func beganShutdown(_ broker: BrokerID, at offset: Int64) {
        contacts[broker]?.shutdownOffset = offset
    }

    /// Whether every broker that goes on has read that the stopping one leads no more.
    package func othersKnowOfShutdown(of broker: BrokerID, in image: MetadataImage) -> Bool {
        guard let offset = contacts[broker]?.shutdownOffset else { return false }
        return image.brokers.allSatisfy { !$0.isActive || (contacts[$0.id]?.metadataOffset ?? -1) >= offset }
    }
}
