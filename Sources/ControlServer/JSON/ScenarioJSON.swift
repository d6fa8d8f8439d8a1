import KafkaCluster
import KafkaProtocol
import Scenarios

/// A scenario's outcome as programs read it; what is unknown is null.
///
/// ```
/// {"name":"...","passed":true,"milliseconds":2140,"failure":null,"expectations":[{"expected":"lost > 0","met":true,
///  "found":"lost is 41"}],"producers":[{"topic":"orders", ...}],"groups":[...],"story":[{"ms":12,"kind":"action", ...}]}
/// ```
package enum ScenarioJSON {
    package static func value(of report: ScenarioReport) -> JSONValue {
        [
            "name": report.name.json, "title": report.title.json, "passed": report.hasPassed.json,
            "milliseconds": report.took.wholeMilliseconds.json, "failure": report.failure.json,
            "expectations": .array(
                report.findings.map {
                    ["expected": $0.expected.json, "met": $0.isMet.json, "found": $0.found.json]
                }),
            "producers": .array(report.producers.map(value)), "groups": .array(report.groups.map(value)),
            "story": .array(
                report.story.map {
                    ["ms": $0.after.wholeMilliseconds.json, "kind": $0.kind.rawValue.json, "text": $0.text.json]
                }),
        ]
    }

    /// What a list of scenarios tells of each.
    package static func summary(of scenario: Scenario) -> JSONValue {
        ["name": scenario.name.json, "title": scenario.title.json]
    }

    private static func value(of producer: ScenarioReport.Producer) -> JSONValue {
        let rate = producer.recordsPerSecond.flatMap { Int64(exactly: $0.rounded()) }
        let sentRate = producer.sentPerSecond.flatMap { Int64(exactly: $0.rounded()) }
        return .object(
            [
                .init("topic", producer.topic.json), .init("send", producer.sendMode.rawValue.json),
                .init("acks", producer.acks.name.json),
            ] + producer.figures.map(field) + [
                .init("acked-per-second", rate.json), .init("sent-per-second", sentRate.json),
            ])
    }

    private static func value(of group: ScenarioReport.Group) -> JSONValue {
        .object([.init("name", group.name.json)] + group.figures.map(field))
    }

    private static func field(_ figure: ScenarioReport.Figure) -> JSONValue.Field {
        .init(figure.metric.rawValue, figure.value.json)
    }
}
