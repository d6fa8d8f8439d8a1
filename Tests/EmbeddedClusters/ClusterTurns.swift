import DequeModule
import Synchronization

/// Who may run a cluster now: at most so many at once in the process, first come, first served.
///
/// The tests of all suites begin together. Without turns, twenty clusters of six nodes and their clients would share two
/// cores, and what is promised of a healthy cluster (sessions that last, leaders that stay) is not promised of a starved one.
package final class ClusterTurns: Sendable {
    package static let shared = ClusterTurns(atOnce: 4)

    private struct State {
        var free: Int
        var waiting: Deque<CheckedContinuation<Void, Never>> = []
    }
    private let state: Mutex<State>

    package init(atOnce: Int) { state = Mutex(State(free: atOnce)) }

    /// Returns when it is the caller's turn.
    package func begin() async {
        await withCheckedContinuation { caller in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(caller)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { caller.resume() }
        }
    }

    /// The turn passes on to who has waited longest.
    package func end() {
        let next = state.withLock { state in
            let next = state.waiting.popFirst()
            if next == nil { state.free += 1 }
            return next
        }
        next?.resume()
    }
}
