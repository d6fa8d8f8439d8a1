import KafkaProtocol
import NIOCore
import Testing

/// Bytes from a peer may be anything. Each of these would stop a broker if the decoder trapped.
@Suite struct HostileBytesTests {
    /// The fullest vector of the oldest and of the newest version.
    private func samples(of name: String) throws -> [MessageVector] {
        let vectors = try MessageVector.all(of: name)
        let versions = Set([vectors.map(\.version).min(), vectors.map(\.version).max()])
        return versions.compactMap { version in
            vectors.filter { $0.version == version }.max { $0.bytes.readableBytes < $1.bytes.readableBytes }
        }
    }

    @Test(arguments: MessageList.all.map { "\($0)" })
    func `a message cut anywhere is refused`(name: String) throws {
        // A half message must never pass for a whole one.
        let type = try #require(MessageList.type(named: name))
        for sample in try samples(of: name) {
            for length in 0..<sample.bytes.readableBytes {
                let cut = try #require(sample.bytes.getSlice(at: sample.bytes.readerIndex, length: length))
                #expect(throws: ProtocolError.self, "\(name) v\(sample.version) cut to \(length)") {
                    try type.init(decoding: cut, version: sample.version)
                }
            }
        }
    }

    @Test(arguments: MessageList.all.map { "\($0)" })
    func `changed bytes are read or refused, and what is read can be written`(name: String) throws {
        // The seed is fixed, so a failure comes again.
        var generator = SeededGenerator(seed: 0x6b6c_616d_6d00_0001)
        let type = try #require(MessageList.type(named: name))
        for sample in try samples(of: name) where sample.bytes.readableBytes > 0 {
            for _ in 0..<200 {
                var bytes = Array(sample.bytes.readableBytesView)
                for _ in 0...Int.random(in: 0..<3, using: &generator) {
                    let index = Int.random(in: bytes.indices, using: &generator)
                    bytes[index] =
                        [0, 1, 0x7f, 0x80, 0xff, .random(in: 0...255, using: &generator)]
                        .randomElement(using: &generator) ?? 0
                }
                let decoded = Result { try type.init(decoding: ByteBuffer(bytes: bytes), version: sample.version) }
                guard case .success(let message) = decoded else { continue }
                // Mended UTF-8 may outgrow its length field; anything else that was read can be written.
                do {
                    _ = try message.encode(version: sample.version)
                } catch {
                    guard case .lengthOutOfRange = error.reason else { throw error }
                }
            }
        }
    }

    @Test(arguments: ["7fffffff", "00100000", "00000001"])
    func `a count beyond the bytes left is refused`(count: String) throws {
        // Two billion elements on a peer's word would take all memory.
        let bytes = ByteBuffer(hex: count)
        let error = #expect(throws: ProtocolError.self) { try MetadataRequest(decoding: bytes, version: 1) }
        let expected = try #require(Int(count, radix: 16))
        #expect(error?.reason == .countBeyondEnd(count: expected, available: 0))
        #expect(error?.field == "topics")
    }

    @Test func `a compact count beyond the bytes left is refused`() throws {
        // The same in the flexible form, at the largest count that it can name.
        let bytes = ByteBuffer(hex: "ffffffff0f")
        let error = #expect(throws: ProtocolError.self) { try MetadataRequest(decoding: bytes, version: 12) }
        #expect(error?.reason == .countBeyondEnd(count: Int(UInt32.max) - 1, available: 0))
    }

    @Test(arguments: ["80", "8080808080", "ffffffff1f", "ffffffffff01"])
    func `a broken varint is refused`(hex: String) throws {
        // Cut off, endless, or more than 32 bits.
        let bytes = ByteBuffer(hex: hex)
        let error = #expect(throws: ProtocolError.self) { try MetadataRequest(decoding: bytes, version: 12) }
        #expect(error?.reason == .malformedVarint)
    }

    @Test func `an error names message, field and byte`() throws {
        // Without the place, a bad frame cannot be found in a capture.
        var request = ProduceRequest()
        var topic = ProduceRequest.TopicProduceData()
        topic.name = "orders"
        topic.partitionData = [.init(), .init()]
        topic.partitionData[1].records = .bytes(ByteBuffer(string: "abc"))
        request.topicData = [topic]
        let bytes = try request.encode(version: 7)
        let cut = try #require(bytes.getSlice(at: 0, length: bytes.readableBytes - 1))
        let error = #expect(throws: ProtocolError.self) { try ProduceRequest(decoding: cut, version: 7) }
        #expect(
            error?.description
                == "ProduceRequest.topicData[0].partitionData[1].records at byte 40: needs 3 bytes and 2 are left")
    }

    @Test func `an error inside a tagged field counts from the start of the message`() throws {
        // Tagged fields are cut out before they are read; the place must not be lost with that.
        var response = FetchResponse()
        var topic = FetchResponse.FetchableTopicResponse()
        var partition = FetchResponse.PartitionData()
        partition.unknownTaggedFields = [TaggedField(tag: 0, data: ByteBuffer(bytes: [0, 0, 0]))]
        topic.partitions = [partition]
        response.responses = [topic]
        let bytes = try response.encode(version: 12)
        let error = #expect(throws: ProtocolError.self) { try FetchResponse(decoding: bytes, version: 12) }
        #expect(error?.field == "responses[0].partitions[0].divergingEpoch.epoch")
        #expect(error?.reason == .unexpectedEnd(needed: 4, available: 3))
        #expect(error?.offset == bytes.readableBytes - 5)
    }

    @Test func `versions that do not exist are refused`() {
        // The version comes from the peer as well.
        for version: Int16 in [-1, 18, .min, .max] {
            let error = #expect(throws: ProtocolError.self) {
                try FetchRequest(decoding: ByteBuffer(), version: version)
            }
            #expect(error?.reason == .unsupportedVersion(version))
            #expect(throws: ProtocolError.self) { try FetchRequest().encode(version: version) }
        }
    }

    @Test func `metadata records of unknown kind, frame or version are refused`() throws {
        // A log written by a newer controller must stop the reader, not mislead it.
        func reason(_ hex: String) throws -> ProtocolError.Reason? {
            let bytes = ByteBuffer(hex: hex)
            return #expect(throws: ProtocolError.self) { try MetadataRecord(decoding: bytes) }?.reason
        }
        #expect(try reason("") == .malformedVarint)
        #expect(try reason("021400") == .unknownFrameVersion(2))
        #expect(try reason("011200") == .unknownRecordType(18))
        #expect(try reason("011401") == .unsupportedVersion(1))
        #expect(try reason("0114ffffffff0f") == .unsupportedVersion(.max))
    }
}
