import DequeModule
import KafkaProtocol

/// Answers and events that wait until the metadata that they speak of is durable: nobody hears of what a loss of power
/// could still take back. They leave in the order in which they came.
package struct DeferredActions: Sendable {
    private var waiting: Deque<(offset: Int64, action: BrokerAction)> = []

    package init() {}

    package var isEmpty: Bool { waiting.isEmpty }

    /// Holds the action until the log is committed up to `offset`, which never decreases from call to call.
    package mutating func wait(for offset: Int64, _ action: BrokerAction) {
        waiting.append((offset, action))
    }

    package mutating func release(upTo committed: Int64, into actions: inout [BrokerAction]) {
        while let first = waiting.first, first.offset <= committed {
            actions.append(first.action)
            waiting.removeFirst()
        }
    }

    package mutating func removeAll() { waiting.removeAll() }
}

extension DeferredActions {
    /// The link to a peer was lost: what it asked before is not waited for any more.
    package mutating func removeAnswers(to peer: BrokerID) {
        waiting.removeAll {
            if case .send(peer, _) = $0.action { true } else { false }
        }
    }
}
