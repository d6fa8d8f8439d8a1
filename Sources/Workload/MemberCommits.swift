import KafkaClient
import KafkaCluster
import KafkaProtocol
import Synchronization

/// Carries out what a member's policy wants committed, and passes each attempt and its answer on.
final class MemberCommits: Sendable {
    private struct State {
        var policy: CommitPolicy
        var attempts = 0
        /// Attempts without an answer.
        var open = 0
    }
    private let state: Mutex<State>
    private let member: GroupMember
    private let positions: MemberPositions
    private let errors: ErrorRelay
    private let observer: (any WorkloadObserver)?
    private let tracker: RecordTracker

    init(
        _ settings: ConsumerSettings, member: GroupMember, positions: MemberPositions, errors: ErrorRelay,
        observer: (any WorkloadObserver)?, tracker: RecordTracker
    ) {
        self.state = Mutex(State(policy: CommitPolicy(settings, now: .now())))
        self.member = member
        self.positions = positions
        self.errors = errors
        self.observer = observer
        self.tracker = tracker
    }

    /// Tells the policy of an event, and does what it decides.
    func perform(through consumer: Consumer, _ event: (inout CommitPolicy) -> CommitPolicy.Commit?) {
        let wanted = state.withLock { state -> (commit: CommitPolicy.Commit, attempt: Int)? in
            guard let commit = event(&state.policy) else { return nil }
            state.attempts += 1
            state.open += 1
            return (commit, state.attempts)
        }
        guard let (commit, attempt) = wanted else { return }
        observer?.committing(commit.offsets, by: member, attempt: attempt)
        let offsets = commit.offsets.map { PartitionOffset($0.partition, $0.position) }
        if commit.isSynchronous {
            answered(consumer.commitAndWait(offsets), attempt: attempt)
        } else {
            consumer.commit(offsets) { [self] in answered($0, attempt: attempt) }
        }
    }

    /// The application keeps the offset itself, by `body`.
    func keepOutside(_ position: GroupPosition, _ body: () throws(ClientError) -> Void) throws(ClientError) {
        let attempt = state.withLock { state in
            state.attempts += 1
            state.open += 1
            return state.attempts
        }
        observer?.committing([position], by: member, attempt: attempt)
        do throws(ClientError) {
            try body()
            answered([PartitionOffset(position.partition, position.position)], attempt: attempt)
        } catch {
            var result = PartitionOffset(position.partition, position.position)
            result.error = error
            answered([result], attempt: attempt)
            throw error
        }
    }

    func tell(_ event: (inout CommitPolicy) -> Void) { state.withLock { event(&$0.policy) } }

    var nextDeadline: Instant? { state.withLock { $0.policy.nextDeadline } }
    var isWaiting: Bool { state.withLock { $0.open > 0 } }

    private func answered(_ results: [PartitionOffset], attempt: Int) {
        let failures = results.filter { $0.error != nil }
        state.withLock { state in
            state.open -= 1
            state.policy.failed(failures.map(\.partition))
        }
        positions.count { $0.failedCommits += Int64(failures.count) }
        if let error = failures.lazy.compactMap(\.error).first { errors.report(error) }
        tracker.committed(
            results.compactMap { result in
                guard result.error == nil, let offset = result.offset, offset >= 0 else { return nil }
                return GroupPosition(partition: result.partition, position: offset)
            }, by: member)
        observer?.committed(results, by: member, attempt: attempt)
    }
}
