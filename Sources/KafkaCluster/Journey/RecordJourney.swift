import DeliveryLedger
import KafkaProtocol

/// The way of one record, from the producer's call to the committed offsets of its readers, as far as anybody knows it.
///
/// Steps of known time come in the order of time; one that has happened at an unknown time, or of which nobody can know,
/// stands where it belongs on an undisturbed way; what has not happened comes last.
package struct RecordJourney: Hashable, Sendable {
    package enum Ending: Hashable, Sendable {
        /// No broker has it yet, as far as is known.
        case sending
        /// The producer has given it up, or never had it in its buffer.
        case notSent(SendTrace.Report)
        /// A leader has it, and it may still be lost.
        case written(isAcknowledged: Bool?)
        /// Every replica in sync has it.
        case safe
        /// The partition's log does not have it any more.
        case lost(isAcknowledged: Bool?)
        /// Retention, or who asked for it, has taken it.
        case retired
        case unknown
    }

    package var partition: TopicPartition?
    package var offset: Int64?
    package var leaderEpoch: Int32?
    /// As klamm's producer calls it.
    package var name: String?
    /// The producer, then the brokers, who wrote it first, then the groups.
    package var lanes: [JourneyStep.Lane]
    package var steps: [JourneyStep]
    package var ending: Ending

    package init(_ facts: JourneyFacts) {
        let view = JourneyAssembly(facts)
        partition = facts.partition
        offset = facts.offset
        leaderEpoch = view.leaderEpoch
        name = facts.sending?.name
        steps = Self.ordered(Self.tightened(view.steps))
        lanes = view.lanes
        ending = view.ending
    }

    /// Nothing happens before its cause: so a step that is known to lie within some time lies in less of it.
    private static func tightened(_ steps: [JourneyStep]) -> [JourneyStep] {
        var begins: [Int: Instant] = [:]
        return steps.map { step in
            guard var moment = step.moment else { return step }
            if !moment.isExact {
                let causes = step.causes.compactMap { begins[$0] }
                if let latest = causes.max() { moment.from = min(moment.to, max(moment.from, latest)) }
            }
            begins[step.rank] = min(begins[step.rank] ?? moment.from, moment.from)
            return JourneyStep(step.lane, step.kind, .at(moment))
        }
    }

    private static func ordered(_ steps: [JourneyStep]) -> [JourneyStep] {
        var ordered = steps.filter { $0.moment != nil }.sorted { left, right in
            let (a, b) = (left.moment!.from, right.moment!.from)
            return a == b ? left.rank < right.rank : a < b
        }
        var open: [JourneyStep] = []
        for step in steps.sorted(by: { $0.rank < $1.rank }) {
            switch step.when {
            case .at: break
            case .before, .unknown:
                let place = ordered.lastIndex { $0.rank <= step.rank }.map { $0 + 1 } ?? 0
                ordered.insert(step, at: place)
            case .notYet, .never: open.append(step)
            }
        }
        return ordered + open
    }
}
