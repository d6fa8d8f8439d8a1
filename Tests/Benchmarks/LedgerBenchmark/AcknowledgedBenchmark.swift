import DeliveryLedger
import KafkaProtocol

/// What brokers told producers, in shapes from the best to the worst that clients have.
struct AcknowledgedBenchmark {
    let records: Int

    private struct Shape {
        var name: String
        var partitions = 1
        var perBatch = 1
        var clients = 1
        var acks: [Int16] = [-1]
        var recordsPerSecond = 10_000
    }

    func run() {
        let shapes = [
            Shape(name: "batches of 100, 1 partition", perBatch: 100, recordsPerSecond: 500_000),
            Shape(name: "single records, 1 partition"),
            Shape(name: "single records, 1 partition, 2 clients", clients: 2),
            Shape(name: "single records, 50 partitions, 3 clients", partitions: 50, clients: 3),
            Shape(name: "single records, 250 partitions, 3 clients", partitions: 250, clients: 3),
            Shape(name: "single records, 10000 partitions", partitions: 10_000),
            Shape(name: "single records, 10000 partitions, 3 clients", partitions: 10_000, clients: 3),
            Shape(name: "single records, 50 partitions, acks=1 and all", partitions: 50, clients: 3, acks: [1, -1]),
        ]
        for shape in shapes { measure(shape) }
    }

    private func measure(_ shape: Shape) {
        let partitions = (0..<shape.partitions).map { TopicPartition(topic: "orders", partition: Int32($0)) }
        let clients = (0..<shape.clients).map { "producer-\($0)" }
        let isr = [BrokerID(1), BrokerID(2), BrokerID(3)]
        var ledger = AcknowledgedRecords()
        let before = allocatedBytes()
        let start = now()
        tell(0..<records)
        let took = now() - start
        show("acknowledged, \(shape.name)", allocatedBytes() - before, records, took, told: records)
        tell(records..<2 * records)
        show("  as many again", allocatedBytes() - before, records, now() - start, told: 2 * records)
        print("  \(ledger.runCount) runs, \(ledger.forgotten) forgotten, \(ledger.losses.count) losses")

        func tell(_ numbers: Range<Int>) {
            var number = numbers.lowerBound
            while number < numbers.upperBound {
                let batch = number / shape.perBatch
                let offset = Int64(batch / shape.partitions * shape.perBatch)
                let milliseconds = Int64(number * 1000 / shape.recordsPerSecond)
                let offsets = offset...(offset + Int64(shape.perBatch) - 1)
                // Clients take turns within a partition.
                let turn = batch / shape.partitions
                _ = ledger.acknowledged(
                    AcknowledgedBatch(
                        partitions[batch % shape.partitions], topicID: Uuid.zero, offsets, leaderEpoch: 1,
                        acks: shape.acks[turn % shape.acks.count], by: BrokerID(1), isr: isr,
                        followers: [Loss.Follower(2, logEndOffset: offset), Loss.Follower(3, logEndOffset: offset)],
                        highWatermark: offsets.upperBound + 1, client: clients[turn % clients.count],
                        answer: AnswerNumber(connection: UInt64(turn % clients.count), number: UInt64(turn + 1)),
                        at: Instant(monotonicNanoseconds: 0, wallClockMilliseconds: milliseconds)))
                number += shape.perBatch
            }
        }
    }
}
