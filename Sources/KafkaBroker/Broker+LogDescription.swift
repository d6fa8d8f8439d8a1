import KafkaProtocol
import KafkaStorage

/// What people see who look into a broker's own logs. Nothing of it goes over the wire.
extension Broker {
    /// What one partition's leader knows of an idempotent producer.
    package struct ProducerSighting: Hashable, Sendable {
        package var partition: TopicPartition
        package var state: ProducerState
    }

    /// Nil where this broker has no such replica, or could not open its log.
    package func describeLog(of partition: TopicPartition) -> LogDescription? {
        partitions[partition]?.log.describe()
    }

    /// Where the folders of its logs lie, as DescribeLogDirs tells.
    package var logDirectoryPath: String { settings.logDirPath ?? (settings.logDir.isEmpty ? "." : settings.logDir) }

    package func countBatches(
        of partition: TopicPartition, inSegmentAt baseOffset: Int64, after count: BatchCount
    ) throws(DiskError) -> BatchCount? {
        try partitions[partition]?.log.count(inSegmentAt: baseOffset, after: count)
    }

    /// Of the partitions of the topic that this broker leads; sorted by partition and producer id.
    package func producers(of topic: String) -> [ProducerSighting] {
        partitions.all.filter { $0.isLeader && $0.id.topic == topic }.sorted { $0.id < $1.id }.flatMap { partition in
            partition.log.producerStates.map { ProducerSighting(partition: partition.id, state: $0) }
        }
    }
}
