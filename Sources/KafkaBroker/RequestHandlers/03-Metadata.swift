import KafkaProtocol
import NIOCore
import OrderedCollections

/// Metadata (key 3), versions 0-12.
///
/// Tells of live brokers (registered and not fenced) and of all or the named topics, by name or from version 10 on by
/// id. The controller that it names is the first live broker: controllers are nodes of their own without a port, and any
/// broker passes administration on. A topic that does not exist is created if the request and
/// `auto.create.topics.enable` allow it: the controller is asked, and the client is told LEADER_NOT_AVAILABLE and tries
/// again, which clients take better than UNKNOWN_TOPIC_OR_PARTITION.
extension Broker {
    static let offsetsTopic = "__consumer_offsets"

    mutating func handleMetadata(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try MetadataRequest(decoding: body, version: context.version)
        var response = MetadataResponse()
        response.brokers = liveBrokers.map { broker, listener in
            var result = MetadataResponse.MetadataResponseBroker()
            result.nodeId = broker.id
            result.host = listener.host
            result.port = Int32(listener.port)
            result.rack = broker.rack
            return result
        }
        response.clusterId = settings.clusterID
        response.controllerId = controllerForClients
        // Version 0 has no null: there an empty list stands for all topics.
        let wanted = context.version == 0 && request.topics?.isEmpty == true ? nil : request.topics
        if let wanted {
            var missing: [String] = []
            let mayCreate = settings.autoCreateTopicsEnable && (context.version < 4 || request.allowAutoTopicCreation)
            for topic in wanted {
                response.topics.append(describe(topic, mayCreate: mayCreate, &missing, context))
            }
            autoCreate(missing)
        } else {
            for topic in image.topics { response.topics.append(describe(topic, context)) }
        }
        if request.includeTopicAuthorizedOperations {
            for index in response.topics.indices where response.topics[index].errorCode == .none {
                response.topics[index].topicAuthorizedOperations = AuthorizedOperations.onTopic
            }
        }
        // Later versions lack it: DescribeCluster tells it there.
        if request.includeClusterAuthorizedOperations, (8...10).contains(context.version) {
            response.clusterAuthorizedOperations = AuthorizedOperations.onCluster
        }
        respond(context, with: response)
    }

    /// Brokers that clients may be sent to, with their listener.
    var liveBrokers: [(BrokerRegistration, BrokerRegistration.Listener)] {
        image.brokers.compactMap { broker in
            guard !broker.fenced, let listener = broker.listeners.first else { return nil }
            return (broker, listener)
        }
    }

    var controllerForClients: BrokerID { liveBrokers.first?.0.id ?? .none }

    private func describe(
        _ wanted: MetadataRequest.MetadataRequestTopic, mayCreate: Bool, _ missing: inout [String],
        _ context: RequestContext
    ) -> MetadataResponse.MetadataResponseTopic {
        var result = MetadataResponse.MetadataResponseTopic()
        if wanted.topicId != .zero, context.version >= 10 {
            if let topic = image.topic(wanted.topicId) { return describe(topic, context) }
            result.topicId = wanted.topicId
            result.name = context.version >= 12 ? nil : ""
            result.errorCode = .unknownTopicId
            return result
        }
        let name = wanted.name ?? ""
        if let topic = image.topic(named: name) { return describe(topic, context) }
        result.name = name
        result.isInternal = Self.isInternal(name)
        if TopicName.problem(with: name) != nil {
            result.errorCode = .invalidTopicException
        } else if mayCreate {
            result.errorCode = .leaderNotAvailable
            missing.append(name)
        } else {
            result.errorCode = .unknownTopicOrPartition
        }
        return result
    }

    private func describe(_ topic: TopicImage, _ context: RequestContext) -> MetadataResponse.MetadataResponseTopic {
        var result = MetadataResponse.MetadataResponseTopic()
        result.name = topic.name
        result.topicId = topic.id
        result.isInternal = topic.isInternal
        result.partitions = topic.partitions.enumerated().map { index, partition in
            var data = MetadataResponse.MetadataResponsePartition()
            data.partitionIndex = Int32(index)
            data.leaderId = partition.leader
            data.leaderEpoch = partition.leaderEpoch
            data.replicaNodes = partition.replicas
            data.isrNodes = partition.isr
            data.offlineReplicas = partition.replicas.filter { !isLive($0) }
            if partition.leader == .none || !isLive(partition.leader) {
                data.errorCode = .leaderNotAvailable
                data.leaderId = .none
            }
            return data
        }
        return result
    }

    private func isLive(_ id: BrokerID) -> Bool { image.broker(id).map { !$0.fenced } ?? false }

    static func isInternal(_ topic: String) -> Bool { topic == offsetsTopic || topic == "__transaction_state" }

    // MARK: Creation

    /// Asks the controller for topics, unless it was asked already and has not answered.
    mutating func autoCreate(_ names: [String]) {
        let new = OrderedSet(names.filter { !topicsBeingCreated.contains($0) })
        if new.isEmpty { return }
        topicsBeingCreated.formUnion(new)
        // Fenced ones count: they come back, and a topic keeps its replication factor for ever.
        let brokerCount = Int16(clamping: max(1, image.brokers.count))
        var request = CreateTopicsRequest()
        request.timeoutMs = Int32(clamping: settings.requestTimeout.wholeMilliseconds)
        request.topics = new.map { name in
            var topic = CreateTopicsRequest.CreatableTopic()
            topic.name = name
            if name == Self.offsetsTopic {
                topic.numPartitions = settings.offsetsTopicNumPartitions
                topic.replicationFactor = min(settings.offsetsTopicReplicationFactor, brokerCount)
                topic.configs = [
                    ("cleanup.policy", "compact"), ("compression.type", "producer"), ("segment.bytes", "104857600"),
                ].map { name, value in
                    var config = CreateTopicsRequest.CreatableTopicConfig()
                    config.name = name
                    config.value = value
                    return config
                }
            } else {
                topic.numPartitions = settings.numPartitions
                topic.replicationFactor = min(settings.defaultReplicationFactor, brokerCount)
            }
            return topic
        }
        send(request, version: 7, to: controller, .autoCreateTopics(Array(new)), timeout: settings.requestTimeout)
    }

    /// Created, refused or lost: the next client that asks sees which, or sets it off again.
    mutating func autoCreationEnded(_ names: [String]) {
        for name in names { topicsBeingCreated.remove(name) }
    }
}
