import NIOCore

/// What stands before every request. Version 0 lacks the client id, version 2 is flexible.
package struct RequestHeader: KafkaMessage {
    package static let versions: ClosedRange<Int16> = 0...2
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var requestApiKey = APIKey.produce
    package var requestApiVersion: Int16 = 0
    package var correlationId: Int32 = 0
    package var clientId: String? = ""
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("requestApiKey", &requestApiKey.rawValue)
        try coder.field("requestApiVersion", &requestApiVersion)
        try coder.field("correlationId", &correlationId)
        if version >= 1 { try coder.fixedLengthString("clientId", &clientId) }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// What stands before every response. Version 1 is flexible.
package struct ResponseHeader: KafkaMessage {
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 1...

    package var correlationId: Int32 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("correlationId", &correlationId)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
