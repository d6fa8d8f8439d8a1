import Synchronization

/// Hands every value to all who listen at that moment.
final class Listeners<Value: Sendable>: Sendable {
    private struct State {
        var continuations: [UInt64: AsyncStream<Value>.Continuation] = [:]
        var last: UInt64 = 0
        var isFinished = false
    }

    private let state = Mutex(State())
    private let buffering: AsyncStream<Value>.Continuation.BufferingPolicy

    init(buffering: AsyncStream<Value>.Continuation.BufferingPolicy) { self.buffering = buffering }

    func listen() -> AsyncStream<Value> {
        let (stream, continuation) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: buffering)
        let number: UInt64? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.last += 1
            state.continuations[state.last] = continuation
            return state.last
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.continuations[number] = nil } }
        return stream
    }

    func send(_ value: Value) {
        for continuation in state.withLock({ $0.continuations.values.map { $0 } }) { continuation.yield(value) }
    }

    func finish() {
        let continuations = state.withLock { state in
            state.isFinished = true
            defer { state.continuations = [:] }
            return state.continuations.values.map { $0 }
        }
        for continuation in continuations { continuation.finish() }
    }
}
