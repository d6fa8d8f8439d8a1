import KafkaCluster
import KafkaProtocol
import Synchronization

/// Listens to the snapshots while somebody asks for them now and then: rates, and how groups fare, are known only to
/// who looks all the time, and looking costs where nobody wants to know.
final class SnapshotInterest: Sendable {
    private static let span = Duration.seconds(60)
    /// What groups commit within a second counts as one commit.
    fileprivate static let pace = Duration.seconds(1)

    fileprivate struct State {
        var end = ContinuousClock.now
        var isListening = false
        var verdicts = GroupVerdicts()
        var notedAt: Instant?
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
        let listening = Task { [self] in
            for await snapshot in snapshots { state.withLock { $0.note(snapshot) } }
        }
        Task { [self] in
            while let end = next() { try? await Task.sleep(until: end, clock: .continuous) }
            listening.cancel()
        }
    }

    func verdicts(at snapshot: ClusterSnapshot) -> GroupVerdicts {
        state.withLock { state in
            // A newer picture may have come first.
            if state.notedAt.map({ $0 <= snapshot.takenAt }) ?? true {
                state.verdicts.note(snapshot)
                state.notedAt = snapshot.takenAt
            }
            return state.verdicts
        }
    }

    /// Nil when nobody has asked for long enough.
    private func next() -> ContinuousClock.Instant? {
        state.withLock { state in
            if state.end > ContinuousClock.now { return state.end }
            // What was seen until now says little about who is asked about in an hour.
            state = State()
            return nil
        }
    }
}

extension SnapshotInterest.State {
    fileprivate mutating func note(_ snapshot: ClusterSnapshot) {
        if let notedAt, snapshot.takenAt - notedAt < SnapshotInterest.pace { return }
        verdicts.note(snapshot)
        notedAt = snapshot.takenAt
    }
}
