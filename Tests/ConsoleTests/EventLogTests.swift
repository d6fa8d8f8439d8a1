import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console
@testable import DeliveryLedger

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

    @Test func `groups whose coordinator moves at once are gathered`() {
        // A broker that falls coordinates hundreds of them.
        var log = EventLog()
        for number in 0..<9 {
            let notice = ClusterNotice.coordinatorMoved(group: "g\(number)", from: 1, to: number == 8 ? 3 : 2)
            log.append(.notice(notice, at: Fixture.instant(seconds: 1)))
        }
        #expect(
            log.entries.map(\.text).suffix(2)
                == ["g3 is coordinated by 2 after 1 · and 4 more groups", "g8 is coordinated by 3 after 1"])
        #expect(log.entries.count == 5)
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

    @Test func `a loss that grows is one event, and says how large it is by now`() {
        // 18, 36, 72 lost, told one above the other, look like 126.
        var log = EventLog()
        var loss = Fixture.loss
        let whole = loss
        loss.drops = []
        loss.misfortunes[0].fate = .cutOff
        loss = loss.part(of: [loss.batches[0]], unnamed: 0)
        log.append(.notice(.recordsLost(loss), at: Fixture.instant(seconds: 1)))
        log.append(kill(3, at: 2))
        #expect(log.entries[0].text.hasPrefix("Lost so far: 41 acknowledged records of orders-1"))
        log.append(.notice(.lossUpdated(whole), at: Fixture.instant(seconds: 3)))
        #expect(log.entries.count == 2)
        #expect(log.entries[0].text.hasPrefix("Lost: 42 acknowledged records of orders-1"))
        #expect(log.entries[0].event.at == Fixture.instant(seconds: 1), "it stands where it began")
        var other = whole
        other.number = 2
        log.append(.notice(.lossUpdated(other), at: Fixture.instant(seconds: 4)))
        #expect(log.entries.count == 3, "one whose first event has gone")
        log.append(.notice(.lossUpdated(other), at: Fixture.instant(seconds: 5)))
        #expect(log.entries.count == 3, "and is one event all the same")
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
