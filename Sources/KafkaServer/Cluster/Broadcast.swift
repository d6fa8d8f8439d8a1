import Synchronization

/// Hands every value to every listener there is at that moment. Off the request path: sending takes a lock.
package final class Broadcast<Value: Sendable>: Sendable {
    private struct State {
        var listeners: [(number: UInt64, continuation: AsyncStream<Value>.Continuation)] = []
        var last: UInt64 = 0
        var isFinished = false
    }

    private let state = Mutex(State())
    private let buffering: AsyncStream<Value>.Continuation.BufferingPolicy

    package init(buffering: AsyncStream<Value>.Continuation.BufferingPolicy) { self.buffering = buffering }

    package var hasListeners: Bool { state.withLock { !$0.listeners.isEmpty } }

    package func listen() -> AsyncStream<Value> {
        let (stream, continuation) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: buffering)
        let number: UInt64? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.last += 1
            state.listeners.append((state.last, continuation))
            return state.last
        }
        if let number {
            continuation.onTermination = { [weak self] _ in self?.remove(number) }
        } else {
            continuation.finish()
        }
        return stream
    }

    package func send(_ value: Value) {
        for listener in state.withLock({ $0.listeners }) { listener.continuation.yield(value) }
    }

    package func finish() {
        let listeners = state.withLock { state in
            state.isFinished = true
            defer { state.listeners = [] }
            return state.listeners
        }
        for listener in listeners { listener.continuation.finish() }
    }

    private func remove(_ number: UInt64) {
        state.withLock { state in state.listeners.removeAll { $0.number == number } }
    }
}
