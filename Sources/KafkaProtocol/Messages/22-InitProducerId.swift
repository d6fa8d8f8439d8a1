/// Asks for a producer id, or for a new epoch of one.
///
/// From version 3 on a producer can name the id and epoch that it holds, to go on after an error.
package struct InitProducerIdRequest: KafkaRequest {
    package typealias Response = InitProducerIdResponse

    package static let apiKey = APIKey.initProducerId
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    /// Null for a producer that is idempotent only.
    package var transactionalId: String? = ""
    package var transactionTimeoutMs: Int32 = 0
    package var producerId: Int64 = -1
    package var producerEpoch: Int16 = -1
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("transactionalId", &transactionalId)
        try coder.field("transactionTimeoutMs", &transactionTimeoutMs)
        if version >= 3 {
            try coder.field("producerId", &producerId)
            try coder.field("producerEpoch", &producerEpoch)
        } else {
            try coder.absent("producerId", isDefault: producerId == -1)
            try coder.absent("producerEpoch", isDefault: producerEpoch == -1)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// The producer id and epoch to write with.
package struct InitProducerIdResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...5
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 2...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var producerId: Int64 = -1
    package var producerEpoch: Int16 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("errorCode", &errorCode)
        try coder.field("producerId", &producerId)
        try coder.field("producerEpoch", &producerEpoch)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
