import KafkaProtocol
import KafkaStorage
import NIOCore

/// One Kafka broker as a state machine: requests, peers' frames and deadlines in, answers and frames out.
package struct Broker: Node {
    package let settings: BrokerSettings
    let disk: any Disk
    var generator: SeededGenerator
    /// Tells this start of the broker from any other.
    let incarnationId: Uuid
    var lifecycle = BrokerLifecycleState.recovering
    var connections: [ConnectionID: Connection] = [:]

    package init(settings: BrokerSettings, disk: any Disk, seed: UInt64, now: Instant) {
        self.settings = settings
        self.disk = disk
        generator = SeededGenerator(seed: seed)
        incarnationId = Uuid.random(using: &generator)
    }

    package mutating func step(_ input: BrokerInput, now: Instant, into actions: inout [BrokerAction]) {
        switch input {
        case .connectionOpened(let id, let client): connections[id] = Connection(client: client)
        case .connectionClosed(let id): connections[id] = nil
        case .request(let id, _): actions.append(.close(id, reason: "no requests are served yet"))
        case .peerRequest, .peerResponse, .peerReset, .flushed, .deadlineReached: break
        case .stopRequested: actions.append(.stopped)
        }
    }

    package var nextDeadline: Instant? { nil }

    package func snapshot() -> BrokerSnapshot { BrokerSnapshot(id: settings.nodeId, lifecycle: lifecycle) }
}
