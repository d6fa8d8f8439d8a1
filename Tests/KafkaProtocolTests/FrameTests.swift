import KafkaProtocol
import NIOCore
import Testing

/// Headers and bodies together, as they travel.
@Suite struct FrameTests {
    @Test(arguments: Int16(0)...11)
    func `a request comes back from its frame`(version: Int16) throws {
        // Versions 9 and up have the flexible header.
        var request = ProduceRequest()
        request.acks = -1
        let frame = try RequestFrame.encode(request, version: version, correlationId: 7, clientId: "me")
        var rest = frame
        let header = try RequestFrame.decodeHeader(from: &rest)
        #expect(header.requestApiKey == .produce)
        #expect(header.requestApiVersion == version)
        #expect(header.correlationId == 7)
        #expect(header.clientId == "me")
        #expect(try ProduceRequest(decoding: rest, version: version) == request)
    }

    @Test func `the header of a version yet to come can be read`() throws {
        // ApiVersions must be answered even in a version that we do not know.
        var header = RequestHeader()
        header.requestApiKey = .apiVersions
        header.requestApiVersion = 99
        var frame = try header.encode(version: 2)
        #expect(try RequestFrame.decodeHeader(from: &frame) == header)
    }

    @Test func `a request of an unknown API is refused`() throws {
        // Its header's version cannot be known; the connection is closed.
        var frame = ByteBuffer(hex: "03e7000000000001ffff")
        let error = #expect(throws: ProtocolError.self) { try RequestFrame.decodeHeader(from: &frame) }
        #expect(error?.reason == .unknownAPIKey(999))
        var negative = ByteBuffer(hex: "8000000000000001ffff")
        #expect(throws: ProtocolError.self) { try RequestFrame.decodeHeader(from: &negative) }
    }

    @Test func `the answer to ApiVersions has the old header in every version`() throws {
        // A client reads it before it knows which versions the broker speaks.
        var response = ApiVersionsResponse()
        response.errorCode = .unsupportedVersion
        for version in ApiVersionsResponse.versions {
            let parts = try ResponseFrame.encode(response, apiVersion: version, correlationId: 5)
            #expect(joined(parts).hex.hasPrefix("000000050023"))
        }
    }

    @Test func `records in a file stay there`() throws {
        // Large answers go from the file to the socket; the bytes around them come in their order.
        var response = FetchResponse()
        var topic = FetchResponse.FetchableTopicResponse()
        let records: [Payload] = [
            .file(FileID(rawValue: 9), offset: 100, length: 50), .bytes(ByteBuffer(string: "small")),
            .bytes(ByteBuffer(repeating: 1, count: 10_000)),
        ]
        topic.partitions = records.map {
            var partition = FetchResponse.PartitionData()
            partition.records = $0
            return partition
        }
        response.responses = [topic]
        let parts = try ResponseFrame.encode(response, apiVersion: 12, correlationId: 1)
        #expect(parts.count == 5)
        #expect(parts[1] == records[0])
        #expect(parts[3] == records[2])
        // The same answer with the file's bytes in place is as long, and reads back.
        topic.partitions[0].records = .bytes(ByteBuffer(repeating: 0, count: 50))
        var resident = response
        resident.responses = [topic]
        let whole = joined(try ResponseFrame.encode(resident, apiVersion: 12, correlationId: 1))
        #expect(whole.readableBytes == parts.reduce(0) { $0 + $1.count })
        let (correlationId, decoded) = try ResponseFrame.decode(FetchResponse.self, apiVersion: 12, from: whole)
        #expect(correlationId == 1)
        #expect(decoded == resident)
        let error = #expect(throws: ProtocolError.self) { try response.encode(version: 12) }
        #expect(error?.reason == .recordsInFile)
    }

    @Test func `bytes after a message are left`() throws {
        // Kafka ignores them; whoever frames messages himself finds them.
        var bytes = try HeartbeatRequest().encode(version: 0)
        bytes.writeInteger(UInt8(42))
        #expect(try HeartbeatRequest(decoding: bytes, version: 0) == HeartbeatRequest())
        _ = try HeartbeatRequest(decodingFrom: &bytes, version: 0)
        #expect(bytes.readableBytes == 1)
    }

    private func joined(_ parts: [Payload]) -> ByteBuffer {
        var buffer = ByteBuffer()
        for case .bytes(let bytes) in parts { buffer.writeImmutableBuffer(bytes) }
        return buffer
    }
}
