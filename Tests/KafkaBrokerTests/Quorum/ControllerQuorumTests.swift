import KafkaBroker
import KafkaProtocol
import NIOCore
import Testing

/// Three controllers with brokers: who decides, what they agree on, and what happens when they are gone.
@Suite struct ControllerQuorumTests {
    let orders = TopicPartition(topic: "orders", partition: 0)

    private func others(_ cluster: TestCluster, than id: BrokerID) -> [BrokerID] {
        cluster.controllerIDs.filter { $0 != id }
    }

    private func fencings(_ cluster: TestCluster) -> Int {
        cluster.events.count { if case .brokerFenced = $0.kind { true } else { false } }
    }

    // What a controller's death costs is a pause in decisions, and nothing else.
    @Test func `a killed active controller is replaced before any broker is fenced`() throws {
        let cluster = TestCluster(controllers: 3)
        try TestClient(cluster, 1).createTopic("orders", on: [1, 2, 3])
        let first = try #require(cluster.activeController?.id)
        let killedAt = cluster.now
        cluster.kill(first)
        #expect(cluster.run(limit: .seconds(5)) { cluster.activeController != nil })
        #expect(cluster.now - killedAt < .milliseconds(1500))
        #expect(cluster.activeController?.image.topic(named: "orders") != nil)
        try TestClient(cluster, 2).createTopic("payments", on: [2, 3, 1])
        cluster.run(for: .seconds(5))
        #expect(fencings(cluster) == 0)
        // The next leader's broker dies: elections go on.
        cluster.kill(1)
        #expect(cluster.awaitLeader(of: orders, otherThan: 1) == 2)
        // The controller comes back and follows, without a new election.
        let epoch = cluster.activeController?.leaderEpoch
        cluster.start(first)
        cluster.run(for: .seconds(5))
        #expect(cluster.activeController?.leaderEpoch == epoch)
        #expect(cluster.controller(first)?.image == cluster.image)
    }

    private func causes(_ cluster: TestCluster) -> [ElectionCause?] {
        cluster.events.compactMap { if case .controllerElected(_, let cause) = $0.kind { .some(cause) } else { nil } }
    }

    // Under load a controller changes without anybody having broken anything: who elects knows why.
    @Test func `a controller that is elected tells which leader it lost, and how`() throws {
        let cluster = TestCluster(controllers: 3)
        #expect(causes(cluster) == [nil], "the first follows nobody")
        let first = try #require(cluster.activeController?.id)
        cluster.kill(first)
        #expect(cluster.run(limit: .seconds(5)) { causes(cluster).count == 2 })
        guard case .silence(first, let span, let late)? = causes(cluster).last ?? nil else {
            Issue.record("\(causes(cluster))")
            return
        }
        #expect(span > .zero && late == .zero)
    }

    // A pause of its own machine looks like a leader's silence: the cause tells how late the look was.
    @Test func `why a controller stands is known until it follows another`() {
        let settings = QuorumSettings(nodeId: 102, clusterID: "quorum", voters: [101, 102, 103])
        var now = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)
        var state = QuorumState(settings, epoch: 1, vote: nil, random: SeededGenerator(seed: 1), now: now)
        #expect(state.cause == nil)
        _ = state.epochHeard(2, leader: 101, now: now)
        state.leaderAnswered(now: now)
        now = (state.nextDeadline ?? now) + .milliseconds(700)
        #expect(!state.deadlineReached(now: now).isEmpty)
        #expect(state.cause == .silence(of: 101, settings.fetchTimeout, late: .milliseconds(700)))
        _ = state.epochHeard(3, leader: 103, now: now)
        #expect(state.cause == nil)
        _ = state.epochEnded(by: 103, epoch: 3, successors: [102, 101], now: now)
        #expect(state.cause == .resignation(of: 103))
    }

    // An hour may lie between: what was silent then has nothing to do with this election.
    @Test func `why a controller stood is forgotten when another raises the epoch`() {
        let settings = QuorumSettings(nodeId: 102, clusterID: "quorum", voters: [101, 102, 103])
        var now = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)
        var state = QuorumState(settings, epoch: 1, vote: nil, random: SeededGenerator(seed: 1), now: now)
        func win() {
            now = state.nextDeadline ?? now
            _ = state.deadlineReached(now: now)
            _ = state.voteAnswered(by: 103, askedEpoch: state.epoch, isPreVote: true, granted: true, now: now)
            let actions = state.voteAnswered(
                by: 103, askedEpoch: state.epoch, isPreVote: false, granted: true, now: now)
            #expect(actions.contains(.beginLeading))
        }
        _ = state.epochHeard(2, leader: 101, now: now)
        state.leaderAnswered(now: now)
        win()
        #expect(state.cause == .silence(of: 101, settings.fetchTimeout, late: .zero), "its own epoch keeps it")
        now = now + .seconds(3600)
        _ = state.epochHeard(state.epoch + 1, leader: nil, now: now)
        win()
        #expect(state.cause == nil)
    }

    // A minority must not decide anything, and need not: who leads goes on leading.
    @Test func `without a majority nothing is elected or created and leaders go on`() throws {
        let cluster = TestCluster(controllers: 3)
        let client = TestClient(cluster, 2)
        try client.createTopic("orders", on: [1, 2, 3])
        try client.createTopic("payments", on: [2, 3])
        let payments = TopicPartition(topic: "payments", partition: 0)
        let active = try #require(cluster.activeController?.id)
        for id in others(cluster, than: active) { cluster.kill(id) }
        #expect(cluster.run(limit: .seconds(5)) { cluster.activeController == nil })
        cluster.kill(1)
        cluster.run(for: .seconds(10))
        #expect(cluster.leader(of: orders) == 1)
        #expect(try client.produce(payments, ["while nobody decides"]).errorCode == .none)
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = "late"
        topic.numPartitions = 1
        topic.replicationFactor = 1
        var request = CreateTopicsRequest()
        request.topics = [topic]
        request.timeoutMs = 3000
        #expect(try client.call(request, version: 7).topics.map(\.errorCode) == [.requestTimedOut])
        // The majority is back: what waited happens.
        for id in others(cluster, than: active) { cluster.start(id) }
        #expect(cluster.awaitLeader(of: orders, otherThan: 1) != nil)
        try client.createTopic("late", on: [2, 3])
        #expect(try client.values(payments) == ["while nobody decides"])
    }

    // An active controller that is cut off decides for nobody, and must forget what it decided alone.
    @Test func `what was not committed is taken back`() throws {
        let cluster = TestCluster(controllers: 3)
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3])
        let first = try #require(cluster.activeController?.id)
        for id in others(cluster, than: first) { cluster.cut(first, id) }
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = "alone"
        topic.numPartitions = 1
        topic.replicationFactor = 1
        var request = CreateTopicsRequest()
        request.topics = [topic]
        let creation = try client.send(request, version: 7)
        cluster.run(for: .milliseconds(100))
        let decided = try #require(cluster.controller(first)?.image.topic(named: "alone")?.id)
        #expect(client.answeredIds.last != creation)
        // Another is elected, the first steps down, and the broker asks the other: the topic is another one.
        #expect(cluster.run(limit: .seconds(5)) { client.answeredIds.contains(creation) })
        let answer = try #require(try client.answer(creation, CreateTopicsResponse.self, version: 7))
        #expect(answer.topics.map(\.errorCode) == [.none])
        #expect(answer.topics.first?.topicId != decided)
        #expect(cluster.controller(first)?.image.topic(named: "alone") == nil)
        for id in others(cluster, than: first) { cluster.heal(first, id) }
        #expect(cluster.run(limit: .seconds(10)) { cluster.controller(first)?.image == cluster.image })
        #expect(cluster.image.topic(named: "alone")?.id == answer.topics.first?.topicId)
    }

    // All that was agreed on comes back when everything was off.
    @Test func `a restart of everything brings everything back`() throws {
        let cluster = TestCluster(controllers: 3)
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2, 3], configs: [("retention.ms", "12345")])
        var producer = InitProducerIdRequest()
        producer.transactionalId = nil
        #expect(try client.call(producer, version: 4).producerId == 0)
        let before = cluster.image
        for id in cluster.controllerIDs + [1, 2, 3] { cluster.losePower(id) }
        for id in cluster.controllerIDs + [1, 2, 3] { cluster.start(id) }
        #expect(cluster.run { ([1, 2, 3] as [BrokerID]).allSatisfy { cluster.snapshot($0)?.lifecycle == .running } })
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        let after = cluster.image
        #expect(after.topic(named: "orders")?.id == before.topic(named: "orders")?.id)
        #expect(after.config(.topic("orders"), "retention.ms") == "12345")
        #expect(after.brokers.map(\.id) == before.brokers.map(\.id))
        #expect(after.nextProducerId == 1000)
        #expect(try TestClient(cluster, 2).call(producer, version: 4).producerId == 1000)
    }

    // The log stays short, and whoever was away longer than it goes back begins with a snapshot.
    @Test func `snapshots keep the metadata log short`() throws {
        let configuration = try StaticConfiguration([
            "metadata.log.max.record.bytes.between.snapshots": "4000"
        ])
        let cluster = TestCluster(controllers: 3, controllerConfiguration: configuration)
        let client = TestClient(cluster, 1)
        let away = try #require(cluster.controllerIDs.first { $0 != cluster.activeController?.id })
        cluster.kill(away)
        for other in cluster.controllerIDs { cluster.cut(3, other) }
        for number in 0..<40 { try client.createTopic("topic-\(number)", on: [1, 2]) }
        let folder = "__cluster_metadata-0"
        let active = try #require(cluster.activeController?.id)
        let entries = try #require(try cluster.disk(of: active)?.list(folder))
        let snapshots = entries.filter { $0.name.hasSuffix(".checkpoint") }
        #expect(snapshots.count == 2)
        let oldest = try #require(snapshots.first?.name.prefix(20))
        #expect(Int64(oldest) ?? 0 > 20)
        // A controller, a broker that serves, and a broker that starts.
        cluster.start(away)
        for other in cluster.controllerIDs { cluster.heal(3, other) }
        cluster.add(4)
        #expect(cluster.run(limit: .seconds(10)) { cluster.controller(away)?.image == cluster.image })
        #expect(
            cluster.run(limit: .seconds(10)) {
                ([1, 2, 3, 4] as [BrokerID]).allSatisfy { cluster.metadataOffset(of: $0) == cluster.image.offset }
            })
        let copied = try #require(try cluster.disk(of: away)?.list(folder))
        #expect(copied.contains { $0.name.hasSuffix(".checkpoint") })
        // Nothing but snapshots and what follows them is left, and it is enough.
        let before = cluster.image.topicNames
        for id in cluster.controllerIDs { cluster.losePower(id) }
        for id in cluster.controllerIDs { cluster.start(id) }
        #expect(cluster.run(limit: .seconds(10)) { cluster.activeController != nil })
        #expect(cluster.image.topicNames == before)
        try client.createTopic("after", on: [3, 4])
    }

    @Test func `what bounds the fetches of records does not bound those of metadata`() throws {
        // A broker that takes a snapshot byte by byte never hears who leads: meanwhile there is a newer one.
        let configuration = try StaticConfiguration(["metadata.log.max.record.bytes.between.snapshots": "2000"])
        let cluster = TestCluster(controllerConfiguration: configuration) { $0.replicaFetchResponseMaxBytes = 1 }
        cluster.cut(3, TestCluster.controllerID)
        let client = TestClient(cluster, 1)
        for number in 0..<40 { try client.createTopic("topic-\(number)", on: [1, 2]) }
        cluster.heal(3, TestCluster.controllerID)
        #expect(cluster.run(limit: .milliseconds(500)) { cluster.metadataOffset(of: 3) == cluster.image.offset })
    }

    // Kafka's own tool for looking at the quorum.
    @Test func `a broker passes DescribeQuorum on`() throws {
        let cluster = TestCluster(controllers: 3)
        cluster.run(for: .seconds(1))
        var partition = DescribeQuorumRequest.PartitionData()
        partition.partitionIndex = 0
        var topic = DescribeQuorumRequest.TopicData()
        topic.topicName = "__cluster_metadata"
        topic.partitions = [partition]
        var request = DescribeQuorumRequest()
        request.topics = [topic]
        let answer = try TestClient(cluster, 3).call(request, version: 2)
        #expect(answer.errorCode == .none)
        let data = try #require(answer.topics.first?.partitions.first)
        #expect(data.leaderId == cluster.activeController?.id)
        #expect(data.leaderEpoch == cluster.activeController?.leaderEpoch)
        #expect(data.currentVoters.map(\.replicaId) == [101, 102, 103])
        #expect(data.currentVoters.allSatisfy { $0.logEndOffset == data.highWatermark })
        #expect(data.observers.map(\.replicaId) == [1, 2, 3])
        #expect(answer.nodes.map(\.nodeId) == [101, 102, 103])
    }

    // An orderly stop costs no more than a death, even where its farewell is lost with the links.
    @Test func `a controller that stops is replaced`() throws {
        let cluster = TestCluster(controllers: 3)
        let first = try #require(cluster.activeController?.id)
        let stoppedAt = cluster.now
        cluster.stop(first)
        #expect(
            cluster.run(limit: .seconds(5)) {
                cluster.activeController.map { $0.id != first } ?? false
            })
        #expect(cluster.now - stoppedAt < .milliseconds(1500))
        #expect(!cluster.isUp(first))
    }

    // A controller that slept still believes that it leads; nobody else does.
    @Test func `a controller that was frozen steps down when it wakes`() throws {
        let cluster = TestCluster(controllers: 3)
        let first = try #require(cluster.activeController?.id)
        cluster.freeze(first)
        #expect(cluster.run(limit: .seconds(5)) { (cluster.activeController?.id ?? first) != first })
        try TestClient(cluster, 1).createTopic("orders", on: [1, 2, 3])
        cluster.thaw(first)
        #expect(cluster.run(limit: .seconds(5)) { cluster.controller(first)?.isActive == false })
        #expect(cluster.run(limit: .seconds(5)) { cluster.controller(first)?.image == cluster.image })
        #expect(fencings(cluster) == 0)
    }
}
