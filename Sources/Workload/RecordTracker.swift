import DequeModule
import KafkaCluster
import KafkaProtocol
import Synchronization

/// Follows records of klamm's own clients, for their journeys.
///
/// Of each producer one record in 20 ms, and the next where somebody wishes so: the newest 16,384 over all producers, of some
/// 200 bytes each, and the last 64 that were wished for. Of consumers every record, in marks that are bounded (`GroupMarks`).
package final class RecordTracker: Sendable {
    static let sampleNanoseconds: Int64 = 20_000_000
    private static let mostSends = 16_384
    private static let mostWishes = 64

    private struct Wish {
        var topic: String
        var number: Int
        /// Nil until the record is sent.
        var send: Int?
        /// Kept beyond the newest.
        var trace: SendTrace?

        func waits(for topic: String) -> Bool { send == nil && trace == nil && self.topic == topic }
    }

    private struct State {
        /// The number of the first that is kept.
        var first = 0
        var sends = Deque<SendTrace>()
        /// Those that have no report yet, by number.
        var open: [RecordID: Int] = [:]
        var wishes: [Wish] = []
        var groups = GroupMarks()
    }

    private let state = Mutex(State())
    private let openCount = Atomic<Int>(0)

    package init() {}

    // MARK: Producers

    /// Whether the next record of this topic's producer is wished for.
    func isWished(in topic: String) -> Bool {
        state.withLock { state in state.wishes.contains { $0.waits(for: topic) } }
    }

    func sending(_ id: RecordID, topic: String, acks: Acks, at: Instant) {
        let count = state.withLock { state in
            let number = state.first + state.sends.count
            state.sends.append(SendTrace(name: id.description, topic: topic, acks: acks, sent: at))
            state.open[id] = number
            for index in state.wishes.indices where state.wishes[index].waits(for: topic) {
                state.wishes[index].send = number
            }
            if state.sends.count > Self.mostSends { forgetFirst(&state) }
            return state.open.count
        }
        openCount.store(count, ordering: .releasing)
    }

    private func forgetFirst(_ state: inout State) {
        let gone = state.sends.removeFirst()
        for index in state.wishes.indices where state.wishes[index].send == state.first {
            state.wishes[index].trace = gone
            state.wishes[index].send = nil
        }
        if gone.report == nil, let open = state.open.first(where: { $0.value == state.first }) {
            state.open[open.key] = nil
        }
        state.first += 1
    }

    func buffered(_ id: RecordID, at: Instant) {
        state.withLock { state in
            guard let number = state.open[id] else { return }
            state.sends[number - state.first].buffered = at
        }
    }

    /// Costs next to nothing while no record of any producer is followed.
    func settled(_ id: RecordID, _ outcome: ProducerOutcome) {
        guard openCount.load(ordering: .acquiring) > 0 else { return }
        let count = state.withLock { state -> Int? in
            guard let number = state.open.removeValue(forKey: id) else { return nil }
            state.sends[number - state.first].report = SendTrace.Report(outcome)
            state.sends[number - state.first].reportedAt = .now()
            return state.open.count
        }
        if let count { openCount.store(count, ordering: .releasing) }
    }

    // MARK: Consumers

    func polled(_ spans: [(partition: TopicPartition, offsets: Range<Int64>)], by member: GroupMember) {
        let now = Instant.now()
        state.withLock { state in
            for (partition, offsets) in spans {
                state.groups.polled(offsets, of: partition, by: member.group, member: member.number, at: now)
            }
        }
    }

    func worked(_ runs: [WorkedRun], by member: GroupMember, _ moment: Moment) {
        state.withLock { state in
            for run in runs {
                state.groups.worked(
                    run.offsets, of: run.partition, by: member.group, member: member.number, run.outcome, moment)
            }
        }
    }

    func committed(_ positions: [GroupPosition], by member: GroupMember) {
        let now = Instant.now()
        state.withLock { state in
            for place in positions {
                state.groups.committed(place.position, of: place.partition, by: member.group, at: now)
            }
        }
    }

    // MARK: What is known

    /// The record that this wish is for: the first that the topic's producer sent after it was first heard. Nil until then.
    package func follow(_ topic: String, wish number: Int) -> SendTrace? {
        state.withLock { state in
            guard let wish = state.wishes.first(where: { $0.topic == topic && $0.number == number }) else {
                if state.wishes.count == Self.mostWishes { state.wishes.removeFirst() }
                state.wishes.append(Wish(topic: topic, number: number))
                return nil
            }
            return wish.trace ?? wish.send.map { state.sends[$0 - state.first] }
        }
    }

    /// All that were followed to this place: a record that was lost, and the one that stands there in its stead.
    package func sends(to partition: TopicPartition, offset: Int64) -> [SendTrace] {
        state.withLock { state in
            state.sends.filter { $0.report == .acknowledged(partition, offset: offset) }
        }
    }

    package func groups(
        of partition: TopicPartition, offset: Int64, reading wanted: [String]
    ) -> [GroupTrace] {
        state.withLock { $0.groups.traces(of: partition, offset: offset, groups: wanted) }
    }
}

/// Records that follow each other and that the application is through with in the same way.
struct WorkedRun {
    var partition: TopicPartition
    var offsets: Range<Int64>
    var outcome: GroupTrace.Work.Outcome
}

extension [WorkedRun] {
    mutating func add(_ record: TopicPartition, _ offset: Int64, _ outcome: WorkOutcome) {
        let outcome = GroupTrace.Work.Outcome(outcome)
        if let last, last.offsets.upperBound == offset, last.outcome == outcome, last.partition == record {
            self[count - 1].offsets = last.offsets.lowerBound..<(offset + 1)
        } else {
            append(WorkedRun(partition: record, offsets: offset..<(offset + 1), outcome: outcome))
        }
    }
}

extension SendTrace.Report {
    init(_ outcome: ProducerOutcome) {
        switch outcome {
        case .acknowledged(let partition, let offset): self = .acknowledged(partition, offset: offset)
        case .failed(let error): self = .failed(error.description)
        case .unknown(let error): self = .unknown(error?.description)
        case .dropped: self = .dropped
        case .lostInBuffer: self = .lostInBuffer
        }
    }
}

extension GroupTrace.Work.Outcome {
    init(_ outcome: WorkOutcome) {
        switch outcome {
        case .done: self = .done
        case .skippedDuplicate: self = .skippedDuplicate
        case .swallowed: self = .swallowed
        case .deadLettered: self = .deadLettered
        }
    }
}
