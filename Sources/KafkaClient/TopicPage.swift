import KafkaProtocol

/// Records of a topic as a person looks at them: some of each partition, in one order, and where to go on from here.
package struct TopicPage: Hashable, Sendable {
    /// A partition at the time of reading.
    package struct Partition: Hashable, Sendable {
        package var index: Int32
        package var logStartOffset: Int64
        /// As far as a consumer can read.
        package var highWatermark: Int64
        /// The first record of this page, or where it would be.
        package var firstOffset: Int64
        /// Where the next page begins.
        package var nextOffset: Int64
    }

    /// A partition that could not be read, and why: without a leader, say.
    package struct Failure: Hashable, Sendable {
        package var partition: Int32
        package var error: ClientError
    }

    package var topic: String
    /// By timestamp across partitions, by offset within one.
    package var records: [ConsumedRecord] = []
    /// Sorted by index.
    package var partitions: [Partition] = []
    package var failures: [Failure] = []

    package init(topic: String) { self.topic = topic }

    /// What `TopicReader.Position.from` takes to read what comes after this page.
    package var next: [Int32: Int64] {
        Dictionary(uniqueKeysWithValues: partitions.map { ($0.index, $0.nextOffset) })
    }

    /// What `TopicReader.Position.before` takes to read what comes before this page.
    package var first: [Int32: Int64] {
        Dictionary(uniqueKeysWithValues: partitions.map { ($0.index, $0.firstOffset) })
    }

    /// True when every partition was read to its end: the next page is empty until somebody produces.
    package var isAtEnd: Bool { partitions.allSatisfy { $0.nextOffset >= $0.highWatermark } }
}

extension TopicPage {
    /// Merges the partitions' records into one order: always the oldest timestamp among the partitions' next records.
    /// Offsets of one partition stay in order, whatever their timestamps say.
    static func merge(_ partitions: [[ConsumedRecord]]) -> [ConsumedRecord] {
        var positions = partitions.map { _ in 0 }
        var merged: [ConsumedRecord] = []
        merged.reserveCapacity(partitions.reduce(0) { $0 + $1.count })
        while true {
            var oldest: Int?
            for index in partitions.indices where positions[index] < partitions[index].count {
                guard let candidate = oldest else {
                    oldest = index
                    continue
                }
                let record = partitions[index][positions[index]]
                if (record.timestamp ?? .min) < (partitions[candidate][positions[candidate]].timestamp ?? .min) {
                    oldest = index
                }
            }
            guard let oldest else { return merged }
            merged.append(partitions[oldest][positions[oldest]])
            positions[oldest] += 1
        }
    }
}
