import KafkaBroker
import KafkaProtocol
import NIOCore

/// What the committed metadata log says, as far as the promises hang on it: partitions, registrations, a few settings.
///
/// Records are replayed in the log's order, each once, when the first controller tells that they are committed.
struct MetadataMirror: Sendable {
    struct PartitionState: Hashable, Sendable {
        var replicas: [BrokerID]
        var isr: [BrokerID]
        var leader: BrokerID
        var leaderEpoch: Int32
        var partitionEpoch: Int32
        var addingReplicas: [BrokerID] = []
        var removingReplicas: [BrokerID] = []

        /// A reassignment is under way.
        var isMoving: Bool { !addingReplicas.isEmpty || !removingReplicas.isEmpty }
    }

    /// What a record changed.
    enum Change {
        case none
        case created(TopicPartition, PartitionState)
        case changed(TopicPartition, from: PartitionState, to: PartitionState)
        case removed([TopicPartition])
        case registered(BrokerID, epoch: Int64)
        case configured
    }

    private let configuration: StaticConfiguration
    private var names: [Uuid: String] = [:]
    private var ids: [String: Uuid] = [:]
    private(set) var partitions: [TopicPartition: PartitionState] = [:]
    private var partitionCounts: [String: Int32] = [:]
    private var topicSettings: [String: [String: String]] = [:]
    private var brokerDefaults: [String: String] = [:]
    private(set) var brokerEpochs: [BrokerID: Int64] = [:]

    init(configuration: StaticConfiguration) { self.configuration = configuration }

    func name(of id: Uuid) -> String? { names[id] }
    func id(of topic: String) -> Uuid? { ids[topic] }

    func partitionCount(of topic: String) -> Int32 { partitionCounts[topic] ?? 0 }

    /// All partitions, sorted.
    var allPartitions: [TopicPartition] { partitions.keys.sorted() }

    func minInsyncReplicas(of topic: String) -> Int {
        Int(setting("min.insync.replicas", of: topic) ?? "") ?? Int(configuration.integer("min.insync.replicas"))
    }

    func allowsUncleanElection(of topic: String) -> Bool {
        setting("unclean.leader.election.enable", of: topic).map { $0 == "true" }
            ?? configuration.boolean("unclean.leader.election.enable")
    }

    func isCompacted(_ topic: String) -> Bool {
        (setting("cleanup.policy", of: topic) ?? configuration["log.cleanup.policy"] ?? "delete").contains("compact")
    }

    private func setting(_ name: String, of topic: String) -> String? {
        topicSettings[topic]?[name] ?? brokerDefaults[name]
    }

    mutating func replay(_ record: MetadataRecord) -> Change {
        switch record {
        case .topic(let record):
            names[record.topicId] = record.name
            ids[record.name] = record.topicId
            return .none
        case .removeTopic(let record):
            guard let name = names.removeValue(forKey: record.topicId) else { return .none }
            ids[name] = nil
            topicSettings[name] = nil
            let gone = (0..<(partitionCounts.removeValue(forKey: name) ?? 0)).map {
                TopicPartition(topic: name, partition: $0)
            }
            for id in gone { partitions[id] = nil }
            return .removed(gone)
        case .partition(let record):
            guard let name = names[record.topicId] else { return .none }
            let id = TopicPartition(topic: name, partition: record.partitionId)
            let state = PartitionState(
                replicas: record.replicas, isr: record.isr, leader: record.leader, leaderEpoch: record.leaderEpoch,
                partitionEpoch: record.partitionEpoch, addingReplicas: record.addingReplicas,
                removingReplicas: record.removingReplicas)
            partitions[id] = state
            partitionCounts[name] = max(partitionCounts[name] ?? 0, record.partitionId &+ 1)
            return .created(id, state)
        case .partitionChange(let record):
            guard let name = names[record.topicId] else { return .none }
            let id = TopicPartition(topic: name, partition: record.partitionId)
            guard let old = partitions[id] else { return .none }
            var new = old
            new.partitionEpoch += 1
            if let isr = record.isr { new.isr = isr }
            if let replicas = record.replicas { new.replicas = replicas }
            if let adding = record.addingReplicas { new.addingReplicas = adding }
            if let removing = record.removingReplicas { new.removingReplicas = removing }
            if record.leader != -2 {
                new.leader = record.leader
                new.leaderEpoch += 1
            }
            partitions[id] = new
            return .changed(id, from: old, to: new)
        case .config(let record):
            switch ConfigResource(type: record.resourceType, name: record.resourceName) {
            case .topic(let name): topicSettings[name, default: [:]][record.name] = record.value
            case .brokerDefault: brokerDefaults[record.name] = record.value
            case .broker, nil: break
            }
            return .configured
        case .registerBroker(let record):
            brokerEpochs[record.brokerId] = record.brokerEpoch
            return .registered(record.brokerId, epoch: record.brokerEpoch)
        case .unregisterBroker(let record):
            brokerEpochs[record.brokerId] = nil
            return .none
        case .fenceBroker, .unfenceBroker, .featureLevel, .producerIds, .brokerRegistrationChange, .noOp,
            .beginTransaction, .endTransaction, .abortTransaction, .registerController:
            return .none
        }
    }
}
