import DeliveryLedger
import KafkaProtocol

/// One step of a record's way, where it is taken, and when.
package struct JourneyStep: Hashable, Sendable {
    package enum Lane: Hashable, Sendable {
        case producer
        case broker(BrokerID)
        case group(String)
    }

    package enum Kind: Hashable, Sendable {
        /// The application called send.
        case sent
        /// The record's own timestamp, by its producer's clock.
        case stamped
        case buffered
        case appended(leaderEpoch: Int32?, acks: Int16?)
        case copied
        /// The high watermark is past it: consumers may read it.
        case passed
        case answered(acks: Int16?)
        case reported(SendTrace.Report?)
        case befell(BrokerFate)
        /// A log without the record became the partition's.
        case led(leaderEpoch: Int32)
        case dropped(DropReason?)
        case returned
        case polled(member: Int?, again: Bool)
        case worked(GroupTrace.Work.Outcome?)
        case committed
        case retired
    }

    package enum When: Hashable, Sendable {
        case at(Moment)
        /// It has happened, and nobody knows when.
        case before(Reason)
        case notYet(Reason)
        case never(Reason)
        /// Nobody can know whether it has happened.
        case unknown(Reason)
    }

    package enum Reason: Hashable, Sendable {
        case told(String)
        /// It went from this broker's log.
        case dropped(BrokerID, DropReason, Instant)
        /// This broker came to lead without it.
        case ledWithout(BrokerID, leaderEpoch: Int32, Instant)
    }

    package var lane: Lane
    package var kind: Kind
    package var when: When

    package init(_ lane: Lane, _ kind: Kind, _ when: When) {
        self.lane = lane
        self.kind = kind
        self.when = when
    }

    package var moment: Moment? { if case .at(let moment) = when { moment } else { nil } }

    /// Whether the record has been there.
    package var hasHappened: Bool {
        switch when {
        case .at, .before: true
        case .notYet, .never, .unknown: false
        }
    }

    /// Its place on the way of a record that meets no harm.
    var rank: Int {
        switch kind {
        case .sent, .stamped: 0
        case .buffered: 1
        case .appended: 2
        case .copied: 3
        case .passed: 4
        case .answered: 5
        case .reported: 6
        case .befell: 7
        case .led: 8
        case .dropped: 9
        case .returned: 10
        case .polled: 11
        case .worked: 12
        case .committed: 13
        case .retired: 14
        }
    }

    /// The ranks of what must have happened before.
    var causes: [Int] {
        switch kind {
        case .copied, .passed: [2]
        case .answered(let acks): acks == -1 ? [2, 4] : [2]
        case .polled: [2, 4]
        case .worked: [11]
        case .committed: [11, 12]
        default: []
        }
    }
}
