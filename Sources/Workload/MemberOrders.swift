import KafkaClient
import KafkaCluster
import Synchronization

/// What a member of a group has been told to do, by whatever thread; its own looks between records.
final class MemberOrders: Sendable {
    enum End: Hashable { case none, stop, crash(CrashPoint) }

    struct Current {
        var settings: ConsumerSettings
        var end = End.none
        /// It crashes at this record of its own, counted from 1, or a later one; `CrashPoint.now` waits for none.
        var crashRecord = 1
        var seek: SeekTarget?

        /// The work at hand is broken off: the rest of the batch will be read again, or not be wanted.
        var interrupts: Bool {
            if seek != nil { return true }
            return switch end {
            case .none: false
            case .stop, .crash(.now): true
            case .crash: false
            }
        }
    }

    private let state: Mutex<Current>
    /// Counts the orders, so that the thread need not look at them for each record.
    private let version = Atomic<Int>(0)
    /// Ends the work on a record early.
    private let news = Signal()

    init(_ settings: ConsumerSettings) { state = Mutex(Current(settings: settings)) }

    func give(_ change: (inout Current) -> Void) {
        state.withLock { state in
            change(&state)
            version.add(1, ordering: .releasing)
        }
        news.raise()
    }

    var current: Current { state.withLock { $0 } }
    var count: Int { version.load(ordering: .acquiring) }

    func takeSeek() -> SeekTarget? {
        state.withLock { state in
            guard let seek = state.seek else { return nil }
            state.seek = nil
            // Who has seen the order must see that it is carried out, or the work is broken off for ever.
            version.add(1, ordering: .releasing)
            return seek
        }
    }

    /// Sleeps until then, or until something is ordered.
    func wait(untilNanoseconds deadline: Int64) { news.wait(untilNanoseconds: deadline) }
}
