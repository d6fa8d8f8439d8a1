import DeliveryLedger
import KafkaProtocol

/// What the workload told of its records.
struct HistoryBenchmark {
    let records: Int

    private struct Shape {
        var name: String
        var groups = 1
        var partitions = 1
        var producers = 1
        /// Nobody reads every so many-th record, nor processes it; 0 for none.
        var unreadEvery = 0
        var reads = true
    }

    func run() {
        let shapes = [
            Shape(name: "1 group"), Shape(name: "1 group, 12 partitions, 3 producers", partitions: 12, producers: 3),
            Shape(name: "3 groups", groups: 3), Shape(name: "1 group, every 100th unread", unreadEvery: 100),
            Shape(name: "1 group, every 4th unread", unreadEvery: 4), Shape(name: "nobody reads", reads: false),
        ]
        for shape in shapes { measure(shape) }
    }

    private func measure(_ shape: Shape) {
        let partitions = (0..<shape.partitions).map { TopicPartition(topic: "orders", partition: Int32($0)) }
        let producers = (0..<shape.producers).map { "orders-1a2b3c-\($0)" }
        let groups = (0..<shape.groups).map { "billing-\($0)" }
        let readers = groups.map { Reader("\($0)-1", of: $0) }
        var history = DeliveryHistory(mostRecords: records)
        let before = allocatedBytes()
        let start = now()
        tell(0..<records)
        show("history, \(shape.name)", allocatedBytes() - before, records, now() - start, told: records)
        tell(records..<3 * records)
        show("  three times as many", allocatedBytes() - before, records, now() - start, told: 3 * records)
        let judging = now()
        let verdict = history.verdict()
        print(
            "  \(verdict.attempted) attempted, \(verdict.unjudged) unjudged, \(verdict.lost.count) lost; verdict in "
                + "\((now() - judging) / 1_000_000) ms")

        func tell(_ numbers: Range<Int>) {
            for number in numbers {
                let producer = producers[number % producers.count]
                let sequence = number / producers.count
                let partition = partitions[number % partitions.count]
                let offset = Int64(number / partitions.count)
                history.note(.attempted(producer: producer, sequence: sequence))
                history.note(.settled(producer: producer, sequence: sequence, .acknowledged(partition, offset: offset)))
                guard shape.reads, shape.unreadEvery == 0 || number % shape.unreadEvery != 0 else { continue }
                for (group, reader) in zip(groups, readers) {
                    history.note(
                        .delivered(reader, partition, offset: offset, producer: producer, sequence: sequence))
                    history.note(.processed(group: group, producer: producer, sequence: sequence))
                    if number % 100 == 0 { history.note(.committed(group: group, partition, offset: offset + 1)) }
                }
            }
        }
    }
}
