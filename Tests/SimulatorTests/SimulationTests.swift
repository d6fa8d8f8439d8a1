import KafkaProtocol
import Simulator
import Testing

/// Whole clusters from seeds, as many as `swift test` has time for. `klamm simulate` plays more.
@Suite struct SimulationTests {
    @Test func `every promise holds in 300 fresh seeds`() async throws {
        // Nobody knows beforehand which clusters, faults and clients these are.
        let seeds = try FreshSeeds.range()
        let outcomes = await withTaskGroup(of: Simulation.Outcome.self) { group in
            for seed in seeds { group.addTask { await SeedThreads.shared.run(seed) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == FreshSeeds.count)
        for outcome in outcomes where outcome.violation != nil {
            Issue.record("\(Self.words(outcome))\nklamm simulate --seed \(outcome.seed)")
        }
        // They have been in trouble, or nothing was tried.
        var counts = OracleCounts()
        for outcome in outcomes { counts.add(outcome.counts) }
        #expect(counts[.cleanElections] > 0 && counts[.truncations] > 0 && counts[.duplicates] > 0)
    }

    @Test func `what the ledger and the history are judged by happens`() async {
        // One seed in eighty loses a record of which a client was told that it is safe: 300 fresh ones may have none.
        var counts = OracleCounts()
        for seed in KeptSeeds.troubled { counts.add(await SeedThreads.shared.run(seed).counts) }
        #expect(counts[.ledgerLosses] > 0, "klamm simulate --seeds A-B finds others")
        #expect(counts[.historyLosses] > 0 && counts[.historyDuplicates] > 0 && counts[.historyRepeats] > 0)
    }

    @Test(arguments: Rule.allCases) func `a broken rule is noticed`(rule: Rule) async throws {
        // A simulator that finds nothing proves nothing.
        let seed = try #require(RuleSeeds.seeds[rule], "no seed on record: run Tests/search-rules")
        let broken = await SeedThreads.shared.run(seed, breaking: rule)
        #expect(broken.violation != nil, "seed \(seed) does not notice it any more: run Tests/search-rules")
        // It is the broken rule that it notices.
        let kept = await SeedThreads.shared.run(seed)
        #expect(kept.violation == nil, "\(Self.words(kept))\nklamm simulate --seed \(seed)")
    }

    @Test(arguments: KeptSeeds.seeds) func `every promise holds in a seed that failed once`(seed: UInt64) async {
        let outcome = await SeedThreads.shared.run(seed)
        #expect(outcome.violation == nil, "\(Self.words(outcome))\nklamm simulate --seed \(seed)")
    }

    @Test func `one seed plays the same twice`() async {
        // Or no failure could be played again.
        let hashes = [await SeedThreads.shared.run(3).traceHash, await SeedThreads.shared.run(3).traceHash]
        #expect(hashes[0] == hashes[1])
        #expect(await SeedThreads.shared.run(2).traceHash != hashes[0])
    }

    private static func words(_ outcome: Simulation.Outcome) -> String {
        guard let violation = outcome.violation else { return "" }
        let (last, difference) = Simulation.replay(of: outcome)
        return last.joined(separator: "\n") + "\n\(violation)" + (difference.map { "\n\($0)" } ?? "")
    }
}
