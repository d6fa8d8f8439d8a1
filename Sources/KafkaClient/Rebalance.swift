import CRdkafka
import KafkaProtocol
import Synchronization

/// A change of what a member of a group owns.
package enum Rebalance: Hashable, Sendable {
    case assigned([TopicPartition])
    /// Given up in the course of a rebalance, or `lost`: the group has gone on without this member.
    case revoked([TopicPartition], lost: Bool)
    case failed(ClientError)
}

/// Carries out assignments for a consumer and remembers which partitions were taken away during a poll, because
/// records of theirs that the same poll has already gathered must not be handed out any more.
final class RebalanceObserver: Sendable {
    private let revoked = Mutex<Set<TopicPartition>>([])
    private let handler: (@Sendable (Rebalance) -> Void)?

    init(handler: (@Sendable (Rebalance) -> Void)?) { self.handler = handler }

    func takeRevoked() -> Set<TopicPartition> {
        revoked.withLock { partitions in
            defer { partitions = [] }
            return partitions
        }
    }

    fileprivate func rebalance(_ client: OpaquePointer, _ code: rd_kafka_resp_err_t, _ list: PartitionList?) {
        let partitions = read(list).map(\.partition)
        let isCooperative = rd_kafka_rebalance_protocol(client).map { String(cString: $0) } == "COOPERATIVE"
        let failure: ClientError?
        switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            failure =
                isCooperative
                ? ClientError(consuming: rd_kafka_incremental_assign(client, list))
                : ClientError(rd_kafka_assign(client, list))
            handler?(.assigned(partitions))
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            revoked.withLock { $0.formUnion(partitions) }
            let isLost = rd_kafka_assignment_lost(client) != 0
            handler?(.revoked(partitions, lost: isLost))
            failure =
                isCooperative
                ? ClientError(consuming: rd_kafka_incremental_unassign(client, list))
                : ClientError(rd_kafka_assign(client, nil))
        default:
            rd_kafka_assign(client, nil)
            failure = ClientError(code)
        }
        if let failure { handler?(.failed(failure)) }
    }
}

/// Runs inside poll and close.
func rebalanceCallback(
    client: OpaquePointer?, code: rd_kafka_resp_err_t, list: PartitionList?, opaque: UnsafeMutableRawPointer?
) {
    guard let client else { return }
    CallbackContext.from(opaque)?.rebalances?.rebalance(client, code, list)
}
