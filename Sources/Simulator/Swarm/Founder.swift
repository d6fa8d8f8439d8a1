import KafkaBroker
import KafkaProtocol
import NIOCore

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
        request.topics = plans.flatMap(\.creation.topics)
        return request
    }
}
