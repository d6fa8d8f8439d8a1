import KafkaProtocol
import NIOCore
import Testing

/// The view on one batch: what it reads from the header, and what a leader changes in place.
struct RecordBatchTests {
    private func batch(count: Int = 3, baseSequence: Int32 = -1) throws -> RecordBatch {
        var builder = RecordBatchBuilder(
            producerId: baseSequence < 0 ? -1 : 9, producerEpoch: 0, baseSequence: baseSequence)
        for index in 0..<count {
            try builder.append(
                key: ByteBuffer(integer: index), value: ByteBuffer(string: "value \(index)"),
                timestamp: 1_000 + Int64(index))
        }
        return try builder.build()
    }

    @Test func `A leader sets base offset and epoch without touching the checksum`() throws {
        // Every append does this; a new checksum over the records each time would double its cost.
        var batch = try batch()
        let crc = batch.crc
        batch.assign(baseOffset: 5_000_000_000, partitionLeaderEpoch: 7)
        #expect(batch.crc == crc)
        #expect(batch.lastOffset == 5_000_000_002)
        let again = try RecordBatch(batch.bytes)
        try again.validate()
        #expect(again == batch)
        #expect(try again.records().map(\.offset) == [5_000_000_000, 5_000_000_001, 5_000_000_002])
    }

    @Test func `Changing a batch leaves the buffer that it came from alone`() throws {
        // A produce request's frame may still be looked at after one of its batches was appended.
        let original = try batch().bytes
        var copy = try RecordBatch(original)
        copy.assign(baseOffset: 77, partitionLeaderEpoch: 1)
        #expect(try RecordBatch(original).baseOffset == 0)
    }

    @Test func `LogAppendTime gives all records the leader's time and a new checksum`() throws {
        // message.timestamp.type=LogAppendTime: the producer's times stay in the bytes and are not seen.
        var batch = try batch()
        batch.setTimestampType(.logAppendTime, maxTimestamp: 99_999)
        let again = try RecordBatch(batch.bytes)
        try again.validate()
        #expect(again.timestampType == .logAppendTime)
        #expect(try again.records().map(\.timestamp) == [99_999, 99_999, 99_999])
        batch.setTimestampType(.createTime, maxTimestamp: 1_002)
        #expect(try batch.records().map(\.timestamp) == [1_000, 1_001, 1_002])
        #expect(batch.bytes == (try self.batch().bytes))
    }

    @Test(arguments: [(Int32.max - 1, 3, Int32(0)), (Int32.max, 2, 0), (0, 3, 2), (-1, 3, -1)])
    func `Sequence numbers wrap past the greatest to zero`(_ first: Int32, _ count: Int, _ last: Int32) throws {
        // A producer that lives long enough gets there; a broker that counts on sees a gap and fences it off for ever.
        #expect(try batch(count: count, baseSequence: first).lastSequence == last)
    }

    @Test func `The prefix of a batch is read from 17 bytes, the header from 61`() throws {
        // Scanning a segment reads these alone and skips the records.
        let batch = try batch()
        for length in 0...batch.sizeInBytes {
            let piece = try #require(batch.bytes.getSlice(at: batch.bytes.readerIndex, length: length))
            #expect(try RecordBatchPrefix.read(from: piece)?.sizeInBytes == (length < 17 ? nil : batch.sizeInBytes))
            #expect(try RecordBatchHeader.read(from: piece) == (length < 61 ? nil : batch.header))
        }
    }

    @Test func `Prefix and header are read at an index inside a buffer`() throws {
        // A read from a segment holds several batches, and rarely starts at index 0.
        let batch = try batch()
        var bytes = ByteBuffer(string: "junk")
        bytes.writeImmutableBuffer(batch.bytes)
        bytes.writeImmutableBuffer(batch.bytes)
        bytes.moveReaderIndex(forwardBy: 4)
        let second = 4 + batch.sizeInBytes
        #expect(try RecordBatchHeader.read(from: bytes, at: second) == batch.header)
        #expect(try RecordBatchHeader.read(from: bytes, at: bytes.writerIndex) == nil)
        #expect(try RecordBatchPrefix.read(from: bytes, at: 0) == nil)
        #expect(try RecordBatches.all(in: bytes) == [batch, batch])
    }

    @Test func `A partial message of an older format at the end is silent, a whole one is not`() throws {
        // Kafka asks first whether the bytes are all there, then what they are.
        var bytes = try batch().bytes
        bytes.setInteger(Int8(1), at: bytes.readerIndex + 16)
        #expect(throws: RecordError.unsupportedMagic(1, at: bytes.readerIndex)) { try RecordBatches.all(in: bytes) }
        let cut = try #require(bytes.getSlice(at: bytes.readerIndex, length: bytes.readableBytes - 1))
        #expect(try RecordBatches.all(in: cut).isEmpty)
    }

    @Test func `After a batch that cannot be stepped over, the walk has ended`() throws {
        // Whoever goes on after an error must not read the middle of a batch as the start of another.
        var bytes = try batch().bytes
        bytes.setInteger(Int8(9), at: bytes.readerIndex + 16)
        var batches = RecordBatches(bytes)
        #expect(throws: RecordError.unknownMagic(9, at: bytes.readerIndex)) { try batches.next() }
        #expect(try batches.next() == nil)
    }

    @Test func `Offsets and times at the ends of 64 bits wrap instead of trapping`() throws {
        // Header fields of a stranger's batch are any numbers at all.
        var batch = try batch()
        batch.assign(baseOffset: .max, partitionLeaderEpoch: -1)
        #expect(batch.lastOffset == .min + 1)
        #expect(batch.nextOffset == .min + 2)
        #expect(try batch.records().map(\.offset) == [.max, .min, .min + 1])
    }

    @Test func `An emptied batch keeps offsets and producer state`() throws {
        // Compaction leaves it as the only trace of the producer's last sequence number.
        let batch = try batch(count: 4, baseSequence: 10)
        let empty = try batch.emptied()
        #expect(empty.sizeInBytes == RecordBatchHeader.size)
        #expect(empty.lastOffset == batch.lastOffset)
        #expect(empty.lastSequence == 13)
        #expect(try empty.records().isEmpty)
    }
}
