import KafkaProtocol
import Testing

@testable import KafkaBroker

@Suite struct QuorumSimulationTests {
    // Whatever dies, loses power or is cut off, what the controllers have agreed on stays, and a majority goes on.
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `every seed keeps votes, leaders and what is committed`(seed: UInt64) {
        var simulation = QuorumSimulation(seed: seed)
        #expect(simulation.run() == nil)
        // A simulation in which nothing happens proves nothing.
        #expect(simulation.electionCount > 1)
    }

    // Each rule is needed: without it, one of the seeds on record breaks a promise.
    @Test(arguments: [Rule.persistsVotes, .countsOnlyDurableMetadata])
    func `a broken rule is caught`(rule: Rule) {
        guard Rule.canBeBroken else { return }
        let caught = Rule.breaking(rule) {
            (1...30 as ClosedRange<UInt64>).contains { seed in
                var simulation = QuorumSimulation(seed: seed)
                return simulation.run() != nil
            }
        }
        #expect(caught)
    }
}
