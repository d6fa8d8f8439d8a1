import KafkaProtocol

/// A request that only the active controller may serve: a client's, which brokers pass on as it came, or a broker's own.
protocol ControllerRequest: KafkaRequest {
    /// The answer that says of everything asked for that it failed, as when no controller was there in time.
    func failed(_ error: ErrorCode, version: Int16) -> Response
    /// How long the client waits, where the request says so.
    var ownTimeoutMs: Int32? { get }
}

extension ControllerRequest {
    var ownTimeoutMs: Int32? { nil }
}

enum ControllerRequests {
    /// Sent by clients.
    static let ofClients: [any ControllerRequest.Type] = [
        CreateTopicsRequest.self, DeleteTopicsRequest.self, CreatePartitionsRequest.self, AlterConfigsRequest.self,
        IncrementalAlterConfigsRequest.self, ElectLeadersRequest.self, AlterPartitionReassignmentsRequest.self,
        ListPartitionReassignmentsRequest.self, UnregisterBrokerRequest.self, DescribeQuorumRequest.self,
    ]
    /// Sent by brokers alone.
    static let ofBrokers: [any ControllerRequest.Type] = [
        BrokerRegistrationRequest.self, BrokerHeartbeatRequest.self, AlterPartitionRequest.self,
        AllocateProducerIdsRequest.self,
    ]

    static func type(of key: APIKey) -> (any ControllerRequest.Type)? {
        ofClients.first { $0.apiKey == key } ?? ofBrokers.first { $0.apiKey == key }
    }
}

extension CreateTopicsRequest: ControllerRequest {
    var ownTimeoutMs: Int32? { timeoutMs }

    func failed(_ error: ErrorCode, version: Int16) -> CreateTopicsResponse {
        var response = CreateTopicsResponse()
        response.topics = topics.map {
            var topic = CreateTopicsResponse.CreatableTopicResult()
            topic.name = $0.name
            topic.errorCode = error
            return topic
        }
        return response
    }
}

extension DeleteTopicsRequest: ControllerRequest {
    var ownTimeoutMs: Int32? { timeoutMs }

    func failed(_ error: ErrorCode, version: Int16) -> DeleteTopicsResponse {
        let named = version >= 6 ? topics.map { ($0.name, $0.topicId) } : topicNames.map { ($0, Uuid.zero) }
        var response = DeleteTopicsResponse()
        response.responses = named.map { name, id in
            var topic = DeleteTopicsResponse.DeletableTopicResult()
            topic.name = name
            topic.topicId = id
            topic.errorCode = error
            return topic
        }
        return response
    }
}

extension CreatePartitionsRequest: ControllerRequest {
    var ownTimeoutMs: Int32? { timeoutMs }

    func failed(_ error: ErrorCode, version: Int16) -> CreatePartitionsResponse {
        var response = CreatePartitionsResponse()
        response.results = topics.map {
            var topic = CreatePartitionsResponse.CreatePartitionsTopicResult()
            topic.name = $0.name
            topic.errorCode = error
            return topic
        }
        return response
    }
}

extension AlterConfigsRequest: ControllerRequest {
    func failed(_ error: ErrorCode, version: Int16) -> AlterConfigsResponse {
        var response = AlterConfigsResponse()
        response.responses = resources.map {
            var resource = AlterConfigsResponse.AlterConfigsResourceResponse()
            resource.resourceType = $0.resourceType
            resource.resourceName = $0.resourceName
            resource.errorCode = error
            return resource
        }
        return response
    }
}

extension IncrementalAlterConfigsRequest: ControllerRequest {
    func failed(_ error: ErrorCode, version: Int16) -> IncrementalAlterConfigsResponse {
        var response = IncrementalAlterConfigsResponse()
        response.responses = resources.map {
            var resource = IncrementalAlterConfigsResponse.AlterConfigsResourceResponse()
            resource.resourceType = $0.resourceType
            resource.resourceName = $0.resourceName
            resource.errorCode = error
            return resource
        }
        return response
    }
}

extension ElectLeadersRequest: ControllerRequest {
    var ownTimeoutMs: Int32? { timeoutMs }

    func failed(_ error: ErrorCode, version: Int16) -> ElectLeadersResponse {
        var response = ElectLeadersResponse()
        // Version 0 has no place for an error of the whole.
        if version >= 1 { response.errorCode = error }
        response.replicaElectionResults = (topicPartitions ?? []).map { wanted in
            var topic = ElectLeadersResponse.ReplicaElectionResult()
            topic.topic = wanted.topic
            topic.partitionResult = wanted.partitions.map {
                var partition = ElectLeadersResponse.PartitionResult()
                partition.partitionId = $0
                partition.errorCode = error
                return partition
            }
            return topic
        }
        return response
    }
}

extension AlterPartitionReassignmentsRequest: ControllerRequest {
    var ownTimeoutMs: Int32? { timeoutMs }

    func failed(_ error: ErrorCode, version: Int16) -> AlterPartitionReassignmentsResponse {
        var response = AlterPartitionReassignmentsResponse()
        response.errorCode = error
        response.errorMessage = nil
        response.responses = topics.map { wanted in
            var topic = AlterPartitionReassignmentsResponse.ReassignableTopicResponse()
            topic.name = wanted.name
            topic.partitions = wanted.partitions.map {
                var partition = AlterPartitionReassignmentsResponse.ReassignablePartitionResponse()
                partition.partitionIndex = $0.partitionIndex
                partition.errorCode = error
                return partition
            }
            return topic
        }
        return response
    }
}

extension ListPartitionReassignmentsRequest: ControllerRequest {
    func failed(_ error: ErrorCode, version: Int16) -> ListPartitionReassignmentsResponse {
        var response = ListPartitionReassignmentsResponse()
        response.errorCode = error
        response.errorMessage = nil
        return response
    }
}

extension UnregisterBrokerRequest: ControllerRequest {
    func failed(_ error: ErrorCode, version: Int16) -> UnregisterBrokerResponse {
        var response = UnregisterBrokerResponse()
        response.errorCode = error
        response.errorMessage = nil
        return response
    }
}

extension DescribeQuorumRequest: ControllerRequest {
    func failed(_ error: ErrorCode, version: Int16) -> DescribeQuorumResponse {
        var response = DescribeQuorumResponse()
        response.errorCode = error
        response.errorMessage = nil
        return response
    }
}

extension BrokerRegistrationRequest: ControllerRequest {
    func failed(_ error: ErrorCode, version: Int16) -> BrokerRegistrationResponse {
        var response = BrokerRegistrationResponse()
        response.errorCode = error
        return response
    }
}

extension BrokerHeartbeatRequest: ControllerRequest {
    func failed(_ error: ErrorCode, version: Int16) -> BrokerHeartbeatResponse {
        var response = BrokerHeartbeatResponse()
        response.errorCode = error
        return response
    }
}

extension AlterPartitionRequest: ControllerRequest {
    func failed(_ error: ErrorCode, version: Int16) -> AlterPartitionResponse {
        var response = AlterPartitionResponse()
        response.errorCode = error
        return response
    }
}

extension AllocateProducerIdsRequest: ControllerRequest {
    func failed(_ error: ErrorCode, version: Int16) -> AllocateProducerIdsResponse {
        var response = AllocateProducerIdsResponse()
        response.errorCode = error
        return response
    }
}
