/// A broker asks the controller for a block of producer ids.
package struct AllocateProducerIdsRequest: KafkaRequest {
    package typealias Response = AllocateProducerIdsResponse

    package static let apiKey = APIKey.allocateProducerIds
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var brokerId: BrokerID = 0
    package var brokerEpoch: Int64 = -1
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("brokerId", &brokerId)
        try coder.field("brokerEpoch", &brokerEpoch)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// The block: its first id and its length.
package struct AllocateProducerIdsResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...0
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var producerIdStart: Int64 = 0
    package var producerIdLen: Int32 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("errorCode", &errorCode)
        try coder.field("producerIdStart", &producerIdStart)
        try coder.field("producerIdLen", &producerIdLen)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
