import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// Brokers added and removed, and replicas moved, by keys.
@Suite struct ScalingActionsTests {
    @Test func `a broker is added by a key, and removed after its id is typed`() {
        // To scale out while records flow is what Kafka is for; to remove the wrong broker takes its data along.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.brokers")
        #expect(session.press("brokers.add-broker") == [.addBroker])
        session.press("brokers.move-down", "brokers.move-down", "brokers.remove-broker")
        #expect(session.shows("Remove broker 3 for good"))
        session.type("2")
        #expect(session.key(.enter) == [])
        #expect(session.shows("! that is not its id: 3"))
        session.key(.backspace)
        session.type("3")
        #expect(session.key(.enter) == [.removeBroker(3)])
        session.press("brokers.move-down", "brokers.remove-broker")
        #expect(session.toast == "Select a broker first; controllers stay")
    }

    @Test func `a partition moves to the brokers that are typed`() {
        // The form begins with where it is now: what is typed takes its place, and after an arrow it is edited.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down", "topics.open", "topic.move-replicas")
        #expect(session.shows("Move the replicas of orders-0"))
        #expect(session.shows("1,2,3") && session.shows("→ edits it"), "\(session)")
        session.type("2")
        #expect(!session.shows("1,2,3") && !session.shows("→ edits it"), "\(session)")
        session.key(.escape)
        session.press("topic.move-replicas")
        session.key(.right)
        session.key(.backspace)
        session.type("9")
        #expect(session.key(.enter) == [])
        #expect(session.shows("! there is no broker 9"))
        session.key(.backspace)
        session.type("1")
        #expect(session.key(.enter) == [])
        #expect(session.shows("! broker 1 stands there twice"))
        session.key(.backspace)
        session.key(.backspace)
        let moved = TopicPartition(topic: "orders", partition: 0)
        #expect(session.key(.enter) == [.moveReplicas([.init(partition: moved, replicas: [1, 2], from: [1, 2, 3])])])
    }

    @Test func `a move says what it does`() {
        // Who changes the order alone would wait for an ISR that never grows.
        func words(_ replicas: [BrokerID], from: [BrokerID]?) -> String {
            let orders = TopicPartition(topic: "orders", partition: 0)
            return [ReplicaMove(partition: orders, replicas: replicas, from: from)].words
        }
        #expect(
            words([2, 3, 4], from: [1, 2, 3]) == "Moving the replicas of orders-0; the ISR grows as they catch up")
        #expect(words([1], from: nil) == words([2, 3, 4], from: [1, 2, 3]), "nobody knows")
        #expect(
            words([3, 1, 2], from: [1, 2, 3])
                == "The replicas of orders-0 stay, in another order: the first is the preferred leader")
        #expect(words([3, 1], from: [1, 2, 3]) == "Taking replicas of orders-0 away")
        #expect(words([1, 2], from: [1, 2]) == "The replicas of orders-0 are there already")
        let moves = (0..<3).map { index in
            ReplicaMove(
                partition: TopicPartition(topic: "orders", partition: index), replicas: index == 2 ? [3, 4] : [3, 2],
                from: [2, 3])
        }
        #expect(moves.words == "Moving the replicas of 3 partitions; the ISR grows as they catch up")
        #expect([ReplicaMove](moves.prefix(2)).words.hasPrefix("The replicas of 2 partitions stay"))
    }

    private func move(_ index: Int32, to replicas: [BrokerID]) -> ReplicaMove {
        let id = TopicPartition(topic: "orders", partition: index)
        let from = Fixture.snapshot(step: 60).partition(id)?.replicas.map(\.broker)
        return ReplicaMove(partition: id, replicas: replicas, from: from)
    }

    @Test func `the partitions of a topic are spread over the brokers that are typed`() {
        // With the same order for all, one broker would lead every partition.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down", "topics.move-replicas")
        #expect(session.shows("Move the replicas of all 3 partitions of orders"))
        session.type("1, 3")
        #expect(
            session.key(.enter) == [
                .moveReplicas(
                    [(0, [1, 3]), (1, [3, 1]), (2, [1, 3])].map { index, replicas in move(index, to: replicas) })
            ])
    }

    @Test func `partitions with unlike numbers of replicas are told by their range`() {
        // A dash said that nothing was known.
        var session = Session(columns: 120, rows: 24)
        var snapshot = Fixture.snapshot(step: 90)
        snapshot.topics[2].partitions[0].replicas.removeLast()
        session.send(.snapshot(snapshot))
        session.press("topics.move-down")
        #expect(session.selectedRow.contains(" 2–3 "), "\(session)")
    }
}
