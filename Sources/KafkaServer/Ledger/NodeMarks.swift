import DeliveryLedger
import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// One broker's marks through all its lives. Confined to its loop, so that marking takes no lock.
final class NodeMarks {
    private var marks = ReplicaMarks()

    func note(_ mark: LogMark, of partition: TopicPartition, _ topicID: Uuid) {
        marks.note(mark, of: partition, topicID, at: SystemClock.now())
    }

    func answered(_ batches: [Acknowledgement], at: Instant) {
        for batch in batches { marks.answered(batch, at: at) }
    }

    func dropped(_ tail: LogTail, _ reason: DropReason, at: Instant) {
        marks.dropped(tail.records.firstOffset..<tail.records.endOffset, of: tail.partition, reason, at: at)
    }

    func trace(of partition: TopicPartition, offset: Int64, leaderEpoch: Int32?) -> ReplicaTrace {
        marks.trace(of: partition, offset: offset, leaderEpoch: leaderEpoch)
    }
}
