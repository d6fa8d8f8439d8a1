import KafkaProtocol

/// What a producer makes of an error, as `RetriableException` and its like say in Java.
extension ErrorCode {
    /// Tried again with the same sequence.
    var isRetriableProduce: Bool {
        switch self {
        case .networkException, .requestTimedOut, .notEnoughReplicas, .notEnoughReplicasAfterAppend, .corruptMessage,
            .throttlingQuotaExceeded:
            true
        default: asksForMetadata
        }
    }

    /// Whoever leads or exists has changed.
    var asksForMetadata: Bool {
        switch self {
        case .notLeaderOrFollower, .leaderNotAvailable, .unknownTopicOrPartition, .unknownTopicId, .inconsistentTopicId,
            .fencedLeaderEpoch, .unknownLeaderEpoch, .replicaNotAvailable, .kafkaStorageError, .networkException,
            .listenerNotFound:
            true
        default: false
        }
    }

    /// The broker does not know the sequence before the batch's.
    var losesSequence: Bool { self == .outOfOrderSequenceNumber || self == .unknownProducerId }

    /// Answered before anything was appended. Of other errors an append may have happened: the leader may have lost its
    /// place, or the replicas been too slow, after it.
    var isRefusedProduce: Bool {
        switch self {
        case .notEnoughReplicas, .corruptMessage, .messageTooLarge, .recordListTooLarge, .invalidRecord,
            .invalidTimestamp, .unsupportedVersion, .unsupportedForMessageFormat, .invalidRequiredAcks,
            .invalidTopicException, .unknownTopicOrPartition, .outOfOrderSequenceNumber, .unknownProducerId,
            .invalidProducerEpoch, .unsupportedCompressionType:
            true
        default: false
        }
    }
}
