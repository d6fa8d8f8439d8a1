import DequeModule
import KafkaCluster
import Synchronization

/// The last events, numbered from 1 on: who was away for a moment, or reads slowly, goes on where it stood. Bounded, so
/// that nobody who does not read can hold anything up.
package final class EventJournal: Sendable {
    package struct Entry: Hashable, Sendable {
        package var id: UInt64
        package var event: ClusterEvent
    }

    private struct State {
        var entries: Deque<ClusterEvent> = []
        /// The number of the last event, and how many there were.
        var last: UInt64 = 0
        var listeners: [(number: UInt64, continuation: AsyncStream<Void>.Continuation)] = []
        var lastListener: UInt64 = 0
        var isFinished = false
    }

    private let capacity: Int
    private let state = Mutex(State())

    package init(capacity: Int = 10_000) { self.capacity = capacity }

    package func append(_ event: ClusterEvent) {
        let listeners = state.withLock { state in
            state.entries.append(event)
            state.last += 1
            if state.entries.count > capacity { state.entries.removeFirst() }
            return state.listeners
        }
        for listener in listeners { listener.continuation.yield() }
    }

    /// The number of the newest event; 0 before the first.
    package var last: UInt64 { state.withLock { $0.last } }

    /// The events after this number, the oldest first, and how many of them are no longer kept.
    package func entries(after id: UInt64, atMost count: Int) -> (missed: UInt64, entries: [Entry]) {
        state.withLock { state in
            guard id < state.last else { return (0, []) }
            let oldest = state.last - UInt64(state.entries.count)
            let first = max(id, oldest)
            let start = Int(first - oldest)
            let entries = state.entries[start...].prefix(count).enumerated().map { index, event in
                Entry(id: first + UInt64(index) + 1, event: event)
            }
            return (first - id, entries)
        }
    }

    /// How many wait for more.
    package var listenerCount: Int { state.withLock { $0.listeners.count } }

    /// A sign whenever there is more, until the cluster ends. Several that nobody has waited for are one.
    package func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number: UInt64? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.lastListener += 1
            state.listeners.append((state.lastListener, continuation))
            return state.lastListener
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in state.listeners.removeAll { $0.number == number } }
        }
        return stream
    }

    package func finish() {
        let listeners = state.withLock { state in
            state.isFinished = true
            defer { state.listeners = [] }
            return state.listeners
        }
        for listener in listeners { listener.continuation.finish() }
    }
}
