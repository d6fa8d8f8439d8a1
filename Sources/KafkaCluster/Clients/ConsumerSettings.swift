/// One consumer group of the workload.
package struct ConsumerSettings: Hashable, Sendable {
    package var group: String
    package var topics: [String]
    package var members = 1
    /// Work per record, in milliseconds.
    package var millisecondsPerRecord = 0.0
    package var enableAutoCommit = true
    package var autoCommitIntervalMilliseconds = 5000

    package init(group: String, topics: [String]) {
        self.group = group
        self.topics = topics
    }
}
