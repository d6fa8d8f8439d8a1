import KafkaProtocol
import NIOCore

/// FindCoordinator (key 10), versions 0-6.
///
/// A group's coordinator is the leader of the partition of `__consumer_offsets` that its name falls on. The topic is
/// created when it is first asked for; until it has a leader the answer is COORDINATOR_NOT_AVAILABLE.
///
/// Not done: transactions (key type 1: TRANSACTIONAL_ID_AUTHORIZATION_FAILED, the only error that every client takes as
/// final; upon any other, some ask again until their time is up) and share groups (key type 2: INVALID_REQUEST).
extension Broker {
    mutating func handleFindCoordinator(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try FindCoordinatorRequest(decoding: body, version: context.version)
        let keys = context.version >= 4 ? request.coordinatorKeys : [request.key]
        let found = keys.map { findCoordinator(of: $0, type: request.keyType) }
        var response = FindCoordinatorResponse()
        if context.version >= 4 {
            response.coordinators = found
        } else if let only = found.first {
            response.errorCode = only.errorCode
            response.errorMessage = only.errorMessage
            response.nodeId = only.nodeId
            response.host = only.host
            response.port = only.port
        }
        respond(context, with: response)
    }

    private mutating func findCoordinator(of key: String, type: Int8) -> FindCoordinatorResponse.Coordinator {
        var result = FindCoordinatorResponse.Coordinator()
        result.key = key
        result.nodeId = .none
        result.port = -1
        result.errorMessage = nil
        switch type {
        case 0: break
        case 1:
            result.errorCode = .transactionalIdAuthorizationFailed
            result.errorMessage = "klamm has no transactions yet: leave transactional.id unset"
            return result
        default:
            result.errorCode = .invalidRequest
            return result
        }
        if key.isEmpty {
            result.errorCode = .invalidGroupId
            return result
        }
        guard let topic = image.topic(named: Self.offsetsTopic), !topic.partitions.isEmpty else {
            autoCreate([Self.offsetsTopic])
            result.errorCode = .coordinatorNotAvailable
            return result
        }
        let number = Int(GroupPartition.partition(forGroup: key, count: Int32(topic.partitions.count)))
        let partition = topic.partitions[number]
        guard let leader = image.broker(partition.leader), !leader.fenced, let listener = leader.listeners.first else {
            result.errorCode = .coordinatorNotAvailable
            return result
        }
        result.nodeId = leader.id
        result.host = listener.host
        result.port = Int32(listener.port)
        return result
    }
}
