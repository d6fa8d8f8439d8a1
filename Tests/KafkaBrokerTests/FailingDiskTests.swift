import KafkaBroker
import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

/// Brokers whose disks break while they serve, or are broken when they start.
@Suite struct FailingDiskTests {
    let orders = TopicPartition(topic: "orders", partition: 0)
    let full = "No space left on device"

    private func cluster(flushMessages: String = "1000000") throws -> (TestCluster, TestClient) {
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        let configs = [("min.insync.replicas", "2"), ("flush.messages", flushMessages)]
        try client.createTopic("orders", on: [1, 2, 3], configs: configs)
        return (cluster, client)
    }

    private func failures(_ cluster: TestCluster) -> [BrokerID] {
        cluster.events.compactMap { if case .logDirectoryFailed(let id, _) = $0.kind { id } else { nil } }
    }

    @Test(arguments: ["write", "flush", "replace"])
    func `a leader whose disk fails is replaced and nothing acknowledged is lost`(_ operation: String) throws {
        // Whatever call it is that fails first: the directory is out of service, and others lead at once.
        let (cluster, client) = try cluster(flushMessages: operation == "flush" ? "1" : "1000000")
        for number in 0..<5 { #expect(try client.produce(orders, ["\(number)"]).errorCode == .none) }
        cluster.breakDisk(of: 1) { tried, _ in tried == operation ? self.full : nil }
        let id = try client.send(client.produceRequest(orders, ["5"]), version: 11)
        // Checkpoints are written now and then.
        let leader = try #require(
            cluster.run(limit: .seconds(90)) { self.failures(cluster) == [1] }
                ? cluster.awaitLeader(of: orders, otherThan: 1) : nil)
        let failed = try #require(cluster.events.last { if case .logDirectoryFailed = $0.kind { true } else { false } })
        #expect(cluster.now - failed.at < .milliseconds(100))
        #expect(cluster.partition(orders)?.isr.sorted() == [2, 3])
        #expect(cluster.replica(orders, on: 1)?.failure?.contains(full) == true)
        #expect(cluster.snapshot(1)?.logDirectoryFailure?.contains(full) == true)
        #expect(cluster.snapshot(1)?.lifecycle == .running)
        let answer = try #require(try client.answer(id, ProduceResponse.self, version: 11))
        let code = try TestClient.only(answer).errorCode
        #expect(code == (operation == "replace" ? .none : .kafkaStorageError))
        let survivor = TestClient(cluster, leader)
        #expect(try survivor.produce(orders, ["after"]).errorCode == .none)
        let values = (0..<(code == .none ? 6 : 5)).map(String.init) + ["after"]
        #expect(try survivor.values(orders) == values)
        // Clients that still ask here are told why.
        #expect(try client.produce(orders, ["x"]).errorCode == .kafkaStorageError)
        #expect(try client.fetch(orders, from: 0).errorCode == .kafkaStorageError)
    }

    @Test func `a leader whose disk cannot be read is replaced`() throws {
        // A small read is the broker's own; a large one is the driver's, and only ends the connection, as in Kafka.
        let (cluster, client) = try cluster()
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.breakDisk(of: 1) { operation, _ in operation == "read" ? "Input/output error" : nil }
        #expect(try client.fetch(orders, from: 0).errorCode == .kafkaStorageError)
        let leader = try #require(cluster.awaitLeader(of: orders, otherThan: 1))
        cluster.run(for: .seconds(1))
        #expect(try TestClient(cluster, leader).values(orders) == ["a"])
    }

    @Test func `what waits at a failed disk is answered at once`() throws {
        // A producer that waits for followers, and a consumer that waits for records, must not wait for their time-outs.
        let (cluster, client) = try cluster()
        try client.createTopic("other", on: [1, 2, 3])
        let other = TopicPartition(topic: "other", partition: 0)
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        let consumer = TestClient(cluster, 1)
        let poll = try consumer.send(consumer.fetchRequest(orders, from: 1, maxWaitMs: 60_000), version: 12)
        cluster.cut(1, 2)
        cluster.cut(1, 3)
        let waiting = try client.send(client.produceRequest(orders, ["b"]), version: 11)
        cluster.run(for: .milliseconds(10))
        #expect(!client.answeredIds.contains(waiting))
        cluster.breakDisk(of: 1) { operation, _ in operation == "write" ? self.full : nil }
        #expect(try TestClient(cluster, 1).produce(other, ["c"], acks: 1).errorCode == .kafkaStorageError)
        #expect(cluster.run(limit: .milliseconds(10)) { client.answeredIds.contains(waiting) })
        #expect(cluster.run(limit: .milliseconds(10)) { consumer.answeredIds.contains(poll) })
        let produced = try #require(try client.answer(waiting, ProduceResponse.self, version: 11))
        #expect(try TestClient.only(produced).errorCode == .kafkaStorageError)
        let fetched = try #require(try consumer.answer(poll, FetchResponse.self, version: 12))
        #expect(fetched.responses.first?.partitions.first?.errorCode == .kafkaStorageError)
    }

    @Test func `a follower whose disk fails leaves the ISR at once`() throws {
        // Else every acks=all would wait for it until its lag time is over.
        let (cluster, client) = try cluster()
        cluster.breakDisk(of: 3) { operation, _ in operation == "write" ? self.full : nil }
        let start = cluster.now
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        #expect(cluster.now - start < .milliseconds(50))
        #expect(cluster.partition(orders)?.isr.sorted() == [1, 2])
        #expect(failures(cluster) == [3])
        cluster.run(for: .seconds(60))
        #expect(cluster.partition(orders)?.isr.sorted() == [1, 2])
        cluster.kill(3)
        cluster.breakDisk(of: 3, nil)
        cluster.start(3)
        #expect(cluster.awaitISR(of: orders, [1, 2, 3]))
        #expect(cluster.replica(orders, on: 3)?.failure == nil)
        #expect(cluster.replica(orders, on: 3)?.logEndOffset == 1)
    }

    @Test func `a broker that finds its logs unreadable at its start leads nothing`() throws {
        // Though it is the last member of the ISR: it has nothing to lead with, and the others wait for it.
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        try client.createTopic("orders", on: [1, 2])
        cluster.kill(2)
        #expect(cluster.awaitISR(of: orders, [1]))
        cluster.run(for: .milliseconds(50))
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.kill(1)
        cluster.breakDisk(of: 1) { operation, path in
            operation == "list" && path.contains("orders-0") ? "Input/output error" : nil
        }
        cluster.start(1)
        cluster.start(2)
        #expect(cluster.run(limit: .seconds(20)) { cluster.snapshot(1)?.lifecycle == .running })
        cluster.run(for: .seconds(5))
        #expect(cluster.leader(of: orders) == .none)
        #expect(cluster.partition(orders)?.isr == [1])
        #expect(cluster.replica(orders, on: 1)?.failure?.contains("Input/output error") == true)
        #expect(cluster.replica(orders, on: 1)?.logEndOffset == -1)
        let late = TestClient(cluster, 1)
        #expect(try late.produce(orders, ["x"]).errorCode == .kafkaStorageError)
        #expect(try late.fetch(orders, from: 0).errorCode == .kafkaStorageError)
        cluster.kill(1)
        cluster.breakDisk(of: 1, nil)
        cluster.start(1)
        #expect(cluster.awaitLeader(of: orders, otherThan: .none) == 1)
        #expect(try TestClient(cluster, 1).values(orders) == ["a"])
    }

    @Test func `a broker without a working disk comes up and gets no replicas`() throws {
        let cluster = TestCluster()
        let client = TestClient(cluster, 1)
        cluster.kill(3)
        cluster.breakDisk(of: 3) { _, _ in "Input/output error" }
        cluster.start(3)
        #expect(cluster.run(limit: .seconds(20)) { cluster.snapshot(3)?.lifecycle == .running })
        try client.createTopic("orders", on: [1, 2])
        #expect(try client.produce(orders, ["a"]).errorCode == .none)
        cluster.stop(3)
        #expect(cluster.run(limit: .seconds(10)) { !cluster.isUp(3) })
    }

    @Test func `the directory's id stays, and another broker's directory is refused`() throws {
        // Replicas are known by the directory in which they lie; a disk in the wrong machine must not lead.
        let cluster = TestCluster()
        let disk = try #require(cluster.disk(of: 1))
        let text = try #require(try disk.text(of: "meta.properties"))
        #expect(text.contains("cluster.id=\(cluster.clusterID)\n"))
        #expect(text.contains("node.id=1\n"))
        let directory = try #require(cluster.image.broker(1)?.logDirs.first)
        #expect(text.contains("directory.id=\(directory)\n"))
        cluster.kill(1)
        cluster.start(1)
        #expect(cluster.run(limit: .seconds(20)) { cluster.snapshot(1)?.lifecycle == .running })
        #expect(cluster.image.broker(1)?.logDirs == [directory])
        cluster.kill(1)
        try disk.replace(
            "meta.properties", with: ByteBuffer(string: text.replacing("node.id=1", with: "node.id=2")), durably: true)
        cluster.start(1)
        #expect(cluster.run(limit: .seconds(20)) { cluster.snapshot(1)?.lifecycle == .running })
        #expect(cluster.snapshot(1)?.logDirectoryFailure?.contains("belongs to broker 2") == true)
        #expect(cluster.image.broker(1)?.hasLogDirectory == false)
    }

    @Test func `a group's coordinator moves when its disk fails`() throws {
        // Its answers would else be lost with it: members are sent to the next one.
        let (cluster, client) = try cluster()
        var find = FindCoordinatorRequest()
        find.coordinatorKeys = ["billing"]
        func coordinator() throws -> BrokerID? {
            let found = try client.call(find, version: 6).coordinators.first
            return found?.errorCode == ErrorCode.none ? found?.nodeId : nil
        }
        _ = try coordinator()
        cluster.run(for: .seconds(2))
        let first = try #require(try coordinator())
        let atFirst = TestClient(cluster, first)
        let commit = GroupHarness.commit(42)
        #expect(try atFirst.call(commit, version: 8).topics.first?.partitions.first?.errorCode == ErrorCode.none)
        cluster.breakDisk(of: first) { operation, _ in operation == "write" ? self.full : nil }
        #expect(try atFirst.call(commit, version: 8).topics.first?.partitions.first?.errorCode == .notCoordinator)
        cluster.run(for: .seconds(1))
        let second = try #require(try coordinator())
        #expect(second != first)
        #expect(
            try TestClient(cluster, second).call(commit, version: 8).topics.first?.partitions.first?.errorCode
                == ErrorCode.none)
        #expect(try atFirst.call(commit, version: 8).topics.first?.partitions.first?.errorCode == .notCoordinator)
    }
}
