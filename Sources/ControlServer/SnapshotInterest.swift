import KafkaCluster
import Synchronization

/// Listens to the snapshots while somebody asks for them now and then: rates are known only to who looks all the time, and
/// looking costs where nobody wants to know.
final class SnapshotInterest: Sendable {
    private static let span = Duration.seconds(60)

    private struct State {
        var end = ContinuousClock.now
        var isListening = false
    }

    private let state = Mutex(State())

    /// Somebody has asked: for a minute they may ask again.
    func renew(_ cluster: any ControlledCluster) {
        let begins = state.withLock { state in
            state.end = ContinuousClock.now + Self.span
            defer { state.isListening = true }
            return !state.isListening
        }
        guard begins else { return }
        let snapshots = cluster.snapshots()
        let listening = Task { for await _ in snapshots {} }
        Task { [self] in
            while let end = next() { try? await Task.sleep(until: end, clock: .continuous) }
            listening.cancel()
        }
    }

    /// Nil when nobody has asked for long enough.
    private func next() -> ContinuousClock.Instant? {
        state.withLock { state in
            if state.end > ContinuousClock.now { return state.end }
            state.isListening = false
            return nil
        }
    }
}
