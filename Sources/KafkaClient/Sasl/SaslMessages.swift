import KafkaProtocol
import NIOCore

/// Names the mechanism; the broker answers with those that it knows.
struct SaslHandshakeRequest: KafkaRequest {
    typealias Response = SaslHandshakeResponse

    static let apiKey = APIKey.saslHandshake
    static let versions: ClosedRange<Int16> = 0...1
    static let flexibleVersions: PartialRangeFrom<Int16>? = nil

    var mechanism = ""

    mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("mechanism", &mechanism)
    }
}

struct SaslHandshakeResponse: KafkaResponse {
    static let versions: ClosedRange<Int16> = 0...1
    static let flexibleVersions: PartialRangeFrom<Int16>? = nil

    var errorCode = ErrorCode.none
    var mechanisms: [String] = []

    mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("errorCode", &errorCode)
        try coder.field("mechanisms", &mechanisms)
    }
}

/// One message of the login, in the mechanism's own form. Version 1 brings the session's lifetime.
struct SaslAuthenticateRequest: KafkaRequest {
    typealias Response = SaslAuthenticateResponse

    static let apiKey = APIKey.saslAuthenticate
    static let versions: ClosedRange<Int16> = 0...2
    static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    var authBytes = ByteBuffer()
    var unknownTaggedFields: [TaggedField] = []

    mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("authBytes", &authBytes)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

struct SaslAuthenticateResponse: KafkaResponse {
    static let versions: ClosedRange<Int16> = 0...2
    static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    var errorCode = ErrorCode.none
    var errorMessage: String?
    var authBytes = ByteBuffer()
    var sessionLifetimeMs: Int64 = 0
    var unknownTaggedFields: [TaggedField] = []

    mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("errorCode", &errorCode)
        try coder.field("errorMessage", &errorMessage)
        try coder.field("authBytes", &authBytes)
        if version >= 1 {
            try coder.field("sessionLifetimeMs", &sessionLifetimeMs)
        } else {
            try coder.absent("sessionLifetimeMs", isDefault: sessionLifetimeMs == 0)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}
