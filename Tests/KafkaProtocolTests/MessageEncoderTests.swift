import KafkaProtocol
import NIOCore
import Testing

/// What a message may not say in a version that cannot carry it.
@Suite struct MessageEncoderTests {
    private func refusal(_ message: some KafkaMessage, version: Int16) -> ProtocolError? {
        #expect(throws: ProtocolError.self) { try message.encode(version: version) }
    }

    @Test func `null is refused where the version has no null`() {
        // In version 0 null topics would read as a broken message.
        var request = MetadataRequest()
        request.topics = nil
        #expect(refusal(request, version: 0)?.reason == .unexpectedNull)
        #expect(throws: Never.self) { try request.encode(version: 1) }
    }

    @Test func `a field that matters is refused where the version lacks it`() {
        // To drop a transactional id in silence would write outside the transaction.
        var request = ProduceRequest()
        request.transactionalId = "payments"
        let error = refusal(request, version: 2)
        #expect(error?.reason == .fieldNotInVersion(2))
        #expect(error?.field == "transactionalId")
        #expect(throws: Never.self) { try request.encode(version: 3) }
    }

    @Test func `a field that may be missed is dropped`() throws {
        // Kafka marks these as ignorable: an older client does without.
        var response = HeartbeatResponse()
        response.throttleTimeMs = 100
        #expect(try response.encode(version: 0).hex == "0000")
    }

    @Test func `unknown tagged fields are refused where the version has none`() {
        // They cannot be kept, and must not vanish.
        var request = HeartbeatRequest()
        request.unknownTaggedFields = [TaggedField(tag: 5, data: ByteBuffer())]
        #expect(refusal(request, version: 3)?.reason == .fieldNotInVersion(3))
    }

    @Test func `unknown tagged fields take their place among the known`() throws {
        // Readers of Kafka expect tags in rising order.
        var request = FetchRequest()
        request.clusterId = "c"
        request.replicaState.replicaId = 2
        request.unknownTaggedFields = [
            TaggedField(tag: 9, data: ByteBuffer(bytes: [9])), TaggedField(tag: 4, data: ByteBuffer(bytes: [4])),
        ]
        let bytes = try request.encode(version: 15)
        #expect(bytes.hex.hasSuffix("0400020263" + "010d00000002ffffffffffffffff00" + "040104" + "090109"))
        let decoded = try FetchRequest(decoding: bytes, version: 15)
        #expect(decoded.clusterId == "c")
        #expect(decoded.replicaState.replicaId == 2)
        #expect(decoded.unknownTaggedFields.map(\.tag) == [4, 9])
    }

    @Test func `a string longer than its length field is refused`() {
        // Kafka's strings end at 32,767 bytes in every version.
        var request = HeartbeatRequest()
        request.groupId = String(repeating: "x", count: 32_768)
        for version: Int16 in [0, 4] {
            #expect(refusal(request, version: version)?.reason == .lengthOutOfRange(32_768))
        }
        request.groupId.removeLast()
        #expect(throws: Never.self) { try request.encode(version: 4) }
    }

    @Test func `bytes are slices of what was read`() throws {
        // A megabyte of records is not copied on its way to the log.
        var request = ProduceRequest()
        request.topicData = [.init()]
        request.topicData[0].partitionData = [.init()]
        request.topicData[0].partitionData[0].records = .bytes(ByteBuffer(repeating: 7, count: 1000))
        let bytes = try request.encode(version: 3)
        let decoded = try ProduceRequest(decoding: bytes, version: 3)
        guard case .bytes(let records)? = decoded.topicData[0].partitionData[0].records else {
            Issue.record("no records")
            return
        }
        let whole = bytes.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
        let slice = records.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
        #expect(slice - whole == UInt(bytes.readableBytes - 1000))
    }
}
