import Simulator
import Testing

@Suite struct SimulationReportTests {
    private func report(seeds: Int, steps: Int? = nil) -> String {
        var report = SimulationReport()
        for seed in 1...seeds { report.add(Simulation.run(seed: UInt64(seed), steps: steps)) }
        return report.text
    }

    @Test func `a run that is cut short claims no more than it has seen`() {
        // It never had to come to rest: a cluster that hangs would have passed.
        let one = report(seeds: 1, steps: 300)
        #expect(one.hasPrefix("1 seed, "))
        #expect(one.contains("\n300 events, "))
        #expect(one.hasSuffix("every promise held for 300 steps; the rest was not played"))
        #expect(report(seeds: 2, steps: 300).hasPrefix("2 seeds, "))
    }

    @Test func `a run that is cut short while it comes to rest is no failure`() {
        // Its cluster is sound, and only not done yet.
        let whole = Simulation.run(seed: 1)
        for missing in [1, 50, 400] {
            let outcome = Simulation.run(seed: 1, steps: whole.steps - missing)
            #expect(outcome.violation == nil)
            #expect(outcome.cutAfter == whole.steps - missing)
        }
    }

    @Test func `a replay that differs says so, and what it means`() throws {
        // Its last events would be taken for those before the failure.
        var outcome = Simulation.run(seed: 1, steps: 300)
        let same = Simulation.replay(of: outcome, steps: 300)
        #expect(same.difference == nil && same.lastLines.count == 80)
        outcome.traceHash ^= 1
        let difference = try #require(Simulation.replay(of: outcome, steps: 300).difference)
        #expect(difference.hasPrefix("Played again, seed 1 had another history: trace "))
        #expect(difference.contains("this time every promise held"))
        #expect(difference.contains("not deterministic") && difference.contains("a bug of klamm itself"))
    }

    @Test func `the first start of a node is no restart`() {
        // Each run starts its nodes, so that "never seen" could not name restarts.
        let text = report(seeds: 1, steps: 300)
        #expect(text.contains("  fault: restart: 0\n"))
        let never = text.split(separator: "\n").first { $0.hasPrefix("never seen: ") } ?? ""
        // Names have commas in them.
        #expect(never.contains("elections, unclean · "))
        #expect(never.contains(" · fault: restart · "))
    }
}
