import KafkaProtocol
import NIOCore
import Testing

/// Damaged bytes end in an error or in other data, never in a trap. Checksums are made right again, so that the damage
/// gets past them and reaches the code behind.
struct RecordBatchDamageTests {
    private static func batch(_ compression: Compression) throws -> ByteBuffer {
        var builder = RecordBatchBuilder(compression: compression, producerId: 1, producerEpoch: 0, baseSequence: 5)
        for index in 0..<12 {
            try builder.append(
                key: index % 3 == 0 ? nil : ByteBuffer(string: "key \(index)"),
                value: index % 4 == 0 ? nil : ByteBuffer(repeating: UInt8(index), count: index * 5),
                headers: index % 2 == 0 ? [] : [RecordHeader(key: "h\(index)", value: ByteBuffer(string: "value"))],
                timestamp: 1_700_000_000_000 + Int64(index))
        }
        return try builder.build().bytes
    }

    /// Everything that reads a batch, in all orders that callers use. Returns how many records came out.
    @discardableResult
    private static func readAll(_ bytes: ByteBuffer) -> Int {
        var count = 0
        _ = try? RecordBatches.validateForProduce(bytes)
        var everything = ProduceValidation()
        everything.depth = .allRecords
        everything.decompressionLimit = 1 << 20
        _ = try? RecordBatches.validateForProduce(bytes, everything)
        for batch in (try? RecordBatches.all(in: bytes)) ?? [] {
            _ = (batch.lastOffset, batch.nextOffset, batch.lastSequence, batch.deleteHorizonMs, batch.payload)
            count += (try? batch.records(decompressionLimit: 1 << 20))?.count ?? 0
            _ = try? batch.emptied()
        }
        return count
    }

    @Test(arguments: Compression.allCases)
    func `A batch cut at any length reads as no batch`(_ compression: Compression) throws {
        // Torn writes and fetch limits cut anywhere.
        let bytes = try Self.batch(compression)
        for length in 0..<bytes.readableBytes {
            let cut = bytes.getSlice(at: bytes.readerIndex, length: length) ?? ByteBuffer()
            #expect(try RecordBatches.all(in: cut).isEmpty)
            #expect(throws: RecordError.self) { try RecordBatch(cut) }
        }
        #expect(Self.readAll(bytes) == 12)
    }

    @Test(arguments: Compression.allCases)
    func `A payload cut at any length, with length and checksum right, is an error`(
        _ compression: Compression
    ) throws {
        // The header still declares twelve records, and they are not there.
        let bytes = try Self.batch(compression)
        for length in 61..<bytes.readableBytes {
            var cut = try #require(bytes.getSlice(at: bytes.readerIndex, length: length))
            cut.setInteger(Int32(length - 12), at: cut.readerIndex + 8)
            let batch = try RecordBatch(try RecordBatch(cut).withChecksum())
            try batch.validate()
            #expect(throws: RecordError.self) { try batch.records() }
        }
    }

    @Test(arguments: Compression.allCases)
    func `Any single flipped bit after the epoch fails the checksum or the frame`(_ compression: Compression) throws {
        // The promise that the checksum makes.
        let bytes = try Self.batch(compression)
        for bit in (16 * 8)..<(bytes.readableBytes * 8) {
            var damaged = bytes
            let byte = bytes.getInteger(at: bytes.readerIndex + bit / 8, as: UInt8.self) ?? 0
            damaged.setInteger(byte ^ 1 << (bit % 8), at: damaged.readerIndex + bit / 8)
            #expect(throws: RecordError.self) { try RecordBatch(damaged).validate() }
        }
    }

    @Test(arguments: Compression.allCases)
    func `Flipped bits under a right checksum never trap`(_ compression: Compression) throws {
        // A faulty or hostile producer computes a right checksum over nonsense.
        let bytes = try Self.batch(compression)
        var generator = SeededGenerator(seed: UInt64(compression.rawValue))
        var refused = 0
        for _ in 0..<4_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.readableBytes, using: &generator)
                damaged.setInteger(UInt8.random(in: 0...255, using: &generator), at: damaged.readerIndex + index)
            }
            if let batch = try? RecordBatch(damaged) { damaged = batch.withChecksum() }
            if Self.readAll(damaged) == 0 { refused += 1 }
        }
        #expect(refused > 0)
    }

    @Test func `Random bytes are no records`() {
        // Anything can arrive on a socket.
        var generator = SeededGenerator(seed: 4)
        for length in 0..<600 {
            var bytes = ByteBuffer(bytes: (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) })
            if length > 61 {
                bytes.setInteger(Int32(length - 12), at: 8)
                bytes.setInteger(Int8(2), at: 16)
                bytes.setInteger(Int32.random(in: 0...20, using: &generator), at: 57)
            }
            Self.readAll(bytes)
        }
    }

    @Test func `A huge record count costs nothing`() throws {
        // Room is made for records that are there, not for those that a header declares.
        var bytes = try Self.batch(.none)
        bytes.setInteger(Int32.max, at: bytes.readerIndex + 57)
        #expect(throws: RecordError.self) { try RecordBatch(bytes).records() }
    }
}
