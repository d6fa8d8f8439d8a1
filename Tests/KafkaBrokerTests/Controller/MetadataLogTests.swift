import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

@testable import KafkaBroker

@Suite struct MetadataLogTests {
    private func fetchRequest(
        from offset: Int64, lastEpoch: Int32 = -1, leaderEpoch: Int32 = -1, maxWait: Int32 = 0,
        topic: String = MetadataLog.topic, maxBytes: Int32 = 1 << 20
    ) -> FetchRequest {
        var partition = FetchRequest.FetchPartition()
        partition.fetchOffset = offset
        partition.lastFetchedEpoch = lastEpoch
        partition.currentLeaderEpoch = leaderEpoch
        partition.partitionMaxBytes = maxBytes
        var fetched = FetchRequest.FetchTopic()
        fetched.topic = topic
        fetched.partitions = [partition]
        var request = FetchRequest()
        request.replicaId = 1
        request.maxWaitMs = maxWait
        request.minBytes = 1
        request.topics = [fetched]
        return request
    }

    private func partition(_ response: FetchResponse) throws -> FetchResponse.PartitionData {
        try #require(response.responses.first?.partitions.first)
    }

    private func records(_ response: FetchResponse) throws -> ByteBuffer {
        guard case .bytes(let bytes)? = try partition(response).records else { return ByteBuffer() }
        return bytes
    }

    /// What a broker knows that follows the log from its beginning, a little at a time.
    private func follow(_ driver: ControllerDriver, maxBytes: Int32 = 200) throws -> MetadataImage {
        var image = MetadataImage(clusterID: ControllerDriver.clusterID)
        while true {
            let bytes = try records(
                driver.ask(fetchRequest(from: image.offset + 1, maxBytes: maxBytes), version: 12))
            if bytes.readableBytes == 0 { return image }
            for batch in try RecordBatches.all(in: bytes) { _ = try image.replay(batch) }
        }
    }

    // Brokers know only what they fetch, so it must lead to the same picture.
    @Test func `a broker that follows the log comes to the controller's image`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2, 3)
        try driver.createTopic("orders", partitions: 3, replicationFactor: 3, configs: [("retention.ms", "1")])
        try driver.createTopic("gone")
        var deletion = DeleteTopicsRequest()
        deletion.topicNames = ["gone"]
        _ = try driver.ask(deletion, version: 5)
        try driver.advance(by: .milliseconds(1500), keeping: 2, 3)
        #expect(try follow(driver) == driver.image)
        #expect(try follow(driver, maxBytes: 1 << 20) == driver.image)
    }

    // The log is all that a controller is.
    @Test func `a restart gives the same image in a larger epoch`() throws {
        let driver = try ControllerDriver()
        try driver.start(1, 2, 3)
        try driver.createTopic("orders", partitions: 3, replicationFactor: 3)
        try driver.advance(by: .milliseconds(1500), keeping: 2, 3)
        let next = try driver.successor()
        var expected = driver.image
        expected.skip(to: next.image.offset, epoch: next.image.epoch)
        #expect(next.image == expected)
        #expect(next.snapshot.leaderEpoch == driver.snapshot.leaderEpoch + 1)
        #expect(next.snapshot.isActive)
        // A whole session for those that were alive: they cannot have known.
        try next.advance(by: .milliseconds(1499))
        #expect(next.image.broker(2)?.fenced == false)
        try next.advance(by: .milliseconds(1))
        #expect(next.image.broker(2)?.fenced == true)
        #expect(try follow(next) == next.image)
    }

    // An orderly stop is seen by the next start, and reads no segment to recover.
    @Test func `an orderly stop closes the log`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        driver.flushesAtOnce = false
        _ = try driver.send(driver.registration(of: 2, incarnation: 1))
        try driver.step(.stopRequested)
        #expect(!driver.isStopped)
        try driver.performFlushes()
        #expect(driver.isStopped)
        #expect(driver.controller.nextDeadline == nil)
        let next = try driver.successor()
        #expect(next.image.broker(2) != nil)
    }

    // A loss of power takes back what nobody was told.
    @Test func `what is not durable is neither answered nor served nor told`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        let committed = driver.snapshot.committedOffset
        driver.clearEvents()
        driver.flushesAtOnce = false
        let creation = try driver.send(driver.topicRequest([driver.topic("orders")]))
        let heartbeat = try driver.send(
            {
                var request = BrokerHeartbeatRequest()
                request.brokerId = 1
                request.brokerEpoch = driver.image.broker(1)?.epoch ?? -1
                return request
            }())
        #expect(driver.image.topic(named: "orders") != nil)
        #expect(try driver.answer(CreateTopicsResponse.self, to: creation) == nil)
        #expect(try driver.answer(BrokerHeartbeatResponse.self, to: heartbeat) == nil)
        #expect(driver.events.isEmpty)
        let fetched = try driver.ask(fetchRequest(from: committed), version: 12)
        #expect(try records(fetched).readableBytes == 0)
        #expect(try partition(fetched).highWatermark == committed)

        // One flush is under way at a time; what comes meanwhile waits for the next.
        #expect(driver.heldFlushes.count == 1)
        let second = try driver.send(driver.topicRequest([driver.topic("second")]))
        #expect(driver.heldFlushes.count == 1)
        driver.flushesAtOnce = true
        try driver.performFlushes()
        #expect(try driver.answer(CreateTopicsResponse.self, to: creation)?.topics.first?.errorCode == ErrorCode.none)
        #expect(try driver.answer(BrokerHeartbeatResponse.self, to: heartbeat) != nil)
        #expect(try driver.answer(CreateTopicsResponse.self, to: second)?.topics.first?.errorCode == ErrorCode.none)
        #expect(driver.events.count == 2)
        #expect(try follow(driver) == driver.image)
    }

    // The promise behind it all: power may go at any moment.
    @Test func `a loss of power loses nothing that was answered`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        try driver.createTopic("answered")
        driver.flushesAtOnce = false
        _ = try driver.send(driver.topicRequest([driver.topic("unanswered")]))
        driver.disk.losePower()
        let next = try driver.successor()
        #expect(next.image.topicNames == ["answered"])
    }

    // After a failed flush nobody knows what is durable: a controller that went on could lie.
    @Test func `a failed flush silences the controller`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        driver.clearEvents()
        driver.flushesAtOnce = false
        let creation = try driver.send(driver.topicRequest([driver.topic("orders")]))
        try driver.failFlushes()
        #expect(try driver.answer(CreateTopicsResponse.self, to: creation) == nil)
        #expect(driver.events == [.replicaFailed(MetadataLog.partition, reason: "cannot flush: broken")])
        #expect(!driver.snapshot.isActive)
        #expect(driver.snapshot.failure == "cannot flush: broken")
        let late = try driver.send(driver.registration(of: 2, incarnation: 1))
        #expect(try driver.answer(BrokerRegistrationResponse.self, to: late) == nil)
        #expect(driver.controller.nextDeadline == nil)
    }

    // Elections must reach brokers at once, not at the next poll.
    @Test func `a waiting fetch is answered by the next commit`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        let waiting = try driver.send(fetchRequest(from: driver.image.offset + 1, maxWait: 5000), version: 12)
        #expect(try driver.answer(FetchResponse.self, to: waiting, version: 12) == nil)
        try driver.createTopic("orders")
        let answer = try #require(try driver.answer(FetchResponse.self, to: waiting, version: 12))
        #expect(try records(answer).readableBytes > 0)
        #expect(try partition(answer).highWatermark == driver.snapshot.committedOffset)
    }

    // Nothing new within the time is an answer too; a lost link takes the question along.
    @Test func `a waiting fetch ends with its time or its link`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        let end = driver.image.offset + 1
        let waiting = try driver.send(fetchRequest(from: end, maxWait: 500), version: 12)
        try driver.advance(by: .milliseconds(499))
        #expect(try driver.answer(FetchResponse.self, to: waiting, version: 12) == nil)
        try driver.advance(by: .milliseconds(1))
        #expect(try driver.answer(FetchResponse.self, to: waiting, version: 12) != nil)
        // An answer that waits for a flush is lost with its link as well.
        driver.flushesAtOnce = false
        let registration = try driver.send(driver.registration(of: 1, incarnation: 1))
        let lost = try driver.send(fetchRequest(from: end, maxWait: 500), version: 12)
        try driver.step(.peerReset(1))
        try driver.advance(by: .seconds(1))
        #expect(try driver.answer(FetchResponse.self, to: lost, version: 12) == nil)
        try driver.performFlushes()
        #expect(driver.image.broker(1) != nil)
        #expect(try driver.answer(BrokerRegistrationResponse.self, to: registration) == nil)
        #expect(try driver.answer(FetchResponse.self, to: lost, version: 12) == nil)
    }

    // A broker that remembers another history is told where it parts from this one.
    @Test func `fetches that do not fit the log`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        let end = driver.image.offset + 1
        let epoch = driver.snapshot.leaderEpoch
        func error(_ request: FetchRequest) throws -> ErrorCode {
            try partition(driver.ask(request, version: 12)).errorCode
        }
        #expect(try error(fetchRequest(from: end + 1)) == .offsetOutOfRange)
        #expect(try error(fetchRequest(from: -1)) == .offsetOutOfRange)
        #expect(try error(fetchRequest(from: 0, leaderEpoch: epoch + 1)) == .unknownLeaderEpoch)
        #expect(try error(fetchRequest(from: 0, leaderEpoch: epoch - 1)) == .fencedLeaderEpoch)
        #expect(try error(fetchRequest(from: 0, maxWait: 500, topic: "orders")) == .unknownTopicOrPartition)
        let parted = try partition(driver.ask(fetchRequest(from: end + 5, lastEpoch: epoch), version: 12))
        #expect(parted.errorCode == .none)
        #expect(parted.divergingEpoch.epoch == epoch)
        #expect(parted.divergingEpoch.endOffset == end)
        var stranger = fetchRequest(from: 0, maxWait: 500)
        stranger.clusterId = "other"
        #expect(try driver.ask(stranger, version: 12).errorCode == .inconsistentClusterId)
    }

    // Bytes from a peer are a stranger's.
    @Test func `a bad frame is told and answered with nothing`() throws {
        let driver = try ControllerDriver()
        driver.clearEvents()
        try driver.step(.peerRequest(from: 2, ByteBuffer(string: "x")))
        var metadata = MetadataRequest()
        metadata.topics = nil
        _ = try driver.send(metadata)
        #expect(driver.events.count == 2)
        guard case .badFrame(let client, _)? = driver.events.first else {
            Issue.record("no event")
            return
        }
        #expect(client == "broker 2")
    }
}
