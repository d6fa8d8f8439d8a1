import KafkaProtocol

/// The logs of a partition's replicas as they lie on their brokers' disks.
package struct ReplicaLogsPicture: Hashable, Sendable {
    package struct Segment: Hashable, Sendable {
        package var file: String
        package var baseOffset: Int64
        package var size: Int64
        /// Bytes of the indexes; nil for one that is built when it is first needed.
        package var offsetIndex: Int64?
        package var timeIndex: Int64?
        /// The one that is appended to.
        package var isActive: Bool
        /// What its batches come to; nil where they were not counted.
        package var content: Content?

        package init(
            file: String, baseOffset: Int64, size: Int64, offsetIndex: Int64?, timeIndex: Int64?, isActive: Bool,
            content: Content? = nil
        ) {
            self.file = file
            self.baseOffset = baseOffset
            self.size = size
            self.offsetIndex = offsetIndex
            self.timeIndex = timeIndex
            self.isActive = isActive
            self.content = content
        }
    }

    package struct Content: Hashable, Sendable {
        package var batches: Int64
        package var records: Int64
        /// Nil for an empty segment.
        package var offsets: ClosedRange<Int64>?
        /// The largest, in milliseconds since 1970.
        package var timestamp: Int64?
        /// What in the file looks like no batch.
        package var damage: String?

        package init(
            batches: Int64, records: Int64, offsets: ClosedRange<Int64>?, timestamp: Int64?, damage: String? = nil
        ) {
            self.batches = batches
            self.records = records
            self.offsets = offsets
            self.timestamp = timestamp
            self.damage = damage
        }
    }

    package struct Replica: Hashable, Sendable {
        package var broker: BrokerID
        package var directory: String?
        package var size: Int64?
        /// In the order of their offsets; nil where nobody can look into the log.
        package var segments: [Segment]?
        /// Why less is known of it than of others.
        package var reason: String?

        package init(
            broker: BrokerID, directory: String? = nil, size: Int64? = nil, segments: [Segment]? = nil,
            reason: String? = nil
        ) {
            self.broker = broker
            self.directory = directory
            self.size = size
            self.segments = segments
            self.reason = reason
        }
    }

    package var partition: TopicPartition
    package var replicas: [Replica]

    package init(partition: TopicPartition, replicas: [Replica]) {
        self.partition = partition
        self.replicas = replicas
    }
}
