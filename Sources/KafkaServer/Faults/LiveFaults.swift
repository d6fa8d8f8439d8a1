import KafkaCluster
import KafkaProtocol
import Synchronization

/// The faults of a running cluster: the one original of which every loop has a copy.
final class LiveFaults: Sendable {
    private let state = Mutex(FaultState())

    var active: [FaultState.ActiveFault] { state.withLock { $0.active } }

    /// Changes the faults and sends them to all nodes; copies arrive in the order of the changes.
    func change(
        at nodes: [NodeHandle], _ body: (inout FaultState) -> [FaultState.ActiveFault]
    ) -> [FaultState.ActiveFault] {
        state.withLock { state in
            let before = state
            let ended = body(&state)
            guard state != before else { return ended }
            for node in nodes {
                node.loop.execute { [host = node.host, state] in host.value.faultsChanged(state) }
            }
            return ended
        }
    }

    /// A node that has just joined.
    func inform(_ node: NodeHandle) {
        state.withLock { state in
            guard !state.isQuiet else { return }
            node.loop.execute { [host = node.host, state] in host.value.faultsChanged(state) }
        }
    }
}
