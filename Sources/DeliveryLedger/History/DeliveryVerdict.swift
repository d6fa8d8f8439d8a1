import KafkaProtocol

/// Some records, the first of them by name.
package struct Finding: Hashable, Sendable {
    package struct Example: Hashable, Sendable {
        package var producer: String
        package var sequence: Int
        /// Where it was acknowledged or read, if anywhere.
        package var partition: TopicPartition?
        package var offset: Int64?

        package init(producer: String, sequence: Int, partition: TopicPartition? = nil, offset: Int64? = nil) {
            self.producer = producer
            self.sequence = sequence
            self.partition = partition
            self.offset = offset
        }
    }

    package static let mostExamples = 100

    package var count = 0
    package var examples: [Example] = []

    package init() {}

    mutating func add(_ example: @autoclosure () -> Example) {
        count += 1
        if examples.count < Self.mostExamples { examples.append(example()) }
    }
}

/// What a history comes to so far.
package struct DeliveryVerdict: Hashable, Sendable {
    package struct Group: Hashable, Sendable {
        package var name: String
        package var processedOnce = 0
        package var processedMoreThanOnce = Finding()
        /// How often it processed records again that were so old that only their number was known.
        package var processedLate = 0
        /// Never processed, and the group will not read it again: it has committed past it.
        package var committedPast = Finding()
        /// Never processed, and gone from the log before the group came to it: by retention, DeleteRecords or the cleaner.
        package var retiredUnread = Finding()
        /// Processed for the first time after one that its producer had sent later.
        package var outOfOrder = 0
    }

    package var attempted = 0
    /// Attempted so long ago that nothing else is known of them.
    package var unjudged = 0
    package var acknowledged = 0
    package var failed = 0
    package var unknown = 0
    /// Those of the unknown whose answer is still waited for.
    package var pending = 0
    package var findings: [Anomaly: Finding] = [:]
    /// Lost writes, and what is unseen after the final read.
    package var lost = Finding()
    /// After the final read: what the producer did not see fail, and nobody has read.
    package var neverArrived = Finding()
    /// By name.
    package var groups: [Group] = []

    package subscript(_ anomaly: Anomaly) -> Finding { findings[anomaly] ?? Finding() }

    package init() {}

    mutating func add(_ example: @autoclosure () -> Finding.Example, to anomaly: Anomaly) {
        findings[anomaly, default: Finding()].add(example())
    }
}
