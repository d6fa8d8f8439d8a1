import KafkaProtocol
import Simulator
import Testing

/// Whole clusters from seeds, short enough for every `swift test`. `klamm simulate` plays more and longer.
@Suite struct SimulationTests {
    @Test(arguments: [1, 2, 3, 4, 5, 7, 8] as [UInt64])
    func `every promise holds under every fault`(seed: UInt64) {
        // The oracle must be silent where nothing is broken. Seed 1 once failed, by a fault of the simulator.
        expectToHold(seed)
    }

    @Test func `one seed plays the same twice`() {
        // Or no failure could be played again.
        let hashes = [Simulation.run(seed: 3).traceHash, Simulation.run(seed: 3).traceHash]
        #expect(hashes[0] == hashes[1])
        #expect(hashes[0] != Simulation.run(seed: 2).traceHash)
    }

    private func expectToHold(_ seed: UInt64) {
        let outcome = Simulation.run(seed: seed)
        let last = outcome.lastLines.joined(separator: "\n")
        #expect(
            outcome.violation == nil,
            "\(last)\nklamm simulate --seed \(seed): \(outcome.violation?.description ?? "")")
    }
}
