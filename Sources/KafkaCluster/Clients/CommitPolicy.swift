import KafkaProtocol
import OrderedCollections

/// What a consumer commits, and when: by itself in one of two ways, by its application at one of three points.
///
/// Hears what the consumer does and gives back what to commit; the offsets are those of the next record to read. A commit
/// that was asked for is not asked for again, unless it failed.
///
/// Event      | auto, in poll        | auto, in background | before work | after each record | after each batch
/// polling    | all, at the interval |                     |             |                   |
/// polled     |                      |                     | all         |                   |
/// time       |                      | all, at the interval|             |                   |
/// finished   |                      |                     |             | the record        |
/// batch over |                      |                     |             |                   | all finished
/// revoking   | theirs, waits        | theirs, waits       |             |                   |
/// closing    | all, waits           | all, waits          |             |                   | all finished, waits
package struct CommitPolicy: Sendable {
    package struct Commit: Hashable, Sendable {
        package var offsets: [GroupPosition]
        package var isSynchronous: Bool

        package init(_ offsets: [GroupPosition], isSynchronous: Bool) {
            self.offsets = offsets
            self.isSynchronous = isSynchronous
        }
    }

    private struct Progress {
        /// After the last record that a poll has returned.
        var polled: Int64
        /// After the last record whose work is done; nil before the first.
        var finished: Int64?
        /// The last that was asked for.
        var asked: Int64?
    }

    private var settings: ConsumerSettings
    private var progress: OrderedDictionary<TopicPartition, Progress> = [:]
    private var nextAutoCommit: Instant

    package init(_ settings: ConsumerSettings, now: Instant) {
        self.settings = settings.committingToKafka
        self.nextAutoCommit = now + .milliseconds(settings.autoCommitIntervalMilliseconds)
    }

    /// Takes effect at once: the member stays in its group.
    package mutating func change(to new: ConsumerSettings, now: Instant) {
        let old = settings
        let new = new.committingToKafka
        settings = new
        if new.enableAutoCommit != old.enableAutoCommit || new.autoCommitWay != old.autoCommitWay
            || new.autoCommitIntervalMilliseconds != old.autoCommitIntervalMilliseconds
        {
            nextAutoCommit = now + .milliseconds(new.autoCommitIntervalMilliseconds)
        }
    }

    /// When an automatic commit is due, if there is anything to commit.
    package var nextDeadline: Instant? {
        settings.enableAutoCommit && progress.values.contains { $0.polled != $0.asked } ? nextAutoCommit : nil
    }

    // MARK: Events

    package mutating func polling(now: Instant) -> Commit? { automatic(.inPoll, now: now) }

    package mutating func timePassed(now: Instant) -> Commit? { automatic(.inBackground, now: now) }

    /// A poll has returned records of these partitions, and would read on from here.
    package mutating func polled(_ positions: [GroupPosition]) -> Commit? {
        for position in positions {
            progress[position.partition, default: Progress(polled: position.position)].polled = position.position
        }
        guard settings.manualCommit?.point == .beforeWork else { return nil }
        return commit(isSynchronous: isManualSynchronous) { $0.polled }
    }

    /// The work on a record is over; the position is the one behind it.
    package mutating func finished(_ position: GroupPosition) -> Commit? {
        guard progress[position.partition] != nil else { return nil }
        progress[position.partition]?.finished = position.position
        guard settings.manualCommit?.point == .afterEachRecord else { return nil }
        return commit(of: [position.partition], isSynchronous: isManualSynchronous) { $0.finished }
    }

    package mutating func finishedBatch() -> Commit? {
        guard settings.manualCommit?.point == .afterEachBatch else { return nil }
        return commit(isSynchronous: isManualSynchronous) { $0.finished }
    }

    /// The rest of what was polled will not be worked on: as an application that seeks back before it leaves.
    package mutating func abandonedRest() {
        for index in progress.elements.indices {
            let finished = progress.values[index].finished
            if let finished { progress.values[index].polled = finished }
        }
        // Of these nothing was worked on at all.
        progress.removeAll { $0.value.finished == nil }
    }

    /// These go to others; where they are lost the group has given them away already. Kafka's clients commit what is theirs
    /// while they still may.
    package mutating func revoking(_ partitions: [TopicPartition], isLost: Bool) -> Commit? {
        let last =
            settings.enableAutoCommit && !isLost ? commit(of: partitions, isSynchronous: true) { $0.polled } : nil
        forget(partitions)
        return last
    }

    package mutating func closing() -> Commit? {
        if settings.enableAutoCommit { return commit(isSynchronous: true) { $0.polled } }
        guard settings.manualCommit?.point == .afterEachBatch else { return nil }
        return commit(isSynchronous: true) { $0.finished }
    }

    /// Positions that hold no longer: the partitions are gone, or read from elsewhere.
    package mutating func forget(_ partitions: [TopicPartition]) {
        for partition in partitions { progress[partition] = nil }
    }

    /// The next commit covers them again.
    package mutating func failed(_ partitions: [TopicPartition]) {
        for partition in partitions { progress[partition]?.asked = nil }
    }

    // MARK: What is to be committed

    private var isManualSynchronous: Bool { settings.manualCommit?.isSynchronous ?? true }

    private mutating func automatic(_ way: AutoCommitWay, now: Instant) -> Commit? {
        guard settings.enableAutoCommit, settings.autoCommitWay == way, now >= nextAutoCommit else { return nil }
        nextAutoCommit = now + .milliseconds(settings.autoCommitIntervalMilliseconds)
        return commit(isSynchronous: false) { $0.polled }
    }

    private mutating func commit(
        of chosen: [TopicPartition]? = nil, isSynchronous: Bool, _ offset: (Progress) -> Int64?
    ) -> Commit? {
        var offsets: [GroupPosition] = []
        for partition in chosen ?? Array(progress.keys) {
            guard let state = progress[partition], let offset = offset(state), offset != state.asked else { continue }
            progress[partition]?.asked = offset
            offsets.append(GroupPosition(partition: partition, position: offset))
        }
        return offsets.isEmpty ? nil : Commit(offsets, isSynchronous: isSynchronous)
    }
}

extension ConsumerSettings {
    /// Who keeps its offsets itself commits none.
    fileprivate var committingToKafka: Self {
        guard assignment == .selfManaged else { return self }
        var settings = self
        settings.enableAutoCommit = false
        settings.manualCommit = nil
        return settings
    }
}
