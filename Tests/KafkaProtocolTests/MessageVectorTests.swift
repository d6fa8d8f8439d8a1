import Foundation
import KafkaProtocol
import NIOCore
import Testing

/// Every message against the bytes and JSON that Apache Kafka's own classes wrote for it.
@Suite struct MessageVectorTests {
    @Test(arguments: MessageList.all.map { "\($0)" })
    func `Vectors decode, compare and encode to the same bytes`(name: String) throws {
        // A field out of place or under a wrong name would talk past every client.
        let type = try #require(MessageList.type(named: name))
        let vectors = try MessageVector.all(of: name)
        #expect(vectors.count > 0)
        #expect(Set(vectors.map(\.version)) == Set(type.versions), "every version has vectors")
        for vector in vectors { try check(type, vector) }
    }

    private func check<Message: KafkaMessage>(_ type: Message.Type, _ vector: MessageVector) throws {
        let version = vector.version
        let place: Comment = "\(vector.name) v\(version) \(vector.caseName)"
        #expect(type.isFlexible(version) == vector.isFlexible, place)
        var rest = vector.bytes
        var message = try Message(decodingFrom: &rest, version: version)
        #expect(rest.readableBytes == 0, place)

        var coder = JSONCoder(version: version)
        try message.code(with: &coder, version: version)
        #expect(JSON.object(coder.fields) == vector.json, place)
        #expect(Set(coder.unknownTags) == Set(vector.unknownTags), place)

        #expect(try message.encode(version: version).hex == vector.bytes.hex, place)
        let parts = try message.encodeParts(version: version)
        #expect(parts.reduce(0) { $0 + $1.count } == vector.bytes.readableBytes, place)
    }

    @Test func `Vectors tell which header stands before each message`() throws {
        // A header of the wrong version shifts everything behind it.
        for request in MessageList.requests { try checkHeaders(request) }
    }

    private func checkHeaders<Request: KafkaRequest>(_ type: Request.Type) throws {
        for vector in try MessageVector.all(of: "\(type)") {
            let expected = try #require(vector.headerVersion)
            #expect(Int64(type.headerVersion(vector.version)) == expected)
            let known = try #require(type.apiKey.requestHeaderVersion(apiVersion: vector.version))
            #expect(Int64(known) == expected, "\(type) v\(vector.version) in the table of APIs")
        }
        for vector in try MessageVector.all(of: "\(Request.Response.self)") {
            #expect(Int64(Request.Response.headerVersion(vector.version)) == vector.headerVersion)
        }
        #expect("\(type)" == "\(type.apiKey)Request")
    }

    @Test(arguments: MessageList.metadataRecords.map { "\($0)" })
    func `Vectors of metadata records keep their frame`(name: String) throws {
        // Controllers of Apache Kafka read these logs too.
        let type = try #require(MessageList.metadataRecords.first { "\($0)" == name })
        for vector in try MessageVector.all(of: name) { try checkFrame(type, vector) }
    }

    private func checkFrame<Record: MetadataLogRecord>(_ type: Record.Type, _ vector: MessageVector) throws {
        var stored = try #require(vector.framePrefix)
        stored.writeImmutableBuffer(vector.bytes)
        let record = try Record(decoding: vector.bytes, version: vector.version)
        #expect(try record.encodeFramed(version: vector.version).hex == stored.hex)
        if vector.version == type.writtenVersion {
            #expect(try MetadataRecord(decoding: stored).encode().hex == stored.hex)
        } else {
            _ = try MetadataRecord(decoding: stored)
        }
    }

    @Test(arguments: MessageList.versionedRecords.map { "\($0)" })
    func `Vectors of group records keep their version`(name: String) throws {
        // Their version stands before them, and alone says what they are.
        let type = try #require(MessageList.versionedRecords.first { "\($0)" == name })
        for vector in try MessageVector.all(of: name) { try checkVersion(type, vector) }
    }

    private func checkVersion<Record: VersionedRecord>(_ type: Record.Type, _ vector: MessageVector) throws {
        var stored = try #require(vector.framePrefix)
        stored.writeImmutableBuffer(vector.bytes)
        let record = try Record(decodingVersioned: stored)
        #expect(try record.encodeVersioned(version: vector.version).hex == stored.hex)
    }

    @Test func `every message in the sources is in the list`() throws {
        // A message that nobody listed would go unchecked.
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/KafkaProtocol").standardizedFileURL
        let conformances: Set = [
            "KafkaRequest", "KafkaResponse", "KafkaMessage", "MetadataLogRecord", "VersionedRecord",
            "ConsumerProtocolMessage",
        ]
        var found: Set<String> = []
        for folder in ["Primitives", "Messages", "InternalRecords"] {
            let files = try FileManager.default.contentsOfDirectory(
                at: sources.appending(path: folder), includingPropertiesForKeys: nil)
            for file in files {
                let text = try String(contentsOf: file, encoding: .utf8)
                for match in text.matches(of: /package struct (\w+): (\w+)/)
                where conformances.contains(String(match.2)) {
                    found.insert(String(match.1))
                }
            }
        }
        #expect(found == Set(MessageList.all.map { "\($0)" }))
    }

    @Test func `Vector files of messages that klamm lacks are named`() throws {
        // What is skipped must be seen to be skipped.
        let skipped = try Vectors.messageNames().filter { MessageList.type(named: $0) == nil }
        if !skipped.isEmpty {
            print("skipped, \(skipped.count) messages not written: \(skipped.joined(separator: " "))")
        }
        let written = try Vectors.messageNames().count - skipped.count
        #expect(written == MessageList.all.count, "every message has its file")
    }
}
