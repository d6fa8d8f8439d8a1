import KafkaProtocol
import NIOCore
import Testing

/// Record batches against what Apache Kafka itself wrote, read and refused.
struct RecordBatchVectorTests {
    @Test func `The vectors are there: good batches in all codecs, and wrong ones`() {
        // A missing or empty file would let every other test here pass.
        #expect(BatchVector.good.count >= 100)
        #expect(BatchVector.judged.count >= 150)
        #expect(Set(BatchVector.good.compactMap { $0.good?.compression }).count == 5)
    }

    @Test(arguments: BatchVector.good)
    func `Vector: a good batch has Kafka's fields and records`(_ vector: BatchVector) throws {
        // Whatever a Kafka client or broker wrote must read the same here, in every codec.
        let expected = try #require(vector.good)
        var batches = RecordBatches(vector.bytes)
        let batch = try #require(try batches.next())
        try batch.validate()
        expect(batch, equals: expected)
        #expect(batch.sizeInBytes == vector.hex.count / 2)
        #expect(try batches.next() == nil)
        #expect(batches.remainingByteCount == 0)
    }

    @Test(arguments: BatchVector.good.filter { $0.good?.compression == "none" })
    func `Vector: an uncompressed batch is written again with the same bytes`(_ vector: BatchVector) throws {
        // Consumers and followers compare checksums: equal content must give equal bytes.
        let fields = try #require(vector.good)
        let original = try RecordBatch(vector.bytes)
        guard fields.count != 0 else {
            #expect(try original.emptied().bytes.hex == vector.hex)
            return
        }
        var builder = RecordBatchBuilder(
            baseOffset: fields.baseOffset, partitionLeaderEpoch: fields.partitionLeaderEpoch,
            producerId: fields.producerId, producerEpoch: fields.producerEpoch, baseSequence: fields.baseSequence,
            isTransactional: fields.isTransactional, isControl: fields.isControl,
            logAppendTime: fields.timestampType == "LogAppendTime" ? fields.maxTimestamp : nil,
            deleteHorizonMs: fields.deleteHorizonMs)
        for (index, record) in fields.records.map(\.record).enumerated() {
            var record = record
            // With LogAppendTime a reader sees the batch's time; the producer's is only in the bytes. The vectors' records
            // are a millisecond apart.
            if fields.timestampType == "LogAppendTime" { record.timestamp = original.baseTimestamp + Int64(index) }
            try builder.append(record)
        }
        let batch = try builder.build(lastOffset: fields.lastOffset)
        #expect(batch.bytes.hex == vector.hex)
        #expect(try RecordBatch(batch.bytes) == batch)
    }

    @Test(arguments: BatchVector.judged)
    func `Vector: a wrong batch is refused and an odd one read, as by Kafka`(_ vector: BatchVector) throws {
        // The same bytes must not be data to one broker and damage to another. Batches of magic 0 and 1 are the one
        // exception: Kafka 3.9 still reads them, klamm never stores them.
        let expected = try #require(vector.judged)
        let outcome = Walk(vector.bytes)
        if case .unsupportedMagic = outcome.error {
            let before = expected.batches.prefix { $0.magic == 2 }
            #expect(outcome.batches.count == before.count)
            for (batch, fields) in zip(outcome.batches, before) { expect(batch, equals: fields) }
            return
        }
        #expect((outcome.error == nil) == (expected.error == nil), "\(outcome.error as Any)")
        #expect(outcome.batchesSeen == expected.batchesSeen)
        #expect(outcome.recordsRead == expected.recordsRead)
        if outcome.error == nil { #expect((outcome.trailingByteCount > 0) == expected.trailingBytesIgnored) }
        #expect(outcome.batches.count == expected.batches.count)
        for (batch, fields) in zip(outcome.batches, expected.batches) { expect(batch, equals: fields) }
    }

    /// Reads everything in a buffer, as the vectors' maker did with Kafka's classes.
    private struct Walk {
        var batches: [RecordBatch] = []
        var batchesSeen = 0
        var recordsRead = 0
        var trailingByteCount = 0
        var error: RecordError?

        init(_ bytes: ByteBuffer) {
            var rest = RecordBatches(bytes)
            do throws(RecordError) {
                while let batch = try rest.next() {
                    batchesSeen += 1
                    try batch.validate()
                    var reader = try batch.reader()
                    // What is packed comes out whole or not at all, in Kafka too.
                    if batch.compression == Compression.none {
                        while try reader.next() != nil { recordsRead += 1 }
                    } else {
                        recordsRead += try batch.records().count
                    }
                    batches.append(batch)
                }
            } catch {
                // Kafka finds this in the batch, klamm in front of it.
                if case .batchSmallerThanHeader = error { batchesSeen += 1 }
                self.error = error
            }
            trailingByteCount = rest.remainingByteCount
        }
    }

    private func expect(_ batch: RecordBatch, equals fields: BatchFields) {
        #expect(fields.magic == RecordBatchHeader.magic)
        // An emptied batch of a compressed topic is written uncompressed; the vectors name the topic's codec there.
        if fields.count != 0 { #expect(batch.compression?.description == fields.compression) }
        #expect(batch.baseOffset == fields.baseOffset)
        #expect(batch.lastOffset == fields.lastOffset)
        #expect(batch.partitionLeaderEpoch == fields.partitionLeaderEpoch)
        #expect(batch.crc == fields.crc)
        #expect(batch.producerId == fields.producerId)
        #expect(batch.producerEpoch == fields.producerEpoch)
        #expect(batch.baseSequence == fields.baseSequence)
        #expect(batch.lastSequence == fields.lastSequence)
        #expect(batch.isTransactional == fields.isTransactional)
        #expect(batch.isControl == fields.isControl)
        #expect(batch.timestampType.description == fields.timestampType)
        #expect(fields.baseTimestamp == nil || batch.baseTimestamp == fields.baseTimestamp)
        #expect(batch.maxTimestamp == fields.maxTimestamp)
        #expect(batch.deleteHorizonMs == fields.deleteHorizonMs)
        #expect(fields.count == nil || batch.count == fields.count)
        #expect((try? batch.records()) == fields.records.map(\.record))
    }
}
