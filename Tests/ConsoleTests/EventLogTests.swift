import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct EventLogTests {
    private func kill(_ node: Int32, at seconds: Double) -> ClusterEvent {
        .fault(.kill(BrokerID(node)), at: Fixture.instant(seconds: seconds))
    }

    private func nodes(_ log: EventLog) -> [Int32] {
        log.entries.compactMap { entry in
            if case .fault(.kill(let node), _) = entry.event { node.rawValue } else { nil }
        }
    }

    @Test func `events stand in the order of their times, however late they were heard of`() {
        // Each node tells on its own thread: what came first is not always heard first.
        var log = EventLog()
        for (node, seconds) in [(1, 1.0), (3, 3.0), (2, 2.0), (4, 3.0), (5, 0.5)] {
            log.append(kill(Int32(node), at: seconds))
        }
        #expect(nodes(log) == [5, 1, 2, 3, 4], "of one time, as they came")
        #expect(log.entries.map(\.number) == [5, 1, 3, 2, 4], "each keeps its number")
    }

    @Test func `a full log takes no event that is older than all`() {
        // It would be the first to go.
        var log = EventLog()
        for number in 0..<EventLog.capacity { log.append(kill(Int32(number), at: Double(number + 10))) }
        log.append(kill(-1, at: 1))
        #expect(nodes(log).first == 0 && nodes(log).count == EventLog.capacity)
        log.append(kill(-2, at: 12.5))
        #expect(nodes(log).prefix(3) == [1, 2, -2])
    }

    @Test func `what a late event is gathered with happened when it did`() {
        // Of five elections at once the fifth is told by the fourth, not by those of a later failure.
        var log = EventLog()
        func elected(_ index: Int32, at seconds: Double) -> ClusterEvent {
            .node(
                BrokerEvent(
                    at: Fixture.instant(seconds: seconds), node: 101,
                    kind: .leaderElected(
                        TopicPartition(topic: "orders", partition: index), leader: 2, previous: 1, leaderEpoch: 1,
                        isr: [2], unclean: false)))
        }
        for index in 0..<4 { log.append(elected(Int32(index), at: 1)) }
        for index in 0..<4 { log.append(elected(Int32(index), at: 5)) }
        log.append(elected(4, at: 1.05))
        #expect(log.entries.map(\.gathered) == [0, 0, 0, 1, 0, 0, 0, 0])
        #expect(log.entries.map(\.event.at) == log.entries.map(\.event.at).sorted())
    }
}
