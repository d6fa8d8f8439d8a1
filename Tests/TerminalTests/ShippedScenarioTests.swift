import Settings
import Testing

/// Every shipped story, played once as a user plays it. One after the other: each has short timeouts, and wants the machine
/// for itself.
@Suite(.serialized) struct ShippedScenarioTests {
    @Test(arguments: ScenarioCatalogue.names)
    func `a shipped story ends as expected`(name: String) throws {
        // Illness and cure are promised to show every time; the release script plays each twenty times.
        let run = try ProgramRun(["scenario", "run", name], withOutput: true)
        #expect(run.code == 0, "\(run.complaint)")
        #expect(run.complaint.contains("\(name): as expected"))
    }
}
