import KafkaProtocol
import NIOCore

/// DescribeCluster (key 60), versions 0-1: the live brokers. The controller that it names is a live broker, as in
/// Metadata.
///
/// Not done: the controllers' endpoints (type 2: MISMATCHED_ENDPOINT_TYPE).
extension Broker {
    mutating func handleDescribeCluster(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try DescribeClusterRequest(decoding: body, version: context.version)
        var response = DescribeClusterResponse()
        response.clusterId = settings.clusterID
        guard request.endpointType == 1 else {
            response.errorCode = request.endpointType == 2 ? .mismatchedEndpointType : .unsupportedEndpointType
            response.errorMessage = "brokers tell of brokers only"
            return respond(context, with: response)
        }
        response.controllerId = controllerForClients
        if request.includeClusterAuthorizedOperations {
            response.clusterAuthorizedOperations = AuthorizedOperations.onCluster
        }
        response.brokers = liveBrokers.map { broker, listener in
            var result = DescribeClusterResponse.DescribeClusterBroker()
            result.brokerId = broker.id
            result.host = listener.host
            result.port = Int32(listener.port)
            result.rack = broker.rack
            return result
        }
        respond(context, with: response)
    }
}
