import KafkaProtocol
import NIOCore
import Testing

/// The codecs as such: bytes in, bytes out, and nothing that a hostile payload could make them do.
struct CompressionTests {
    private static let packing: [Compression] = [.gzip, .snappy, .lz4, .zstd]

    private static func text(_ count: Int) -> ByteBuffer {
        ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7 % 100 + $0 % 3) })
    }

    private static func noise(_ count: Int) -> ByteBuffer {
        var generator = SeededGenerator(seed: 7)
        return ByteBuffer(bytes: (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    @Test(arguments: packing, [0, 1, 100, 32 << 10, (32 << 10) + 1, 300_000])
    func `What is packed comes out again`(_ codec: Compression, _ count: Int) throws {
        // The sizes sit on and around snappy's blocks, lz4's blocks and zstd's first guess at the size.
        for bytes in [Self.text(count), Self.noise(count)] {
            let packed = try codec.compress(bytes)
            if codec != .snappy || count > 0 { #expect(try codec.decompress(packed, limit: count) == bytes) }
        }
    }

    @Test(
        arguments: [
            (Compression.gzip, [1, 6, 9]), (.lz4, [1, 9, 17]), (.zstd, [-5, 1, 19]),
        ] as [(Compression, [Int32])])
    func `Each level of a codec can be unpacked`(_ codec: Compression, _ levels: [Int32]) throws {
        // compression.gzip.level and its like choose them.
        let bytes = Self.text(50_000)
        for level in levels {
            let packed = try codec.compress(bytes, level: level)
            #expect(packed.readableBytes < bytes.readableBytes)
            #expect(try codec.decompress(packed, limit: 50_000) == bytes)
        }
    }

    @Test(arguments: packing)
    func `Unpacking stops at the limit`(_ codec: Compression) throws {
        // A few kilobytes can unpack to gigabytes: a bomb must cost no more than the limit.
        let packed = try codec.compress(ByteBuffer(repeating: 0x61, count: 4 << 20))
        #expect(throws: RecordError.decompressedSizeOverLimit(1 << 20)) {
            try codec.decompress(packed, limit: 1 << 20)
        }
        #expect(try codec.decompress(packed, limit: 4 << 20).readableBytes == 4 << 20)
    }

    @Test(arguments: packing)
    func `A cut stream is an error at every length`(_ codec: Compression) throws {
        // A codec that takes the end of its input for the end of its stream would lose records silently.
        let packed = try codec.compress(Self.text(2_000))
        for length in 0..<packed.readableBytes {
            let cut = packed.getSlice(at: packed.readerIndex, length: length) ?? ByteBuffer()
            let unpacked = try? codec.decompress(cut, limit: 10_000)
            // Empty input is an empty zstd stream, and snappy's framing has no end mark: after the header, nothing is
            // missing.
            let isWhole = (codec == .zstd && length == 0) || (codec == .snappy && length == 16)
            #expect((unpacked?.readableBytes == 0) == isWhole, "cut at \(length)")
        }
    }

    @Test(arguments: packing)
    func `Flipped bits never do more than fail or give other bytes`(_ codec: Compression) throws {
        // The C libraries see bytes from the network; none may trap, hang or pass the limit.
        let packed = try codec.compress(Self.text(3_000))
        var generator = SeededGenerator(seed: 99)
        var failures = 0
        for _ in 0..<2_000 {
            var damaged = packed
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<packed.readableBytes, using: &generator)
                let byte = packed.getInteger(at: packed.readerIndex + index, as: UInt8.self) ?? 0
                damaged.setInteger(byte ^ UInt8(1) << UInt8.random(in: 0...7, using: &generator), at: index)
            }
            do throws(RecordError) {
                #expect(try codec.decompress(damaged, limit: 100_000).readableBytes <= 100_000)
            } catch {
                failures += 1
            }
        }
        #expect(failures > 0)
    }

    @Test func `snappy is read in librdkafka's bare form too`() throws {
        // librdkafka and Go clients write one block without snappy-java's frame. 5 literal bytes: length 5, tag 4 << 2.
        let bare = ByteBuffer(bytes: [5, 4 << 2] + Array("hello".utf8))
        #expect(try Compression.snappy.decompress(bare, limit: 5) == ByteBuffer(string: "hello"))
    }

    @Test func `snappy's frame is written as snappy-java writes it, and concatenated frames are read`() throws {
        // Kafka's Java consumers look for this header.
        let packed = try Compression.snappy.compress(ByteBuffer(string: "hello"))
        #expect(packed.hex.hasPrefix("82534e4150505900" + "00000001" + "00000001"))
        var twice = packed
        twice.writeImmutableBuffer(packed)
        #expect(try Compression.snappy.decompress(twice, limit: 10) == ByteBuffer(string: "hellohello"))
    }

    @Test func `A snappy block that claims more than its bytes can hold is refused`() {
        // Its first bytes are the size to allocate, on a stranger's word: here 2 GiB less one for two bytes.
        let claim = ByteBuffer(bytes: [0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00])
        #expect(throws: RecordError.self) { try Compression.snappy.decompress(claim, limit: Int.max) }
    }

    @Test func `gzip members in a row read as one stream`() throws {
        // RFC 1952 allows it and Java reads it so.
        var twice = try Compression.gzip.compress(ByteBuffer(string: "one"))
        twice.writeImmutableBuffer(try Compression.gzip.compress(ByteBuffer(string: "two")))
        #expect(try Compression.gzip.decompress(twice, limit: 6) == ByteBuffer(string: "onetwo"))
    }

    @Test func `Names are Kafka's`() {
        // They appear in compression.type and in views.
        for codec in Compression.allCases { #expect(Compression(name: codec.description) == codec) }
        #expect(Compression(name: "producer") == nil)
    }
}
