import KafkaProtocol

/// Every message that klamm reads and writes. One that is missing here would go unchecked, so the tests compare this
/// list with the source files.
enum MessageList {
    static let requests: [any KafkaRequest.Type] = [
        ProduceRequest.self,
        FetchRequest.self,
        ListOffsetsRequest.self,
        MetadataRequest.self,
        OffsetCommitRequest.self,
        OffsetFetchRequest.self,
        FindCoordinatorRequest.self,
        JoinGroupRequest.self,
        HeartbeatRequest.self,
        LeaveGroupRequest.self,
        SyncGroupRequest.self,
        DescribeGroupsRequest.self,
        ListGroupsRequest.self,
        ApiVersionsRequest.self,
        CreateTopicsRequest.self,
        DeleteTopicsRequest.self,
        DeleteRecordsRequest.self,
        InitProducerIdRequest.self,
        OffsetForLeaderEpochRequest.self,
        DescribeConfigsRequest.self,
        AlterConfigsRequest.self,
        DescribeLogDirsRequest.self,
        CreatePartitionsRequest.self,
        DeleteGroupsRequest.self,
        OffsetDeleteRequest.self,
        ElectLeadersRequest.self,
        IncrementalAlterConfigsRequest.self,
        VoteRequest.self,
        BeginQuorumEpochRequest.self,
        EndQuorumEpochRequest.self,
        DescribeQuorumRequest.self,
        AlterPartitionReassignmentsRequest.self,
        ListPartitionReassignmentsRequest.self,
        AlterPartitionRequest.self,
        FetchSnapshotRequest.self,
        DescribeClusterRequest.self,
        DescribeProducersRequest.self,
        BrokerRegistrationRequest.self,
        BrokerHeartbeatRequest.self,
        UnregisterBrokerRequest.self,
        AllocateProducerIdsRequest.self,
        ConsumerGroupDescribeRequest.self,
    ]

    static let metadataRecords: [any MetadataLogRecord.Type] = [
        AbortTransactionRecord.self,
        BeginTransactionRecord.self,
        BrokerRegistrationChangeRecord.self,
        ConfigRecord.self,
        EndTransactionRecord.self,
        FeatureLevelRecord.self,
        FenceBrokerRecord.self,
        NoOpRecord.self,
        PartitionChangeRecord.self,
        PartitionRecord.self,
        ProducerIdsRecord.self,
        RegisterBrokerRecord.self,
        RegisterControllerRecord.self,
        RemoveTopicRecord.self,
        TopicRecord.self,
        UnfenceBrokerRecord.self,
        UnregisterBrokerRecord.self,
    ]

    static let versionedRecords: [any VersionedRecord.Type] = [
        ConsumerProtocolAssignment.self, ConsumerProtocolSubscription.self, GroupMetadataKey.self,
        GroupMetadataValue.self, OffsetCommitKey.self, OffsetCommitValue.self,
    ]

    static let controlRecords: [any KafkaMessage.Type] = [
        LeaderChangeMessage.self, SnapshotFooterRecord.self, SnapshotHeaderRecord.self,
    ]

    static let headers: [any KafkaMessage.Type] = [RequestHeader.self, ResponseHeader.self]

    static let all: [any KafkaMessage.Type] =
        requests + requests.map { response(of: $0) } + metadataRecords + versionedRecords
        + controlRecords + headers

    private static func response<Request: KafkaRequest>(of type: Request.Type) -> any KafkaMessage.Type {
        Request.Response.self
    }

    static func type(named name: String) -> (any KafkaMessage.Type)? { all.first { "\($0)" == name } }
}
