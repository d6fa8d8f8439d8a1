import KafkaProtocol
import Testing

@testable import KafkaBroker

@Suite struct ReplicaPlacementTests {
    private func placement(usable: [BrokerID], fenced: [BrokerID] = []) -> ReplicaPlacement {
        var placement = ReplicaPlacement(MetadataImage(clusterID: "x"))
        placement.usable = usable
        placement.fenced = fenced
        return placement
    }

    // Leadership is load: with as many partitions as brokers each leads one.
    @Test func `leaders and followers spread evenly`() throws {
        for seed in 0..<20 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let placed = try placement(usable: [1, 2, 3]).place(
                partitions: 3, replicationFactor: 2, using: &random)
            #expect(placed.compactMap(\.first).sorted() == [1, 2, 3])
            #expect(placed.compactMap(\.last).sorted() == [1, 2, 3])
            #expect(placed.allSatisfy { Set($0).count == 2 })
        }
    }

    // Many topics of one partition must not all be led by the first broker.
    @Test func `the start is random, and the same for the same seed`() throws {
        var leaders: Set<BrokerID> = []
        for seed in 0..<50 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var again = SeededGenerator(seed: seed)
            let placed = try placement(usable: [1, 2, 3]).place(partitions: 1, replicationFactor: 3, using: &random)
            #expect(
                try placement(usable: [1, 2, 3]).place(partitions: 1, replicationFactor: 3, using: &again) == placed)
            leaders.insert(placed[0][0])
        }
        #expect(leaders == [1, 2, 3])
    }

    // A fenced broker comes back; meanwhile it cannot lead.
    @Test func `fenced brokers are used last and never lead`() throws {
        var random = SeededGenerator(seed: 3)
        let some = try placement(usable: [1, 2], fenced: [3]).place(
            partitions: 8, replicationFactor: 2, using: &random)
        #expect(some.allSatisfy { !$0.contains(3) })
        let all = try placement(usable: [1, 2], fenced: [3]).place(
            partitions: 8, replicationFactor: 3, using: &random)
        #expect(all.allSatisfy { $0.last == 3 })
    }

    // What cannot be placed is refused with the reason.
    @Test func `too few brokers, or none alive`() {
        var random = SeededGenerator(seed: 3)
        #expect(throws: PlacementError.tooFewBrokers(replicationFactor: 3, brokers: 2)) {
            try placement(usable: [1], fenced: [2]).place(partitions: 1, replicationFactor: 3, using: &random)
        }
        #expect(throws: PlacementError.everyBrokerFenced) {
            try placement(usable: [], fenced: [2]).place(partitions: 1, replicationFactor: 1, using: &random)
        }
    }
}
