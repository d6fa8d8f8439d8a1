import KafkaClient
import KafkaCluster
import KafkaProtocol
import Synchronization

/// Hands events to everyone who listens, in order, each with the time at which it happened: whoever hears of it later
/// would make up a time of his own.
final class EventFeed: Sendable {
    private struct State {
        var listeners: [UInt64: AsyncStream<ClusterEvent>.Continuation] = [:]
        var nextListener: UInt64 = 0
        var isFinished = false
    }
    private let state = Mutex(State())

    func stream() -> AsyncStream<ClusterEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ClusterEvent.self, bufferingPolicy: .bufferingNewest(1000))
        let key: UInt64? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        if let key {
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { _ = $0.listeners.removeValue(forKey: key) }
            }
        } else {
            continuation.finish()
        }
        return stream
    }

    func emit(_ event: ClientEvent) {
        let event = ClusterEvent.client(event, at: .now())
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners { listener.yield(event) }
    }

    func finish() {
        let listeners = state.withLock { state in
            state.isFinished = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}

/// Turns the errors of one client into events: one when the kind of error changes, not one for every attempt.
final class ErrorRelay: Sendable {
    private static let repeatNanoseconds: Int64 = 30_000_000_000
    private let client: String
    private let feed: EventFeed
    private let last = Mutex<(code: ClientError.Code, at: Int64)?>(nil)

    init(client: String, feed: EventFeed) {
        self.client = client
        self.feed = feed
    }

    func report(_ error: ClientError) {
        let now = monotonicNanoseconds()
        let isNews = last.withLock { last in
            if let last, last.code == error.code, now - last.at < Self.repeatNanoseconds { return false }
            last = (error.code, now)
            return true
        }
        if isNews { feed.emit(.clientError(client: client, reason: error.description)) }
    }
}
