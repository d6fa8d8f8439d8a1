import KafkaCluster
import KafkaProtocol

/// One thing that a step does.
package enum StepAction: Hashable, Sendable {
    case fault(FaultScriptLine)
    case addBroker
    case removeBroker(BrokerID)
    case client(ClientCommand)
    case administration(Administration)
    /// As if a user pressed them in the console, one after the other.
    case press([String])
}

/// What a step asks of the cluster as an administrator would.
package enum Administration: Hashable, Sendable {
    case createTopic(Scenario.Topic)
    case addPartitions(topic: String, count: Int32)
    case setTopic(String, [Setting])
    case setBroker(BrokerID?, [Setting])
    case elect(TopicPartition, isUnclean: Bool)
    case move(TopicPartition, to: [BrokerID])
    case deleteRecords(TopicPartition, before: Int64)
}

/// The words of an action before its figures are known: `kill {leader(orders-0)}`.
package struct ActionText: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package let template: Template

    package init(_ text: String) throws(ScenarioError) {
        description = text
        template = try Template(text)
    }
}
