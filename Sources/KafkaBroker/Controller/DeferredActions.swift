import DequeModule
import KafkaProtocol

/// What must not be heard of before the metadata log is committed up to some offset, in the order in which it was made.
package struct DeferredActions: Sendable {
    private enum Item: Sendable {
        case action(BrokerAction)
        /// An answer, with the request for which another one may have to be found.
        case answer(Controller.Call, BrokerAction)

        var action: BrokerAction {
            switch self {
            case .action(let action), .answer(_, let action): action
            }
        }
    }

    private var waiting: Deque<(offset: Int64, item: Item)> = []

    package init() {}

    package var isEmpty: Bool { waiting.isEmpty }

    /// Holds the action until the log is committed up to `offset`, which never decreases from call to call.
    package mutating func wait(for offset: Int64, _ action: BrokerAction) {
        waiting.append((offset, .action(action)))
    }

    package mutating func wait(for offset: Int64, _ answer: BrokerAction, to call: Controller.Call) {
        waiting.append((offset, .answer(call, answer)))
    }

    package mutating func release(upTo committed: Int64, into actions: inout [BrokerAction]) {
        while let first = waiting.first, first.offset <= committed {
            actions.append(first.item.action)
            waiting.removeFirst()
        }
    }

    /// Nothing of it will be committed for certain: gives back the requests whose answers are dropped.
    package mutating func dropAll() -> [Controller.Call] {
        let calls = waiting.compactMap { entry in if case .answer(let call, _) = entry.item { call } else { nil } }
        waiting.removeAll()
        return calls
    }

    package mutating func removeAll() { waiting.removeAll() }

    /// The link to a peer was lost: what it asked before is not waited for any more.
    package mutating func removeAnswers(to peer: BrokerID) {
        waiting.removeAll { if case .answer(let call, _) = $0.item { call.peer == peer } else { false } }
    }
}
