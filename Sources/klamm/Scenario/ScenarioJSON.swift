import ControlServer
import KafkaCluster
import KafkaProtocol
import Scenarios

/// A scenario's outcome in one line of JSON; what is unknown is null.
///
/// ```
/// {"name":"...","passed":true,"milliseconds":2140,"failure":null,"expectations":[{"expected":"lost > 0","met":true,
///  "found":"lost is 41"}],"producers":[{"topic":"orders", ...}],"groups":[...],"story":[{"ms":12,"kind":"action", ...}]}
/// ```
enum ScenarioJSON {
    static func text(of report: ScenarioReport) -> String {
        JSONText.object([
            ("name", JSONText.string(report.name)), ("title", JSONText.string(report.title)),
            ("passed", "\(report.hasPassed)"), ("milliseconds", "\(report.took.wholeMilliseconds)"),
            ("failure", report.failure.map(JSONText.string) ?? "null"),
            (
                "expectations",
                JSONText.list(
                    report.findings.map { finding in
                        JSONText.object([
                            ("expected", JSONText.string(finding.expected)), ("met", "\(finding.isMet)"),
                            ("found", JSONText.string(finding.found)),
                        ])
                    })
            ),
            ("producers", JSONText.list(report.producers.map(text))),
            ("groups", JSONText.list(report.groups.map(text))),
            (
                "story",
                JSONText.list(
                    report.story.map { line in
                        JSONText.object([
                            ("ms", "\(line.after.wholeMilliseconds)"), ("kind", JSONText.string(line.kind.rawValue)),
                            ("text", JSONText.string(line.text)),
                        ])
                    })
            ),
        ])
    }

    private static func text(of producer: ScenarioReport.Producer) -> String {
        JSONText.object(
            [
                ("topic", JSONText.string(producer.topic)), ("send", JSONText.string(producer.sendMode.rawValue)),
                ("acks", JSONText.string(producer.acks.name)),
            ] + producer.figures.map(field)
                + [("acked-per-second", producer.recordsPerSecond.map { "\(Int($0.rounded()))" } ?? "null")])
    }

    private static func text(of group: ScenarioReport.Group) -> String {
        JSONText.object([("name", JSONText.string(group.name))] + group.figures.map(field))
    }

    private static func field(_ figure: ScenarioReport.Figure) -> (String, String) {
        (figure.metric.rawValue, figure.value.map { "\($0)" } ?? "null")
    }
}

/// JSON put together from texts, with its keys in the order given.
enum JSONText {
    static func object(_ fields: [(String, String)]) -> String {
        "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    static func list(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }

    static func string(_ text: String) -> String { "\"\(JSONValue.escaped(text))\"" }
}
