import NIOCore

/// A request as it travels: header and body, without the size before it.
package enum RequestFrame {
    package static func encode<Request: KafkaRequest>(
        _ request: consuming Request, version: Int16, correlationId: Int32, clientId: String?
    ) throws(ProtocolError) -> ByteBuffer {
        var header = RequestHeader()
        header.requestApiKey = Request.apiKey
        header.requestApiVersion = version
        header.correlationId = correlationId
        header.clientId = clientId
        var encoder = MessageEncoder(keepsPayloads: false)
        try encoder.append(header, version: Request.headerVersion(version))
        try encoder.append(request, version: version)
        return encoder.buffer
    }

    /// Reads the header and leaves the body. Fails for an API key that Kafka does not have, since the header's own
    /// layout hangs on it.
    package static func decodeHeader(from frame: inout ByteBuffer) throws(ProtocolError) -> RequestHeader {
        // Key and version stand first in every version of the header, and say which one it is.
        guard let key = frame.getInteger(at: frame.readerIndex, as: Int16.self),
            let apiVersion = frame.getInteger(at: frame.readerIndex + 2, as: Int16.self)
        else {
            // It is too short for any, and this says so.
            return try RequestHeader(decodingFrom: &frame, version: 0)
        }
        guard let version = APIKey(rawValue: key).requestHeaderVersion(apiVersion: apiVersion) else {
            throw ProtocolError(.unknownAPIKey(key), field: "requestApiKey", offset: 0).inside(RequestHeader.self)
        }
        return try RequestHeader(decodingFrom: &frame, version: version)
    }
}

/// A response as it travels: header and body, without the size before it.
package enum ResponseFrame {
    package static func encode<Response: KafkaResponse>(
        _ response: consuming Response, apiVersion: Int16, correlationId: Int32
    ) throws(ProtocolError) -> [Payload] {
        var header = ResponseHeader()
        header.correlationId = correlationId
        var encoder = MessageEncoder(keepsPayloads: true)
        try encoder.append(header, version: Response.headerVersion(apiVersion))
        try encoder.append(response, version: apiVersion)
        return encoder.finish()
    }

    package static func decode<Response: KafkaResponse>(
        _ type: Response.Type, apiVersion: Int16, from frame: ByteBuffer
    ) throws(ProtocolError) -> (correlationId: Int32, response: Response) {
        var rest = frame
        let header = try ResponseHeader(decodingFrom: &rest, version: Response.headerVersion(apiVersion))
        return (header.correlationId, try Response(decoding: rest, version: apiVersion))
    }
}
