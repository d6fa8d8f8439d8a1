/// Asks for the cluster's nodes. Version 1 tells brokers from controllers.
package struct DescribeClusterRequest: KafkaRequest {
    package typealias Response = DescribeClusterResponse

    package static let apiKey = APIKey.describeCluster
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var includeClusterAuthorizedOperations = false
    /// 1 brokers, 2 controllers.
    package var endpointType: Int8 = 1
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("includeClusterAuthorizedOperations", &includeClusterAuthorizedOperations)
        if version >= 1 {
            try coder.field("endpointType", &endpointType)
        } else {
            try coder.absent("endpointType", isDefault: endpointType == 1)
        }
        try coder.unknownTags(&unknownTaggedFields)
    }
}

/// The cluster's nodes. Version 1 brings the endpoint type.
package struct DescribeClusterResponse: KafkaResponse {
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var errorMessage: String?
    package var endpointType: Int8 = 1
    package var clusterId = ""
    package var controllerId = BrokerID.none
    package var brokers: [DescribeClusterBroker] = []
    package var clusterAuthorizedOperations: Int32 = .min
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("throttleTimeMs", &throttleTimeMs)
        try coder.field("errorCode", &errorCode)
        try coder.field("errorMessage", &errorMessage)
        if version >= 1 {
            try coder.field("endpointType", &endpointType)
        } else {
            try coder.absent("endpointType", isDefault: endpointType == 1)
        }
        try coder.field("clusterId", &clusterId)
        try coder.field("controllerId", &controllerId)
        try coder.field("brokers", &brokers)
        try coder.field("clusterAuthorizedOperations", &clusterAuthorizedOperations)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension DescribeClusterResponse {
    package struct DescribeClusterBroker: KafkaStruct {
        package var brokerId: BrokerID = 0
        package var host = ""
        package var port: Int32 = 0
        package var rack: String?
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("brokerId", &brokerId)
            try coder.field("host", &host)
            try coder.field("port", &port)
            try coder.field("rack", &rack)
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
