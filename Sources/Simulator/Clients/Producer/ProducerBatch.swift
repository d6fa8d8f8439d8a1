import KafkaProtocol
import NIOCore

/// A producer's identity towards one partition.
struct ProducerIdentity: Hashable, Sendable {
    var id: Int64
    var epoch: Int16
}

/// Records that travel together to one partition until the producer knows, or gives up knowing, what became of them.
struct ProducerBatch: Sendable {
    struct Stamp: Hashable, Sendable {
        var identity: ProducerIdentity
        var baseSequence: Int32
    }

    var records: [String] = []
    var keys: [Int] = []
    /// Which of the records have no value; empty for none.
    var tombstones: [Bool] = []
    let timestamp: Int64
    let deadline: Instant
    /// From the first try on, for idempotent producers; kept by its retries, so that brokers know them again.
    var stamp: Stamp?
    var attempts = 0
    /// Nothing before it was unsettled when it was last sent.
    var wentAsOldest = false
    var request: RequestID?
    /// A try may have had its effect.
    var mayBeWritten = false
    /// Not tried again before.
    var notBefore: Instant?

    init(timestamp: Int64, deadline: Instant) {
        self.timestamp = timestamp
        self.deadline = deadline
    }

    /// The batch as bytes, as a client hands them over: base offset 0, the broker sets it.
    func encode(compression: Compression, valueSize: Int) -> ByteBuffer {
        var builder = RecordBatchBuilder(
            compression: compression, producerId: stamp?.identity.id ?? -1,
            producerEpoch: stamp?.identity.epoch ?? -1, baseSequence: stamp?.baseSequence ?? -1)
        do throws(RecordError) {
            for (index, record) in records.enumerated() {
                var value = ByteBuffer(string: record)
                let isTombstone = !tombstones.isEmpty && tombstones[index]
                if !isTombstone, value.readableBytes < valueSize {
                    value.writeRepeatingByte(UInt8(ascii: " "), count: valueSize - value.readableBytes)
                }
                let key = keys.isEmpty ? nil : ByteBuffer(string: "k\(keys[index])")
                try builder.append(key: key, value: isTombstone ? nil : value, timestamp: timestamp)
            }
            return try builder.build().bytes
        } catch {
            preconditionFailure("A producer made a batch that cannot be written: \(error)")
        }
    }
}

/// What a producer has under way for one partition, oldest first.
struct ProducerPartition: Sendable {
    let id: TopicPartition
    var batches: [ProducerBatch] = []
    /// The identity that the sequences count for.
    var identity: ProducerIdentity?
    var nextSequence: Int32 = 0
    /// A sequence was lost: once nothing is in flight, the partition goes on with a new epoch.
    var needsBump = false

    var isInFlight: Bool { batches.contains { $0.request != nil } }
}
