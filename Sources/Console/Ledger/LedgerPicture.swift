import DeliveryLedger
import KafkaCluster
import KafkaProtocol

/// The ledgers at one moment: of what brokers told any client, and of what klamm's own clients went through.
package struct LedgerPicture: Hashable, Sendable {
    /// What one topic's records of klamm's own producers went through.
    package struct Topic: Hashable, Sendable {
        package var name: String
        package var verdict: DeliveryVerdict

        package init(name: String, verdict: DeliveryVerdict) {
            self.name = name
            self.verdict = verdict
        }
    }

    /// Clients go on while a verdict is made, and it is not made anew with each picture.
    package var takenAt: Instant
    /// Nil where brokers cannot be asked, as in a cluster that is not klamm's own.
    package var account: LedgerAccount?
    package var topics: [Topic]

    package init(takenAt: Instant, account: LedgerAccount?, topics: [Topic]) {
        self.takenAt = takenAt
        self.account = account
        self.topics = topics
    }
}

/// A verdict by name: whose records, and what became of them.
package struct LedgerVerdict: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        /// What brokers told whatever client.
        case anyClient
        /// klamm's own records of a topic.
        case topic(String)
        /// The same as one group of klamm's own worked on them.
        case group(String, topic: String)
    }

    /// In Jepsen's words where it has one.
    package enum Name: String, Hashable, Sendable {
        case acknowledged, lost
        case receiptUnknown = "receipt unknown"
        case forgotten
        case returned
        case failed, unknown, unjudged
        case inFlight = "in flight"
        case neverArrived = "never arrived"
        case unseen, duplicate
        case abortedRead = "aborted read"
        case inconsistentOffsets = "inconsistent offsets"
        case nonmonotonicSend = "nonmonotonic send"
        case pollSkip = "poll skip"
        case nonmonotonicPoll = "nonmonotonic poll"
        case processedOnce = "processed once"
        case processedAgain = "processed again"
        case committedPast = "committed past"
        case retiredUnread = "retired unread"
        case outOfOrder = "out of order"
    }

    package var subject: Subject
    package var name: Name

    package init(_ subject: Subject, _ name: Name) {
        self.subject = subject
        self.name = name
    }

    package var topic: String? {
        switch subject {
        case .anyClient: nil
        case .topic(let topic), .group(_, let topic): topic
        }
    }

    /// What brokers said and what klamm's own clients know are counted apart, and may differ: they have names of their
    /// own.
    package var words: String {
        switch (subject, name) {
        case (.anyClient, .acknowledged): "acked by brokers"
        case (.anyClient, .lost): "lost by brokers"
        default: name.rawValue
        }
    }

    /// `duplicate of orders`.
    package var title: String {
        switch subject {
        case .anyClient: words
        case .topic(let topic): "\(words) of \(topic)"
        case .group(let group, let topic): "\(words) of \(topic) by \(group)"
        }
    }
}
