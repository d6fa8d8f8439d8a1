import KafkaProtocol
import NIOCore

/// One member of a classic group, as it last joined.
package struct GroupMember: Hashable, Sendable {
    /// An assignor that the member supports, with what it tells that assignor (for consumers: its subscription).
    package struct SupportedProtocol: Hashable, Sendable {
        package var name: String
        package var metadata: ByteBuffer
    }

    package var id: String
    /// Static membership (KIP-345): the name under which the member comes back after a restart.
    package var instanceId: String?
    package var clientId: String
    /// The client's address without its port.
    package var clientHost: String
    package var rebalanceTimeout: Duration
    package var sessionTimeout: Duration
    /// In the member's order of preference.
    package var protocols: [SupportedProtocol]
    /// In the bytes of the group's leader; empty before the first generation.
    package var assignment = ByteBuffer()
    /// Joined, but in no generation yet: it cannot send heartbeats while it waits for its first answer.
    package var isNew = true

    package func metadata(for protocolName: String?) -> ByteBuffer {
        protocols.first { $0.name == protocolName }?.metadata ?? ByteBuffer()
    }

    /// The member's vote: the first of its own list that everyone supports.
    func vote(among candidates: Set<String>) -> String? { protocols.first { candidates.contains($0.name) }?.name }
}
