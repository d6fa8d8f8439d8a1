/// Where a node of the quorum is reached, in answers that name a leader.
package struct QuorumNodeEndpoint: KafkaStruct {
    package var nodeId: BrokerID = 0
    package var host = ""
    package var port: UInt16 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("nodeId", &nodeId)
        try coder.field("host", &host)
        try coder.field("port", &port)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// One listener of a controller.
package struct QuorumListener: KafkaStruct {
    package var name = ""
    package var host = ""
    package var port: UInt16 = 0
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("name", &name)
        try coder.field("host", &host)
        try coder.field("port", &port)
        try coder.unknownTags(&unknownTaggedFields)
    }
}
