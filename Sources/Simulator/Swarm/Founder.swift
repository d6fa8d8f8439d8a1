import KafkaBroker
import KafkaProtocol
import NIOCore

/// A topic as a simulation begins with it.
package struct TopicPlan: Hashable, Sendable {
    package var name: String
    package var partitions: Int32
    package var replicationFactor: Int16
    package var configs: [String: String] = [:]

    package init(name: String, partitions: Int32, replicationFactor: Int16, configs: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
        self.configs = configs
    }

    package func config(_ name: String) -> String? { configs[name] }
}

/// The client that creates a simulation's topics, before anything fails, and is done.
struct Founder: SimulatedClient {
    let name = "founder"
    private let plans: [TopicPlan]
    private var connection = ConnectionID(rawValue: 1)
    private var hasBegun = false
    private var retryAt: Instant?
    private(set) var isDone = false

    init(_ plans: [TopicPlan]) { self.plans = plans }

    var nextDeadline: Instant? { retryAt }

    mutating func finish() {}

    mutating func step(_ input: ClientInput, now: Instant, into actions: inout [ClientAction]) {
        switch input {
        case .deadlineReached:
            guard !isDone, !hasBegun || retryAt.map({ $0 <= now }) ?? false else { return }
            retryAt = nil
            if hasBegun { connection.rawValue += 1 }
            hasBegun = true
            actions.append(.connect(connection, to: 1))
        case .connected(let id):
            guard let frame = try? RequestFrame.encode(request, version: 7, correlationId: 1, clientId: name) else {
                preconditionFailure("a request of our own can be written")
            }
            actions.append(.send(id, frame))
        case .disconnected: again(now)
        case .received(let id, let frame):
            let response = try? ResponseFrame.decode(CreateTopicsResponse.self, apiVersion: 7, from: frame).response
            let isCreated = response?.topics.allSatisfy { $0.errorCode == .none || $0.errorCode == .topicAlreadyExists }
            isDone = isCreated ?? false
            actions.append(.close(id))
            if !isDone { again(now) }
        }
    }

    private mutating func again(_ now: Instant) {
        if !isDone { retryAt = now + .milliseconds(50) }
    }

    private var request: CreateTopicsRequest {
        var request = CreateTopicsRequest()
        request.timeoutMs = 5000
        request.topics = plans.map { plan in
            var topic = CreateTopicsRequest.CreatableTopic()
            topic.name = plan.name
            topic.numPartitions = plan.partitions
            topic.replicationFactor = plan.replicationFactor
            topic.configs = plan.configs.sorted { $0.key < $1.key }.map { name, value in
                var config = CreateTopicsRequest.CreatableTopicConfig()
                config.name = name
                config.value = value
                return config
            }
            return topic
        }
        return request
    }
}
