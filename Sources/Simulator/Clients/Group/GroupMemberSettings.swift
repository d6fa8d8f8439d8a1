import KafkaProtocol

/// How a simulated member of a group behaves, well or badly.
package struct GroupMemberSettings: Hashable, Sendable {
    package enum Assignor: String, CaseIterable, Hashable, Sendable {
        case range
        case roundRobin = "roundrobin"
        /// Members keep what they have and give up only what must move (KIP-429).
        case cooperativeSticky = "cooperative-sticky"
    }

    /// When an offset is committed.
    package enum Commit: Hashable, Sendable {
        /// As soon as the records are handed over: a crash loses their work.
        case beforeWork
        /// When the work on them is done: a crash repeats it.
        case afterWork
    }

    package var group: String
    package var topics: [String]
    package var assignor = Assignor.range
    /// `group.instance.id`, for a static member.
    package var instanceId: String?
    package var commit = Commit.afterWork
    package var commitInterval = Duration.milliseconds(300)
    package var sessionTimeout = Duration.seconds(3)
    package var heartbeatInterval = Duration.milliseconds(500)
    package var rebalanceTimeout = Duration.seconds(4)
    /// What befalls the member now and then, about once in so long; nil for never.
    package var crashesEvery: Duration?
    package var leavesEvery: Duration?
    /// Falls silent for longer than its session, and then commits as if nothing had happened.
    package var sleepsEvery: Duration?
    /// In a new generation it commits once more with the old one, as a thread that was late would.
    package var commitsLate = false
    package var fetch = FetchSettings()

    package init(group: String, topics: [String]) {
        self.group = group
        self.topics = topics
    }
}
