import KafkaCluster
import KafkaProtocol
import KafkaStorage

/// What can be known to be wrong before a scenario is played.
extension Scenario {
    /// Throws where an expression asks about something that the scenario does not have.
    package func check(_ expression: Expression) throws(ScenarioError) {
        for (metric, arguments) in expression.subjects {
            for (argument, kind) in zip(arguments, metric.arguments.split(separator: ",")) {
                let kind = String(kind.filter { $0 != "?" && $0 != " " })
                try check(argument, kind, "\(expression)")
            }
        }
    }

    package func check(_ condition: Condition) throws(ScenarioError) {
        for comparison in condition.comparisons {
            try check(comparison.left)
            try check(comparison.right)
        }
    }

    package func check(_ template: Template) throws(ScenarioError) {
        for expression in template.expressions { try check(expression) }
    }

    /// Reads the words of every step's actions once, one step after the other, with 1 in the place of each figure; throws
    /// with the number of the step, from 0.
    package func checkActions() throws(StepError) {
        var script = ActionScript(scenario: self)
        for (index, step) in steps.enumerated() {
            for action in step.actions {
                do throws(ScenarioError) {
                    try check(action.template)
                    if case .fault(let line) = try script.action(action.template.text(figure: "1")) {
                        try check(line.fault, action.description)
                    }
                } catch {
                    throw StepError(step: index, error: error)
                }
            }
        }
    }

    /// Whether the nodes are there that it hits.
    private func check(_ fault: Fault, _ text: String) throws(ScenarioError) {
        let grows = steps.contains { $0.actions.contains { $0.description == "add-broker" } }
        for id in fault.victims {
            let isThere =
                id.isController
                ? id.rawValue <= 100 + cluster.controllers : grows || id.rawValue <= cluster.brokers
            guard isThere else {
                throw ScenarioError(
                    "\"\(text)\": there is no node \(id); brokers are 1 to \(cluster.brokers), controllers 101 to "
                        + "\(100 + cluster.controllers).")
            }
        }
    }

    package struct StepError: Error {
        package var step: Int
        package var error: ScenarioError
    }

    private func check(_ name: String, _ kind: String, _ text: String) throws(ScenarioError) {
        switch kind {
        case "topic": try check(topic: name, text)
        case "group":
            guard groups.contains(where: { $0.settings.group == name }) else {
                throw ScenarioError("\"\(text)\": there is no group \"\(name)\" in this scenario.")
            }
        case "partition":
            guard let partition = TopicPartition(directoryName: name) else {
                throw ScenarioError("\"\(text)\": \"\(name)\" is no partition; write TOPIC-NUMBER, such as orders-0.")
            }
            try check(topic: partition.topic, text)
        default:
            guard Int32(name) ?? 0 > 0 else { throw ScenarioError("\"\(text)\": \"\(name)\" is no node.") }
        }
    }

    private func check(topic: String, _ text: String) throws(ScenarioError) {
        guard topics.contains(where: { $0.name == topic }) || topic.hasPrefix("__") else {
            throw ScenarioError("\"\(text)\": there is no topic \"\(topic)\" in this scenario.")
        }
    }
}
