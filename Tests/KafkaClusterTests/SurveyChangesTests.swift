import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

/// What is told of two pictures of a cluster that tells nothing by itself.
@Suite struct SurveyChangesTests {
    private let now = Instant(monotonicNanoseconds: 1_000_000_000, wallClockMilliseconds: 1_700_000_000_000)
    private let orders = TopicPartition(topic: "orders", partition: 0)

    private func snapshot(
        leader: BrokerID? = 1, isr: [BrokerID] = [1, 2, 3], epoch: Int32 = 4, down: [BrokerID] = []
    ) -> ClusterSnapshot {
        var snapshot = ClusterSnapshot(takenAt: now, clusterID: "c")
        snapshot.controller = 101
        snapshot.brokers = [1, 2, 3].map { id in
            ClusterSnapshot.Broker(
                id: id, host: "h", port: 1, state: down.contains(id) ? .down : .running, leaders: 0, replicas: 1)
        }
        snapshot.topics = [
            ClusterSnapshot.Topic(
                name: "orders", id: Uuid(high: 1, low: 1), isInternal: false,
                partitions: [
                    ClusterSnapshot.Partition(
                        index: 0, leader: leader, leaderEpoch: epoch, isr: isr,
                        replicas: [1, 2, 3].map { .init(broker: $0, state: .inSync, logEndOffset: nil) })
                ])
        ]
        return snapshot
    }

    private func kinds(_ old: ClusterSnapshot, _ new: ClusterSnapshot) -> [BrokerEvent.Kind] {
        SurveyChanges.events(from: old, to: new, at: now).compactMap {
            if case .node(let event) = $0 { event.kind } else { nil }
        }
    }

    @Test func `equal pictures tell nothing`() {
        // Else every second would bring an event.
        #expect(SurveyChanges.events(from: snapshot(), to: snapshot(), at: now).isEmpty)
    }

    @Test func `another cluster at the same address is told as that, and nothing else is`() {
        // Nobody deleted the topics of the first.
        var other = snapshot(leader: 2, isr: [2], epoch: 9)
        other.clusterID = "d"
        other.topics[0].id = Uuid(high: 9, low: 9)
        #expect(
            SurveyChanges.events(from: snapshot(), to: other, at: now)
                == [.notice(.clusterReplaced(from: "c", to: "d"), at: now)])
    }

    @Test func `an ISR that shrank is told`() {
        // The first sign of a replica in trouble.
        #expect(
            kinds(snapshot(), snapshot(isr: [1, 2])) == [
                .isrChanged(orders, from: [1, 2, 3], to: [1, 2], leaderEpoch: 4)
            ])
        // Brokers before 3.6 raise the epoch with it: nobody was elected.
        #expect(
            kinds(snapshot(), snapshot(isr: [1, 2], epoch: 5)) == [
                .isrChanged(orders, from: [1, 2, 3], to: [1, 2], leaderEpoch: 5)
            ])
    }

    @Test func `a broker that is gone and the leader after it are told`() {
        // What a kill looks like from outside.
        #expect(
            kinds(snapshot(), snapshot(leader: 2, isr: [2, 3], epoch: 5, down: [1])) == [
                .brokerFenced(1, reason: "the cluster lists it no more"),
                .leaderElected(orders, leader: 2, previous: 1, leaderEpoch: 5, isr: [2, 3], unclean: false),
                .isrChanged(orders, from: [1, 2, 3], to: [2, 3], leaderEpoch: 5),
            ])
        #expect(kinds(snapshot(down: [1]), snapshot()) == [.brokerUnfenced(1)])
        var four = snapshot()
        four.brokers.append(.init(id: 4, host: "h", port: 4, state: .running, leaders: 0, replicas: 0))
        #expect(kinds(snapshot(), four) == [.brokerUnfenced(4)], "one that was added")
    }

    @Test func `an election is unclean where nothing else explains it`() {
        // Nobody in sync was up, and then one leads that was not in sync.
        let leaderless = snapshot(leader: nil, isr: [1], epoch: 5)
        #expect(
            kinds(leaderless, snapshot(leader: 2, isr: [2], epoch: 6)) == [
                .leaderElected(orders, leader: 2, previous: .none, leaderEpoch: 6, isr: [2], unclean: true),
                .isrChanged(orders, from: [1], to: [2], leaderEpoch: 6),
            ])
        // The former ISR may have changed between the pictures.
        #expect(
            kinds(snapshot(isr: [1]), snapshot(leader: 2, isr: [2], epoch: 6)) == [
                .leaderElected(orders, leader: 2, previous: 1, leaderEpoch: 6, isr: [2], unclean: false),
                .isrChanged(orders, from: [1], to: [2], leaderEpoch: 6),
            ])
        // But not while nobody of it answered: two of two are killed, and the one that was behind comes back first.
        let silent = kinds(snapshot(isr: [1], down: [1, 2]), snapshot(leader: 2, isr: [2], epoch: 6, down: [1]))
        #expect(
            silent.contains(.leaderElected(orders, leader: 2, previous: 1, leaderEpoch: 6, isr: [2], unclean: true)))
        // Nor one that lacks what could be read.
        var (read, lacking) = (snapshot(isr: [1]), snapshot(leader: 2, isr: [2], epoch: 6))
        read.topics[0].partitions[0].highWatermark = 40
        func isUnclean(end: Int64) -> Bool {
            lacking.topics[0].partitions[0].highWatermark = end
            return kinds(read, lacking).contains {
                if case .leaderElected(_, _, _, _, _, true) = $0 { true } else { false }
            }
        }
        #expect(isUnclean(end: 39) && !isUnclean(end: 40))
        // What it told as a follower is old: it may have caught up since.
        lacking.topics[0].partitions[0].highWatermark = nil
        lacking.topics[0].partitions[0].replicas[1].logEndOffset = 10
        #expect(kinds(read, lacking).count == 2)
        #expect(
            kinds(read, lacking).contains(
                .leaderElected(orders, leader: 2, previous: 1, leaderEpoch: 6, isr: [2], unclean: false)))
        // It fell silent, and then its session was over.
        var fallen = snapshot(isr: [1])
        fallen.brokers[0].state = .unreachable
        #expect(
            kinds(fallen, snapshot(leader: 2, isr: [2], epoch: 6, down: [1])).contains(
                .leaderElected(orders, leader: 2, previous: 1, leaderEpoch: 6, isr: [2], unclean: true)))
        // A broker that only we cannot reach may have led and let others in.
        for index in [0, 1] {
            read.brokers[0].state = .unreachable
            if index == 1 { lacking.brokers[0].state = .unreachable }
            #expect(
                kinds(read, lacking).contains(
                    .leaderElected(orders, leader: 2, previous: 1, leaderEpoch: 6, isr: [2], unclean: false)))
        }
    }

    @Test func `a log directory that fails is told once`() {
        // Inside it is told; outside a broker that answers and serves nothing looked well.
        var failed = snapshot()
        failed.brokers[1].logDirectoryFailure = "/data: kafkaStorageError"
        #expect(kinds(snapshot(), failed) == [.logDirectoryFailed(2, reason: "/data: kafkaStorageError")])
        #expect(kinds(failed, failed).isEmpty && kinds(failed, snapshot()).isEmpty)
    }

    @Test func `topics that come, grow and go are told`() {
        // A topic of the same name with another id is another topic.
        var none = snapshot()
        none.topics = []
        #expect(kinds(none, snapshot()) == [.topicCreated("orders", partitions: 1, replicationFactor: 3)])
        #expect(kinds(snapshot(), none) == [.topicDeleted("orders")])
        var other = snapshot()
        other.topics[0].id = Uuid(high: 2, low: 2)
        #expect(
            kinds(snapshot(), other) == [
                .topicDeleted("orders"), .topicCreated("orders", partitions: 1, replicationFactor: 3),
            ])
        var larger = snapshot()
        larger.topics[0].partitions.append(
            .init(index: 1, leader: 1, leaderEpoch: 0, isr: [1], replicas: []))
        #expect(kinds(snapshot(), larger) == [.partitionsAdded("orders", total: 2)])
    }

    @Test func `that no broker answers any more is told once`() {
        // Of a group or topic one looks at nothing else is heard.
        var (two, none) = (snapshot(), snapshot())
        for index in 1..<3 { two.brokers[index].state = .unreachable }
        for index in 0..<3 { none.brokers[index].state = .unreachable }
        func isTold(_ old: ClusterSnapshot, _ new: ClusterSnapshot) -> Bool {
            SurveyChanges.events(from: old, to: new, at: now).contains(.notice(.clusterUnreachable, at: now))
        }
        #expect(!isTold(snapshot(), two))
        #expect(isTold(two, none) && isTold(snapshot(), none))
        #expect(!isTold(none, none) && !isTold(none, two))
    }

    /// `billing` is coordinated by the leader of the one partition of `__consumer_offsets`.
    private func grouped(
        _ isListed: Bool = true, leader: BrokerID = 2, epoch: Int32 = 3, silent: [BrokerID] = [], heard: Int64
    ) -> ClusterSnapshot {
        var picture = snapshot()
        picture.heardAt = now + .seconds(heard)
        for index in picture.brokers.indices where silent.contains(picture.brokers[index].id) {
            picture.brokers[index].state = .unreachable
        }
        picture.topics.insert(
            ClusterSnapshot.Topic(
                name: "__consumer_offsets", id: Uuid(high: 1, low: 2), isInternal: true,
                partitions: [.init(index: 0, leader: leader, leaderEpoch: epoch, isr: [leader], replicas: [])]),
            at: 0)
        if isListed {
            var group = ClusterSnapshot.Group(id: "billing", state: "Empty")
            group.coordinator = leader
            picture.groups = [group]
        }
        return picture
    }

    private func departed(_ pictures: [ClusterSnapshot]) -> [ClusterEvent] {
        var departures = GroupDepartures()
        return zip(pictures, pictures.dropFirst()).flatMap { departures.events(from: $0, to: $1, at: now) }
    }

    @Test func `a group that its coordinator lists no more is told, by a second look`() {
        // From outside nothing else tells that it was deleted.
        let gone = departed([grouped(heard: 1), grouped(false, heard: 2), grouped(false, heard: 3)])
        #expect(gone == [.notice(.groupGone("billing", coordinator: 2), at: now)])
        #expect(departed([grouped(heard: 1), grouped(false, heard: 2)]).isEmpty)
        #expect(
            departed([grouped(heard: 1), grouped(false, heard: 2), grouped(false, heard: 2)]).isEmpty,
            "nobody was asked since")
        #expect(departed([grouped(heard: 1), grouped(false, heard: 2), grouped(heard: 3), grouped(heard: 4)]).isEmpty)
    }

    @Test func `a group that nobody can tell of is not told as gone`() {
        // Its coordinator is silent, or another broker has become it and has not loaded it yet.
        #expect(
            departed([
                grouped(heard: 1), grouped(false, silent: [2], heard: 2), grouped(false, silent: [2], heard: 3),
            ]).isEmpty)
        #expect(
            departed([
                grouped(heard: 1), grouped(false, leader: 3, epoch: 4, heard: 2),
                grouped(false, leader: 3, epoch: 4, heard: 3),
            ]).isEmpty)
        // The metadata tell of the election late.
        #expect(
            departed([
                grouped(heard: 1), grouped(false, heard: 2), grouped(false, leader: 3, epoch: 4, heard: 3),
                grouped(false, leader: 3, epoch: 4, heard: 4),
            ]).isEmpty)
    }

    @Test func `a group stays in the picture while nobody can tell of it`() {
        // It vanished for a second whenever its coordinator died, and with it what was known of its pace.
        func kept(_ pictures: [ClusterSnapshot]) -> [ClusterSnapshot.Group] {
            var shown = pictures[0]
            for picture in pictures.dropFirst() {
                var picture = picture
                picture.keepGroups(of: shown)
                shown = picture
            }
            return shown.groups
        }
        var first = grouped(heard: 1)
        var row = ClusterSnapshot.GroupPartition(partition: TopicPartition(topic: "orders", partition: 0))
        (row.committed, row.highWatermark) = (40, 50)
        first.groups[0].partitions = [row]
        var silent = grouped(false, silent: [2], heard: 2)
        silent.topics[1].partitions[0].highWatermark = 70
        let group = kept([first, silent, silent]).first
        #expect(group?.state == "no coordinator" && group?.coordinator == nil && group?.members == nil)
        #expect(group?.partitions.first?.committed == 40 && group?.lag == 30)
        let loading = grouped(false, leader: 3, epoch: 4, heard: 3)
        #expect(kept([first, silent, loading]).map(\.id) == ["billing"])
        #expect(kept([first, silent, loading, loading]).isEmpty, "the new one does not have it")
        #expect(kept([first, silent, grouped(heard: 3)]).map(\.state) == ["Empty"])
        #expect(kept([first, grouped(false, heard: 2)]).isEmpty, "its coordinator says so")
    }

    @Test func `a lag is not known where a part of it is not`() {
        // The rest stood there as if it were all, and the group seemed to catch up while a leader was away.
        var group = ClusterSnapshot.Group(id: "billing", state: "Stable")
        group.partitions = (0..<3).map { .init(partition: TopicPartition(topic: "orders", partition: $0)) }
        (group.partitions[0].committed, group.partitions[0].highWatermark) = (10, 15)
        (group.partitions[1].committed, group.partitions[1].highWatermark) = (10, 12)
        group.partitions[2].highWatermark = 100
        #expect(group.lag == 7, "nothing is committed for the third")
        group.partitions[1].highWatermark = nil
        #expect(group.lag == nil)
    }
}
