import KafkaProtocol
import NIOCore
import Testing

/// What is put into a batch comes out of it.
struct RecordBatchBuilderTests {
    private static let records: [Record] = [
        Record(offset: 100, timestamp: 1_700_000_000_000, key: ByteBuffer(string: "k"), value: ByteBuffer(string: "v")),
        Record(offset: 101, timestamp: -1),
        Record(offset: 107, timestamp: .max, key: ByteBuffer(), value: ByteBuffer()),
        Record(
            offset: 5_000, timestamp: .min, key: nil, value: ByteBuffer(repeating: 7, count: 70_000),
            headers: [
                RecordHeader(key: "", value: nil), RecordHeader(key: "trace-id", value: ByteBuffer(string: "é")),
                RecordHeader(key: "trace-id", value: ByteBuffer()),
            ]),
        Record(offset: 100 + Int64(Int32.max), timestamp: 0, key: ByteBuffer(repeating: 1, count: 200), value: nil),
    ]

    @Test(arguments: Compression.allCases)
    func `Records come back equal from every codec`(_ compression: Compression) throws {
        // The extremes of each field: null and empty differ, gaps and wild timestamps are kept.
        var builder = RecordBatchBuilder(
            baseOffset: 100, partitionLeaderEpoch: 3, compression: compression, producerId: 5, producerEpoch: 1,
            baseSequence: 0, isTransactional: true)
        for record in Self.records { try builder.append(record) }
        let batch = try RecordBatch(try builder.build().bytes)
        try batch.validate()
        #expect(try batch.records() == Self.records)
        #expect(batch.compression == compression)
        #expect(batch.isTransactional)
        #expect(batch.maxTimestamp == .max)
        #expect(batch.lastOffset == 100 + Int64(Int32.max))
        #expect(batch.count == 5)
    }

    @Test func `Offsets that a batch cannot hold are refused`() throws {
        // Deltas are 31 bits and rise; a wrong one would change other records' offsets on reading.
        var builder = RecordBatchBuilder(baseOffset: 10)
        #expect(throws: RecordError.self) { try builder.append(Record(offset: 9)) }
        #expect(throws: RecordError.self) { try builder.append(Record(offset: 11 + Int64(Int32.max))) }
        #expect(throws: RecordError.self) { try builder.append(Record(offset: .min)) }
        try builder.append(Record(offset: 12))
        #expect(throws: RecordError.self) { try builder.append(Record(offset: 12)) }
        #expect(throws: RecordError.self) { try builder.build(lastOffset: 11) }
        #expect(try builder.build(lastOffset: 20).lastOffset == 20)
    }

    @Test func `A batch without records is not built`() {
        // Kafka refuses a count of zero from a producer; only compaction leaves such batches.
        #expect(throws: RecordError.noRecords) { try RecordBatchBuilder().build() }
    }

    @Test func `The size is known before the batch is built`() throws {
        // linger and batch.size decide by it when to send.
        var builder = RecordBatchBuilder()
        #expect(builder.uncompressedSize == 61)
        for index in 0..<100 {
            try builder.append(
                key: nil, value: ByteBuffer(repeating: 1, count: index), timestamp: Int64(index) * 1_000)
        }
        #expect(try builder.build().sizeInBytes == builder.uncompressedSize)
    }

    @Test func `Control batches say what ended a transaction`() throws {
        // read_committed consumers and the broker's transaction state go by these.
        for isCommit in [true, false] {
            let marker = EndTransactionMarker(isCommit: isCommit, coordinatorEpoch: 12)
            let batch = try marker.batch(
                producerId: 4, producerEpoch: 2, timestamp: 1, baseOffset: 50, partitionLeaderEpoch: 6)
            #expect(batch.isControl && batch.isTransactional && batch.baseSequence == -1)
            #expect(try EndTransactionMarker(try batch.records()[0]) == marker)
        }
        let body = ByteBuffer(string: "leader")
        let change = try RecordBatch.control(
            .leaderChange, body: body, timestamp: 1, baseOffset: 0, partitionLeaderEpoch: 1)
        #expect(change.isControl && !change.isTransactional)
        let record = try change.records()[0]
        #expect(try ControlRecordType(key: record.key) == .leaderChange)
        #expect(record.value == body)
        #expect(try EndTransactionMarker(record) == nil)
    }

    @Test func `A control record without a whole key is refused, one of a later type is stepped over`() throws {
        // Kafka may add types; a consumer that fails on them could not be older than its broker.
        #expect(throws: RecordError.invalidControlRecord) { try ControlRecordType(key: nil) }
        #expect(throws: RecordError.invalidControlRecord) { try ControlRecordType(key: ByteBuffer(bytes: [0, 0, 0])) }
        #expect(try ControlRecordType(key: ByteBuffer(bytes: [0, 0, 1, 0])) == nil)
        let marker = Record(key: ControlRecordType.commit.key, value: ByteBuffer(bytes: [0, 0, 0]))
        #expect(throws: RecordError.invalidControlRecord) { try EndTransactionMarker(marker) }
    }
}
