import KafkaCluster
import KafkaProtocol

/// Where the user is: a screen and its subject.
package enum Place: Hashable, Sendable {
    case brokers, topics, groups, events, scenarios, story, ledger, faults, clients
    case broker(BrokerID)
    case topic(String)
    /// Nil for all partitions of the topic.
    case records(topic: String, partition: Int32?)
    case record(TopicPartition, offset: Int64)
    case group(String)
    /// Records that were acknowledged and that are gone, by the loss's number.
    case loss(Int)
    /// What a verdict of the ledger is about.
    case finding(LedgerVerdict)
    case client(ClientName)
    case members(group: String)
    case timeline(topic: String)
    case configs(topic: String)
    /// What a fault has cost, by the price's number; nil for the last.
    case price(Int?)
    /// The log's files of one replica, or of all.
    case segments(TopicPartition, broker: BrokerID?)
    /// The idempotent producers that a topic's logs know.
    case producers(topic: String)
    /// The way of one record.
    case journey(JourneySubject)
    /// What a reset of offsets would do, before it is done.
    case reset(OffsetReset)

    package var view: ViewName {
        switch self {
        case .brokers: .brokers
        case .broker: .broker
        case .topics: .topics
        case .groups: .groups
        case .events: .events
        case .scenarios: .scenarios
        case .story: .story
        case .topic: .topic
        case .records: .records
        case .record: .record
        case .group: .group
        case .ledger: .ledger
        case .loss: .loss
        case .finding: .finding
        case .faults: .faults
        case .clients: .clients
        case .client: .client
        case .members: .members
        case .reset: .reset
        case .timeline: .timeline
        case .configs: .configs
        case .price: .price
        case .segments: .segments
        case .producers: .producers
        case .journey: .journey
        }
    }
}

/// A row's identity: it stays selected while rows come, go and move around it.
package enum RowID: Hashable, Sendable {
    case name(String)
    case number(Int64)
    case partition(TopicPartition)
    case record(partition: Int32, offset: Int64)
    case verdict(LedgerVerdict)
    case client(ClientName)
}

/// What the user has done to a list.
package struct ListState: Hashable, Sendable {
    package struct Sort: Hashable, Sendable {
        package var column: String
        package var isDescending: Bool
    }

    package var selected: RowID?
    /// Where the selected row was last, for when it is gone.
    package var index = 0
    /// The first row on the screen.
    package var top = 0
    package var sort: Sort?
    package var filter = ""

    package init() {}
}

/// One screen of the stack.
package struct Screen: Hashable, Sendable {
    package enum Pane: Hashable, Sendable { case table, events }

    package var place: Place
    package var list = ListState()
    /// The events below the table, where there is room.
    package var lower = ListState()
    package var focus = Pane.table
    /// First line shown, in screens that are text.
    package var textTop = 0
    /// The line under the cursor there; nil before it is moved.
    package var textCursor: Int?
    /// Containers of the record's JSON that are folded otherwise than the others as deep.
    package var turnedFolds: Set<Int> = []

    package init(_ place: Place) { self.place = place }
}
