import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

/// Who speaks for a group by right.
@Suite struct CoordinatorWatchTests {
    private let offsets = TopicPartition(topic: GroupCoordinator.topic, partition: 7)
    private var watch = CoordinatorWatch()

    private func event(_ node: BrokerID, _ kind: BrokerEvent.Kind) -> BrokerEvent {
        BrokerEvent(
            at: Instant(monotonicNanoseconds: 1, wallClockMilliseconds: 1_700_000_000_000), node: node, kind: kind)
    }

    private func elected(_ leader: BrokerID, epoch: Int32) -> BrokerEvent {
        event(
            101,
            .leaderElected(offsets, leader: leader, previous: 1, leaderEpoch: epoch, isr: [], unclean: false))
    }

    private func empty(_ node: BrokerID, epoch: Int32, topicID: Uuid = Uuid(high: 1, low: 9)) -> BrokerEvent {
        event(
            node,
            .groupChanged(
                group: "billing", state: "Empty", generation: 3, members: 0,
                term: CoordinatorTerm(topicID: topicID, partition: 7, leaderEpoch: epoch)))
    }

    @Test mutating func `a coordinator that is cut off is told as a former one`() {
        // "billing is Empty" above "billing is Stable" would be believed.
        #expect(watch.told(empty(1, epoch: 4)) == .node(empty(1, epoch: 4)))
        _ = watch.told(elected(2, epoch: 5))
        let late = watch.told(empty(1, epoch: 4))
        #expect(late == .notice(.formerCoordinator(empty(1, epoch: 4), successor: 2), at: late.at))
        #expect(
            EventSummary(late).text
                == "Former coordinator 1 (now 2): billing is Empty: generation 3, 0 members")
        #expect(EventSummary(late).group == "billing")
        #expect(watch.told(empty(2, epoch: 5)) == .node(empty(2, epoch: 5)))
    }

    @Test mutating func `what an elected one says is believed before its election is heard of`() {
        // Each node tells on its own thread.
        #expect(watch.told(empty(2, epoch: 5)) == .node(empty(2, epoch: 5)))
        guard case .notice(.formerCoordinator(_, successor: 2), _) = watch.told(empty(1, epoch: 4)) else {
            Issue.record("the former one was believed")
            return
        }
        _ = watch.told(elected(2, epoch: 5))
        #expect(watch.told(empty(2, epoch: 5)) == .node(empty(2, epoch: 5)))
    }

    @Test mutating func `without a successor a former coordinator is one all the same`() {
        // Its broker was fenced, and nobody else was in sync.
        _ = watch.told(elected(.none, epoch: 5))
        let late = watch.told(empty(1, epoch: 4))
        #expect(late == .notice(.formerCoordinator(empty(1, epoch: 4), successor: nil), at: late.at))
    }

    @Test mutating func `a topic that is made anew counts its epochs from zero`() {
        _ = watch.told(elected(2, epoch: 5))
        _ = watch.told(event(101, .topicDeleted(GroupCoordinator.topic)))
        #expect(watch.told(empty(1, epoch: 0)) == .node(empty(1, epoch: 0)))
    }

    @Test mutating func `who speaks for a topic that was deleted is a former one, whatever its epoch`() {
        // It is cut off and has not heard of the new life, whose epochs are smaller.
        let (old, new) = (Uuid(high: 1, low: 9), Uuid(high: 1, low: 10))
        _ = watch.told(empty(1, epoch: 5, topicID: old))
        _ = watch.told(event(101, .topicDeleted(GroupCoordinator.topic)))
        _ = watch.told(elected(2, epoch: 0))
        #expect(watch.told(empty(2, epoch: 0, topicID: new)) == .node(empty(2, epoch: 0, topicID: new)))
        let late = watch.told(empty(1, epoch: 5, topicID: old))
        #expect(late == .notice(.formerCoordinator(empty(1, epoch: 5, topicID: old), successor: 2), at: late.at))
        #expect(watch.told(empty(2, epoch: 0, topicID: new)) == .node(empty(2, epoch: 0, topicID: new)))
    }

    @Test mutating func `a new life is believed before the end of the old one is heard of`() {
        // Each node tells on its own thread.
        let (old, new) = (Uuid(high: 1, low: 9), Uuid(high: 1, low: 10))
        _ = watch.told(empty(1, epoch: 5, topicID: old))
        #expect(watch.told(empty(2, epoch: 0, topicID: new)) == .node(empty(2, epoch: 0, topicID: new)))
        _ = watch.told(event(101, .topicDeleted(GroupCoordinator.topic)))
        #expect(watch.told(empty(2, epoch: 0, topicID: new)) == .node(empty(2, epoch: 0, topicID: new)))
        guard case .notice(.formerCoordinator(_, successor: 2), _) = watch.told(empty(1, epoch: 5, topicID: old))
        else {
            Issue.record("the former one was believed")
            return
        }
    }
}
