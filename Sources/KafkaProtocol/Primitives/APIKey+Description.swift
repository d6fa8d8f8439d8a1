/// What must be known of an API before its request can be read: Kafka's name for it, and the first version whose
/// header is flexible. Covers all APIs of Kafka 3.9 with KRaft, so that a request which we do not serve is still named.
private struct APIDescription {
    var key: APIKey
    var name: String
    /// Nil if no version is flexible.
    var firstFlexibleVersion: Int16?

    init(_ key: APIKey, _ name: String, flexibleFrom firstFlexibleVersion: Int16?) {
        self.key = key
        self.name = name
        self.firstFlexibleVersion = firstFlexibleVersion
    }

    static let all: [Self] = [
        Self(.produce, "Produce", flexibleFrom: 9),
        Self(.fetch, "Fetch", flexibleFrom: 12),
        Self(.listOffsets, "ListOffsets", flexibleFrom: 6),
        Self(.metadata, "Metadata", flexibleFrom: 9),
        Self(.offsetCommit, "OffsetCommit", flexibleFrom: 8),
        Self(.offsetFetch, "OffsetFetch", flexibleFrom: 6),
        Self(.findCoordinator, "FindCoordinator", flexibleFrom: 3),
        Self(.joinGroup, "JoinGroup", flexibleFrom: 6),
        Self(.heartbeat, "Heartbeat", flexibleFrom: 4),
        Self(.leaveGroup, "LeaveGroup", flexibleFrom: 4),
        Self(.syncGroup, "SyncGroup", flexibleFrom: 4),
        Self(.describeGroups, "DescribeGroups", flexibleFrom: 5),
        Self(.listGroups, "ListGroups", flexibleFrom: 3),
        Self(.saslHandshake, "SaslHandshake", flexibleFrom: nil),
        Self(.apiVersions, "ApiVersions", flexibleFrom: 3),
        Self(.createTopics, "CreateTopics", flexibleFrom: 5),
        Self(.deleteTopics, "DeleteTopics", flexibleFrom: 4),
        Self(.deleteRecords, "DeleteRecords", flexibleFrom: 2),
        Self(.initProducerId, "InitProducerId", flexibleFrom: 2),
        Self(.offsetForLeaderEpoch, "OffsetForLeaderEpoch", flexibleFrom: 4),
        Self(.addPartitionsToTxn, "AddPartitionsToTxn", flexibleFrom: 3),
        Self(.addOffsetsToTxn, "AddOffsetsToTxn", flexibleFrom: 3),
        Self(.endTxn, "EndTxn", flexibleFrom: 3),
        Self(.writeTxnMarkers, "WriteTxnMarkers", flexibleFrom: 1),
        Self(.txnOffsetCommit, "TxnOffsetCommit", flexibleFrom: 3),
        Self(.describeAcls, "DescribeAcls", flexibleFrom: 2),
        Self(.createAcls, "CreateAcls", flexibleFrom: 2),
        Self(.deleteAcls, "DeleteAcls", flexibleFrom: 2),
        Self(.describeConfigs, "DescribeConfigs", flexibleFrom: 4),
        Self(.alterConfigs, "AlterConfigs", flexibleFrom: 2),
        Self(.alterReplicaLogDirs, "AlterReplicaLogDirs", flexibleFrom: 2),
        Self(.describeLogDirs, "DescribeLogDirs", flexibleFrom: 2),
        Self(.saslAuthenticate, "SaslAuthenticate", flexibleFrom: 2),
        Self(.createPartitions, "CreatePartitions", flexibleFrom: 2),
        Self(.createDelegationToken, "CreateDelegationToken", flexibleFrom: 2),
        Self(.renewDelegationToken, "RenewDelegationToken", flexibleFrom: 2),
        Self(.expireDelegationToken, "ExpireDelegationToken", flexibleFrom: 2),
        Self(.describeDelegationToken, "DescribeDelegationToken", flexibleFrom: 2),
        Self(.deleteGroups, "DeleteGroups", flexibleFrom: 2),
        Self(.electLeaders, "ElectLeaders", flexibleFrom: 2),
        Self(.incrementalAlterConfigs, "IncrementalAlterConfigs", flexibleFrom: 1),
        Self(.alterPartitionReassignments, "AlterPartitionReassignments", flexibleFrom: 0),
        Self(.listPartitionReassignments, "ListPartitionReassignments", flexibleFrom: 0),
        Self(.offsetDelete, "OffsetDelete", flexibleFrom: nil),
        Self(.describeClientQuotas, "DescribeClientQuotas", flexibleFrom: 1),
        Self(.alterClientQuotas, "AlterClientQuotas", flexibleFrom: 1),
        Self(.describeUserScramCredentials, "DescribeUserScramCredentials", flexibleFrom: 0),
        Self(.alterUserScramCredentials, "AlterUserScramCredentials", flexibleFrom: 0),
        Self(.vote, "Vote", flexibleFrom: 0),
        Self(.beginQuorumEpoch, "BeginQuorumEpoch", flexibleFrom: 1),
        Self(.endQuorumEpoch, "EndQuorumEpoch", flexibleFrom: 1),
        Self(.describeQuorum, "DescribeQuorum", flexibleFrom: 0),
        Self(.alterPartition, "AlterPartition", flexibleFrom: 0),
        Self(.updateFeatures, "UpdateFeatures", flexibleFrom: 0),
        Self(.fetchSnapshot, "FetchSnapshot", flexibleFrom: 0),
        Self(.describeCluster, "DescribeCluster", flexibleFrom: 0),
        Self(.describeProducers, "DescribeProducers", flexibleFrom: 0),
        Self(.brokerRegistration, "BrokerRegistration", flexibleFrom: 0),
        Self(.brokerHeartbeat, "BrokerHeartbeat", flexibleFrom: 0),
        Self(.unregisterBroker, "UnregisterBroker", flexibleFrom: 0),
        Self(.describeTransactions, "DescribeTransactions", flexibleFrom: 0),
        Self(.listTransactions, "ListTransactions", flexibleFrom: 0),
        Self(.allocateProducerIds, "AllocateProducerIds", flexibleFrom: 0),
        Self(.consumerGroupHeartbeat, "ConsumerGroupHeartbeat", flexibleFrom: 0),
        Self(.consumerGroupDescribe, "ConsumerGroupDescribe", flexibleFrom: 0),
        Self(.controllerRegistration, "ControllerRegistration", flexibleFrom: 0),
        Self(.getTelemetrySubscriptions, "GetTelemetrySubscriptions", flexibleFrom: 0),
        Self(.pushTelemetry, "PushTelemetry", flexibleFrom: 0),
        Self(.assignReplicasToDirs, "AssignReplicasToDirs", flexibleFrom: 0),
        Self(.listClientMetricsResources, "ListClientMetricsResources", flexibleFrom: 0),
        Self(.describeTopicPartitions, "DescribeTopicPartitions", flexibleFrom: 0),
        Self(.shareGroupHeartbeat, "ShareGroupHeartbeat", flexibleFrom: 0),
        Self(.shareGroupDescribe, "ShareGroupDescribe", flexibleFrom: 0),
        Self(.shareFetch, "ShareFetch", flexibleFrom: 0),
        Self(.shareAcknowledge, "ShareAcknowledge", flexibleFrom: 0),
        Self(.addRaftVoter, "AddRaftVoter", flexibleFrom: 0),
        Self(.removeRaftVoter, "RemoveRaftVoter", flexibleFrom: 0),
        Self(.updateRaftVoter, "UpdateRaftVoter", flexibleFrom: 0),
        Self(.initializeShareGroupState, "InitializeShareGroupState", flexibleFrom: 0),
        Self(.readShareGroupState, "ReadShareGroupState", flexibleFrom: 0),
        Self(.writeShareGroupState, "WriteShareGroupState", flexibleFrom: 0),
        Self(.deleteShareGroupState, "DeleteShareGroupState", flexibleFrom: 0),
        Self(.readShareGroupStateSummary, "ReadShareGroupStateSummary", flexibleFrom: 0),
    ]

    /// By API key, with gaps where Kafka has none.
    static let byKey: [Self?] = {
        let last = all.map(\.key.rawValue).max() ?? 0
        return (0...last).map { key in all.first { $0.key.rawValue == key } }
    }()
}

extension APIKey: CustomStringConvertible {
    private var entry: APIDescription? {
        let index = Int(rawValue)
        return APIDescription.byKey.indices.contains(index) ? APIDescription.byKey[index] : nil
    }

    /// Whether Kafka 3.9 has this API.
    package var isKnown: Bool { entry != nil }

    package var description: String { entry?.name ?? "API key \(rawValue)" }

    /// The version of the request header before a request of this version; nil if the API is unknown.
    package func requestHeaderVersion(apiVersion: Int16) -> Int16? {
        guard let entry else { return nil }
        guard let first = entry.firstFlexibleVersion else { return 1 }
        return apiVersion >= first ? 2 : 1
    }
}
