import KafkaCluster
import KafkaProtocol
import Scenarios

/// A scenario's story for people who read it in a terminal.
enum ScenarioText {
    static func opening(of scenario: Scenario) -> [String] {
        ["", scenario.name, scenario.title, ""] + scenario.shows.wrapped(to: 100)
            + (scenario.shows.isEmpty ? [] : [""])
    }

    static func line(_ line: StoryLine) -> String {
        let sign =
            switch line.kind {
            case .condition: "when"
            case .action: "  do"
            case .says: "   →"
            case .event: "   ·"
            case .met: "  ok"
            case .unmet: " NOT"
            case .failure: "FAIL"
            }
        let lines = line.text.wrapped(to: 100)
        let rest = lines.dropFirst().map { String(repeating: " ", count: 14) + $0 }
        return (["\(time(line.after))  \(sign)  \(lines.first ?? "")"] + rest).joined(separator: "\n")
    }

    static func closing(of report: ScenarioReport) -> [String] {
        [""] + producers(of: report) + groups(of: report) + [summary(of: report)]
    }

    static func summary(of report: ScenarioReport) -> String {
        if report.isStopped { return "\(report.name): stopped after \(seconds(report.took))" }
        let outcome = report.hasPassed ? "as expected" : "NOT AS EXPECTED"
        let unmet = report.findings.filter { !$0.isMet }.map { "\($0.expected) (\($0.found))" }
        let why = report.failure.map { [$0] } ?? unmet
        return "\(report.name): \(outcome) in \(seconds(report.took))"
            + (why.isEmpty ? "" : ": " + why.joined(separator: "; "))
    }

    static func total(of reports: [ScenarioReport]) -> String {
        let passed = reports.count(where: \.hasPassed)
        let longest = reports.map(\.took).max() ?? .zero
        return "\(passed) of \(reports.count) as expected; the longest took \(seconds(longest))"
    }

    /// What came of each producer and group, a sentence each; what is zero and nobody asked for is left out.
    static func sentences(of report: ScenarioReport) -> [String] {
        func words(_ figures: [ScenarioReport.Figure]) -> String {
            figures.filter { $0.value != 0 || report.asked.contains($0.metric) }.map {
                "\($0.metric.rawValue) \($0.value.map { "\($0)" } ?? "unknown")"
                    + ($0.metric.plainly.map { " (\($0))" } ?? "")
            }
            .joined(separator: ", ")
        }
        return report.producers.map { producer in
            let sent = producer.sentPerSecond.map { ", sent/s \(Int($0.rounded()))" } ?? ""
            let rate = sent + (producer.recordsPerSecond.map { ", acked/s \(Int($0.rounded()))" } ?? "")
            return "\(producer.topic) (\(producer.sendMode.rawValue), acks=\(producer.acks.name)): "
                + words(producer.figures) + rate
        } + report.groups.map { "\($0.name): \(words($0.figures))" }
    }

    private static func producers(of report: ScenarioReport) -> [String] {
        guard !report.producers.isEmpty else { return [] }
        let metrics = shown(ScenarioReport.producerMetrics, in: report.producers.map(\.figures), report)
        let isMeasured = report.producers.contains { $0.sentPerSecond != nil }
        let head = ["topic", "send", "acks"] + metrics.map(\.rawValue) + (isMeasured ? ["sent/s"] : []) + ["acked/s"]
        func rate(_ value: Double?) -> String { value.map { "\(Int($0.rounded()))" } ?? "–" }
        return table(
            [head]
                + report.producers.map { producer in
                    [producer.topic, producer.sendMode.rawValue, producer.acks.name] + texts(metrics, producer.figures)
                        + (isMeasured ? [rate(producer.sentPerSecond)] : []) + [rate(producer.recordsPerSecond)]
                }) + [""]
    }

    /// What is zero everywhere needs no column; but what was acknowledged and lost is always told, and so is what the
    /// story is about.
    private static func shown(
        _ metrics: [Metric], in rows: [[ScenarioReport.Figure]], _ report: ScenarioReport
    ) -> [Metric] {
        let always: [Metric] = [.acked, .lost, .processedOnce, .processedTwice, .committedPast]
        return metrics.filter { metric in
            always.contains(metric) || report.asked.contains(metric)
                || rows.contains { $0.contains { $0.metric == metric && $0.value != 0 } }
        }
    }

    private static func texts(_ metrics: [Metric], _ figures: [ScenarioReport.Figure]) -> [String] {
        metrics.map { metric in
            figures.first { $0.metric == metric }.flatMap(\.value).map { "\($0)" } ?? "–"
        }
    }

    private static func groups(of report: ScenarioReport) -> [String] {
        guard !report.groups.isEmpty else { return [] }
        let metrics = shown(ScenarioReport.groupMetrics, in: report.groups.map(\.figures), report)
        let head = ["group"] + metrics.map(\.rawValue)
        return table([head] + report.groups.map { [$0.name] + texts(metrics, $0.figures) }) + [""]
    }

    /// Words to the left, figures to the right.
    private static func table(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, text in
                let pad = String(repeating: " ", count: widths[column] - text.count)
                let isFigure = rows.dropFirst().allSatisfy { $0[column] == "–" || Int($0[column]) != nil }
                return isFigure ? pad + text : text + pad
            }
            .joined(separator: "  ")
        }
    }

    private static func time(_ duration: Duration) -> String {
        let text = Figures.seconds(duration)
        return String(repeating: " ", count: max(0, 6 - text.count)) + text
    }

    private static func seconds(_ duration: Duration) -> String {
        let tenths = (duration.wholeMilliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
