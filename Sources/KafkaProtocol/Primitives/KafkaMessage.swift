import NIOCore

/// A whole message: a request, a response, a header or a record of an internal log.
package protocol KafkaMessage: KafkaStruct {
    /// The versions that can be read and written.
    static var versions: ClosedRange<Int16> { get }
    /// The versions with compact lengths and tagged fields; nil if there are none.
    static var flexibleVersions: PartialRangeFrom<Int16>? { get }

    /// `code` with the reader and the writer. As requirements with a default they give each message its own compiled
    /// copy in this module, to which callers in other modules dispatch; without them they would run the generic one.
    mutating func read(with decoder: inout MessageDecoder) throws(ProtocolError)
    mutating func write(with encoder: inout MessageEncoder) throws(ProtocolError)
}

extension KafkaMessage {
    package mutating func read(with decoder: inout MessageDecoder) throws(ProtocolError) {
        try code(with: &decoder, version: decoder.version)
    }

    package mutating func write(with encoder: inout MessageEncoder) throws(ProtocolError) {
        try code(with: &encoder, version: encoder.version)
    }
}

/// A request, with the response that answers it in the same version.
package protocol KafkaRequest: KafkaMessage {
    associatedtype Response: KafkaResponse
    static var apiKey: APIKey { get }
}

package protocol KafkaResponse: KafkaMessage {
    /// The version of the response header before a response of this version.
    static func headerVersion(_ version: Int16) -> Int16
}

extension KafkaResponse {
    package static func headerVersion(_ version: Int16) -> Int16 { isFlexible(version) ? 1 : 0 }
}

extension KafkaRequest {
    /// The version of the request header before a request of this version.
    package static func headerVersion(_ version: Int16) -> Int16 { isFlexible(version) ? 2 : 1 }
}

extension KafkaMessage {
    package static func isFlexible(_ version: Int16) -> Bool { flexibleVersions?.contains(version) ?? false }

    /// Reads a message from the front of `buffer`. Bytes after it are ignored, as Kafka does.
    package init(decoding buffer: ByteBuffer, version: Int16) throws(ProtocolError) {
        var rest = buffer
        try self.init(decodingFrom: &rest, version: version)
    }

    /// Reads a message from the front of `buffer` and leaves the bytes after it.
    package init(decodingFrom buffer: inout ByteBuffer, version: Int16) throws(ProtocolError) {
        guard Self.versions.contains(version) else {
            throw ProtocolError(.unsupportedVersion(version), field: "", offset: 0).inside(Self.self)
        }
        self.init()
        var decoder = MessageDecoder(buffer, version: version, isFlexible: Self.isFlexible(version))
        do {
            try read(with: &decoder)
        } catch {
            throw error.inside(Self.self)
        }
        buffer = decoder.buffer
    }

    /// The message as bytes; fails where records are still in a file.
    package func encode(version: Int16) throws(ProtocolError) -> ByteBuffer {
        var encoder = MessageEncoder(keepsPayloads: false)
        try encoder.append(self, version: version)
        return encoder.buffer
    }

    /// The message as parts in their order, with records left where they are.
    package func encodeParts(version: Int16) throws(ProtocolError) -> [Payload] {
        var encoder = MessageEncoder(keepsPayloads: true)
        try encoder.append(self, version: version)
        return encoder.finish()
    }
}
