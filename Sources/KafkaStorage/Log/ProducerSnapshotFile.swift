import KafkaProtocol
import NIOCore

/// `<offset>.snapshot`: the state of all producers when the log ended at that offset. Kafka's format, version 1:
///
/// ```
/// version i16 | crc-32c u32 of all that follows | count i32 | entries
/// entry: producerId i64 | epoch i16 | lastSequence i32 | lastOffset i64 | offsetDelta i32 | timestamp i64
///        | coordinatorEpoch i32 | currentTransactionFirstOffset i64 (-1: none)
/// ```
/// Kafka writes the last batch of each producer. We write up to five entries for a producer, oldest first, so that all five
/// are known again after a start; of several entries Kafka takes the last, which is what it would have written.
enum ProducerSnapshotFile {
    private static let version: Int16 = 1
    private static let entrySize = 46

    static func render(_ producers: [ProducerState]) -> ByteBuffer {
        var entries = ByteBuffer()
        var count: Int32 = 0
        for producer in producers {
            let none = ProducerState.Batch(lastSequence: -1, lastOffset: -1, offsetDelta: 0, timestamp: -1)
            for batch in producer.batches.isEmpty ? [none] : producer.batches {
                let isLast = batch == producer.batches.last || producer.batches.isEmpty
                count += 1
                entries.writeMultipleIntegers(producer.producerID, producer.producerEpoch)
                entries.writeMultipleIntegers(batch.lastSequence, batch.lastOffset, batch.offsetDelta)
                entries.writeMultipleIntegers(
                    isLast ? producer.lastTimestamp : batch.timestamp, producer.coordinatorEpoch,
                    producer.currentTransactionFirstOffset ?? -1)
            }
        }
        var body = ByteBuffer()
        body.writeInteger(count)
        body.writeBuffer(&entries)
        var file = ByteBuffer()
        file.writeMultipleIntegers(version, CRC32C.checksum(body))
        file.writeBuffer(&body)
        return file
    }

    /// Nil for what is not a whole snapshot of this version.
    static func parse(_ contents: ByteBuffer) -> [ProducerState]? {
        var bytes = contents
        guard let (found, crc) = bytes.readMultipleIntegers(as: (Int16, UInt32).self), found == version,
            crc == CRC32C.checksum(bytes), let count = bytes.readInteger(as: Int32.self), count >= 0,
            bytes.readableBytes == Int(count) * entrySize
        else { return nil }
        var producers: [ProducerState] = []
        for _ in 0..<count {
            guard let (id, epoch) = bytes.readMultipleIntegers(as: (Int64, Int16).self),
                let (sequence, offset, delta) = bytes.readMultipleIntegers(as: (Int32, Int64, Int32).self),
                let (timestamp, coordinatorEpoch, transaction) =
                    bytes.readMultipleIntegers(as: (Int64, Int32, Int64).self)
            else { return nil }
            if producers.last?.producerID != id {
                producers.append(ProducerState(producerID: id, producerEpoch: epoch))
            }
            let last = producers.count - 1
            producers[last].producerEpoch = epoch
            if sequence >= 0, delta >= 0, producers[last].batches.count < ProducerState.rememberedBatches {
                producers[last].batches.append(
                    .init(lastSequence: sequence, lastOffset: offset, offsetDelta: delta, timestamp: timestamp))
            }
            producers[last].lastTimestamp = timestamp
            producers[last].coordinatorEpoch = coordinatorEpoch
            producers[last].currentTransactionFirstOffset = transaction >= 0 ? transaction : nil
        }
        return producers
    }
}
