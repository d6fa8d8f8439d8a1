import KafkaCluster
import KafkaProtocol

/// What the console wants done by the loop around it. Nothing here waits: what comes of it returns as an `Event`.
package enum Command: Hashable, Sendable {
    case inject(Fault)
    case client(ClientCommand)
    /// Answered by `Event.records`.
    case fetchRecords(RecordQuery)
    /// Answered by `.outcome(.produced)` or `.outcome(.failed)`.
    case produce(RecordDraft)
    case createTopic(TopicDraft)
    case deleteTopic(String)
    /// With its committed offsets; answered by `.outcome(.done)` or `.failed`.
    case deleteGroup(String)
    /// Preferred leader election for these partitions; answered by `.outcome(.done)` or `.failed`.
    case electPreferredLeaders([TopicPartition])
    /// Answered by `.outcome(.done)` or `.failed`, as are the next two.
    case addBroker
    case removeBroker(BrokerID)
    case moveReplicas([ReplicaMove])
    /// Into the clipboard of the user's own terminal (OSC 52).
    case copy(String)
    /// Into a file of about this name; answered by `.outcome(.saved)`.
    case save(name: String, text: String)
    /// Keep it in the file of what is remembered over a restart.
    case remember(LookMemory.Entry)
    /// Resolve styles by this theme from now on; answered by `Event.themes`.
    case setTheme(String)
    /// Draw every cell anew: something else wrote on the terminal.
    case redraw
    /// On a cluster of its own, whose picture the console shows until it is left; answered by `Event.story`.
    case playScenario(String)
    case conduct(StoryOrder)
    case quit
    /// Commits these offsets for a group that has no member; answered by `.outcome(.offsetsMoved)` or `.failed`.
    case moveOffsets(group: String, [OffsetMove])
    /// Nil takes the value away; answered by `Event.configSet`.
    case setConfig(topic: String, name: String, value: String?)
    /// What a screen needs and no picture carries; answered by `Event.answer`, always.
    case inquire(Inquiry)
}

/// Where a group is to go on in a partition.
package struct OffsetMove: Hashable, Sendable {
    package var partition: TopicPartition
    package var offset: Int64
    /// What was committed when this was decided; nil for nothing.
    package var from: Int64?

    package init(partition: TopicPartition, offset: Int64, from: Int64? = nil) {
        self.partition = partition
        self.offset = offset
        self.from = from
    }
}

/// Where the replicas of a partition are to be, the preferred leader first.
package struct ReplicaMove: Hashable, Sendable {
    package var partition: TopicPartition
    package var replicas: [BrokerID]
    /// Where they were when this was decided; nil where that is not known.
    package var from: [BrokerID]?

    package init(partition: TopicPartition, replicas: [BrokerID], from: [BrokerID]? = nil) {
        self.partition = partition
        self.replicas = replicas
        self.from = from
    }
}

extension [ReplicaMove] {
    /// What the brokers do once they have taken it.
    package var words: String {
        let what = count == 1 ? "\(self[0].partition)" : "\(count) partitions"
        if contains(where: { move in move.from.map { from in move.replicas.contains { !from.contains($0) } } ?? true })
        {
            return "Moving the replicas of \(what); the ISR grows as they catch up"
        }
        if contains(where: { $0.replicas.count < $0.from?.count ?? 0 }) {
            return "Taking replicas of \(what) away"
        }
        return doneWords
    }

    /// What is true once they are where they are to be.
    var doneWords: String {
        let what = count == 1 ? "\(self[0].partition)" : "\(count) partitions"
        if allSatisfy({ $0.replicas == $0.from }) { return "The replicas of \(what) are there already" }
        let stay = allSatisfy { move in move.from.map { Set($0) == Set(move.replicas) } ?? false }
        return stay
            ? "The replicas of \(what) stay, in another order: the first is the preferred leader"
            : count == 1
                ? "The replicas of \(what) are on \(self[0].replicas.words) now"
                : "The replicas of \(what) are where they were to go"
    }
}
