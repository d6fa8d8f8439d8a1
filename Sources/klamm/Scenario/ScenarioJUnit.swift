import KafkaCluster
import KafkaProtocol
import Scenarios

/// Outcomes in the XML that test tools read as JUnit's.
enum ScenarioJUnit {
    static func text(of reports: [ScenarioReport]) -> String {
        let time = reports.reduce(Duration.zero) { $0 + $1.took }
        let failures = reports.count { !$0.hasPassed }
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<testsuite name=\"klamm scenario\" tests=\"\(reports.count)\" failures=\"\(failures)\" "
                + "time=\"\(Figures.seconds(time))\">",
        ]
        for report in reports {
            let open = "  <testcase classname=\"klamm.scenario\" name=\"\(escaped(report.name))\" "
            let unmet = report.findings.filter { !$0.isMet }.map { "\($0.expected): \($0.found)" }
            if report.hasPassed {
                lines.append(open + "time=\"\(Figures.seconds(report.took))\"/>")
                continue
            }
            let why = report.failure.map { [$0] } ?? unmet
            lines.append(open + "time=\"\(Figures.seconds(report.took))\">")
            lines.append("    <failure message=\"\(escaped(why.joined(separator: "; ")))\">")
            lines += report.story.map { escaped(ScenarioText.line($0)) }
            lines += ["    </failure>", "  </testcase>"]
        }
        return (lines + ["</testsuite>", ""]).joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(character)
            // XML knows no other control characters.
            case _ where character.value < 0x20: result += "?"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
