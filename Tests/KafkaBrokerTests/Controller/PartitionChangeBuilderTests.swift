import KafkaProtocol
import Testing

@testable import KafkaBroker

@Suite struct PartitionChangeBuilderTests {
    /// One row of the election table.
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var replicas: [BrokerID] = [1, 2, 3]
        var isr: [BrokerID] = [1, 2, 3]
        var leader: BrokerID = 1
        var alive: [BrokerID]
        var leaving: BrokerID = .none
        var election = PartitionChangeBuilder.Election.clean
        /// Nil for no record.
        var newLeader: BrokerID?
        var newIsr: [BrokerID]?
        var changes = true

        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "a valid leader stays", alive: [1, 2, 3], changes: false),
        Row(name: "a valid leader stays when a follower leaves", alive: [1, 2], leaving: 3, newIsr: [1, 2]),
        Row(name: "the next in assignment order leads", alive: [2, 3], leaving: 1, newLeader: 2, newIsr: [2, 3]),
        Row(
            name: "assignment order counts, not that of the ISR", replicas: [1, 3, 2], isr: [2, 1, 3], alive: [2, 3],
            leaving: 1, newLeader: 3, newIsr: [2, 3]),
        Row(
            name: "a live replica outside the ISR does not lead", isr: [1, 3], alive: [2, 3], leaving: 1, newLeader: 3,
            newIsr: [3]),
        Row(name: "the last in sync stays in the ISR", isr: [1], alive: [2, 3], leaving: 1, newLeader: BrokerID.none),
        Row(name: "without leader nothing moves", isr: [1], leader: .none, alive: [2, 3], changes: false),
        Row(name: "the last in sync leads again", isr: [1], leader: .none, alive: [1, 2], newLeader: 1),
        Row(
            name: "unclean: the first alive leads alone", isr: [1], alive: [3], leaving: 1, election: .unclean,
            newLeader: 3, newIsr: [3]),
        Row(
            name: "unclean: one in sync is preferred", isr: [1, 3], alive: [2, 3], leaving: 1, election: .unclean,
            newLeader: 3, newIsr: [3]),
        Row(
            name: "unclean: nobody alive, the ISR stays", isr: [1], alive: [], leaving: 1, election: .unclean,
            newLeader: BrokerID.none),
        Row(name: "preferred: back to the first", leader: 2, alive: [1, 2, 3], election: .preferred, newLeader: 1),
        Row(
            name: "preferred: not when out of sync", isr: [2, 3], leader: 2, alive: [1, 2, 3], election: .preferred,
            changes: false),
        Row(name: "preferred: not when dead", leader: 2, alive: [2, 3], election: .preferred, changes: false),
    ]

    // The table is Kafka's rule; each row is one of its cases.
    @Test(arguments: rows) func `leaders are elected by the table`(row: Row) {
        let partition = PartitionImage(replicas: row.replicas, isr: row.isr, leader: row.leader)
        var builder = PartitionChangeBuilder(
            partition, key: PartitionKey(topicId: Uuid(high: 0, low: 9), partition: 0), election: row.election,
            isAcceptableLeader: { row.alive.contains($0) && $0 != row.leaving })
        builder.targetIsr.removeAll { $0 == row.leaving }
        let record = builder.build()
        #expect((record != nil) == row.changes)
        #expect(record?.leader ?? -2 == row.newLeader ?? -2)
        #expect(record?.isr == row.newIsr)
    }

    // The leader must know that its log may lack records, and say when it has recovered.
    @Test func `an unclean leader begins in recovery`() throws {
        let partition = PartitionImage(replicas: [1, 2], isr: [1], leader: .none)
        let builder = PartitionChangeBuilder(
            partition, key: PartitionKey(topicId: .zero, partition: 0), election: .unclean,
            isAcceptableLeader: { $0 == 2 })
        #expect(try #require(builder.build()).leaderRecoveryState == LeaderRecoveryState.recovering.rawValue)
    }
}
