import KafkaProtocol
import NIOCore
import Testing

/// The settings of the check that a leader makes before it appends.
struct ProduceValidationTests {
    private func batch(key: String?, compression: Compression = .none) throws -> ByteBuffer {
        var builder = RecordBatchBuilder(compression: compression)
        try builder.append(key: ByteBuffer(string: "k"), value: ByteBuffer(string: "v"), timestamp: 5)
        try builder.append(key: key.map { ByteBuffer(string: $0) }, value: ByteBuffer(string: "w"), timestamp: 6)
        return try builder.build().bytes
    }

    @Test func `A batch over max.message.bytes is refused, one of exactly that size is not`() throws {
        // The limit is inclusive in Kafka, and the error tells the producer to split rather than to retry.
        let bytes = try batch(key: "k")
        var validation = ProduceValidation()
        validation.maxMessageBytes = bytes.readableBytes
        #expect(try RecordBatches.validateForProduce(bytes, validation).count == 2)
        validation.maxMessageBytes -= 1
        let error = #expect(throws: RecordError.self) { try RecordBatches.validateForProduce(bytes, validation) }
        #expect(error?.errorCode == .messageTooLarge)
    }

    @Test func `zstd is refused where the request's version does not know it`() throws {
        // A Produce request before version 7 may be read by clients that cannot unpack zstd.
        let bytes = try batch(key: "k", compression: .zstd)
        var validation = ProduceValidation()
        validation.allowsZstd = false
        let error = #expect(throws: RecordError.self) { try RecordBatches.validateForProduce(bytes, validation) }
        #expect(error?.errorCode == .unsupportedCompressionType)
        validation.allowsZstd = true
        #expect(try RecordBatches.validateForProduce(bytes, validation).compression == .zstd)
    }

    @Test(arguments: Compression.allCases, [ProduceValidation.Depth.header, .uncompressedRecords, .allRecords])
    func `A compacted topic refuses a record without a key`(
        _ compression: Compression, _ depth: ProduceValidation.Depth
    ) throws {
        // Compaction could never say which record replaces it, so this is looked for in packed records too.
        var validation = ProduceValidation()
        validation.depth = depth
        validation.requiresKeys = true
        let keyless = try batch(key: nil, compression: compression)
        let error = #expect(throws: RecordError.self) { try RecordBatches.validateForProduce(keyless, validation) }
        #expect(error?.errorCode == .invalidRecord)
        let keyed = try batch(key: "", compression: compression)
        #expect(try RecordBatches.validateForProduce(keyed, validation).count == 2)
    }

    private func batch(
        timestamps: [Int64], compression: Compression, toldMaximum: Int64? = nil, attributes: UInt8? = nil
    ) throws -> ByteBuffer {
        var builder = RecordBatchBuilder(compression: compression)
        for timestamp in timestamps {
            try builder.append(key: nil, value: ByteBuffer(string: "v"), timestamp: timestamp)
        }
        var bytes = try builder.build().bytes
        if let toldMaximum { bytes.setInteger(toldMaximum, at: bytes.readerIndex + 35) }
        if let attributes { bytes.setInteger(attributes, at: bytes.readerIndex + 22) }
        return try RecordBatch(bytes).withChecksum()
    }

    @Test(arguments: Compression.allCases)
    func `The greatest timestamp is that of the records, not what the client says`(_ compression: Compression) throws {
        // sarama sent -1 there until 2025: no search by time found such records, and a retry of them came twice.
        let bytes = try batch(timestamps: [500, 700, 600], compression: compression, toldMaximum: -1)
        let mended = try RecordBatches.validateForProduce(bytes)
        #expect(mended.maxTimestamp == 700)
        try mended.validate()
        #expect(try mended.records().map(\.timestamp) == [500, 700, 600])
        let right = try batch(timestamps: [500, 700, 600], compression: compression)
        #expect(try RecordBatches.validateForProduce(right).bytes == right)
    }

    @Test(arguments: Compression.allCases)
    func `Every record's time must be allowed, not just the greatest`(_ compression: Compression) throws {
        var validation = ProduceValidation()
        validation.timestamps = .ofClient(within: 600...900)
        let old = try batch(timestamps: [700, 500, 800], compression: compression)
        #expect(throws: RecordError.timestampNotAllowed(500)) {
            try RecordBatches.validateForProduce(old, validation)
        }
        // A record without a time is not old.
        let good = try batch(timestamps: [700, -1, 900], compression: compression)
        #expect(try RecordBatches.validateForProduce(good, validation).maxTimestamp == 900)
    }

    @Test func `Who says that the time is the broker's is not believed`() throws {
        // The bit by which a leader says so would hide the records' own times from every reader.
        let bytes = try batch(timestamps: [500, 700], compression: .none, attributes: 8)
        #expect(try RecordBatch(bytes).header.timestampType == .logAppendTime)
        let mended = try RecordBatches.validateForProduce(bytes)
        #expect(mended.header.timestampType == .createTime)
        #expect(try mended.records().map(\.timestamp) == [500, 700])
        var validation = ProduceValidation()
        validation.timestamps = .ofLeader
        let error = #expect(throws: RecordError.self) { try RecordBatches.validateForProduce(bytes, validation) }
        #expect(error?.errorCode == .invalidTimestamp)
    }

    @Test func `The header alone is checked when that is asked for`() throws {
        // A driver that trusts its producers may skip the walk over the records, but never the checksum.
        var bytes = try batch(key: "k")
        bytes.setInteger(UInt8(0x7F), at: bytes.readableBytes - 1)
        let fixed = try RecordBatch(bytes).withChecksum()
        var validation = ProduceValidation()
        validation.depth = .header
        #expect(try RecordBatches.validateForProduce(fixed, validation).count == 2)
        #expect(throws: RecordError.self) { try RecordBatches.validateForProduce(fixed) }
        #expect(throws: RecordError.self) { try RecordBatches.validateForProduce(bytes, validation) }
    }
}

extension RecordBatch {
    /// The bytes with a checksum that is right for them, whatever is in them.
    func withChecksum() -> ByteBuffer {
        var bytes = bytes
        let covered = bytes.getSlice(at: bytes.readerIndex + 21, length: bytes.readableBytes - 21) ?? ByteBuffer()
        bytes.setInteger(CRC32C.checksum(covered), at: bytes.readerIndex + 17)
        return bytes
    }
}
