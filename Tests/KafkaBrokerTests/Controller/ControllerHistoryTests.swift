import KafkaProtocol
import Testing

@testable import KafkaBroker

/// Random histories from a seed, checked after every step against what must always hold.
@Suite struct ControllerHistoryTests {
    private struct History {
        let driver: ControllerDriver
        var random: SeededGenerator
        var incarnations: [BrokerID: UInt64] = [:]
        var highestEpochs: [PartitionKey: (leader: Int32, partition: Int32)] = [:]

        init(seed: UInt64) throws {
            driver = try ControllerDriver(seed: seed, configuration: [:])
            random = SeededGenerator(seed: seed)
        }

        mutating func step(_ number: Int) throws {
            let broker = BrokerID(Int32.random(in: 1...4, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                // A new life, which may have to wait.
                incarnations[broker, default: 0] += 1
                try driver.register(broker, incarnation: incarnations[broker]!)
            case 1: try driver.register(broker, incarnation: incarnations[broker] ?? 0)
            case 2, 3, 4: try driver.heartbeat(broker)
            case 5:
                try driver.heartbeat(
                    broker, wantFence: Bool.random(using: &random), wantShutDown: Bool.random(using: &random))
            case 6: try driver.advance(by: .milliseconds(Int.random(in: 1...900, using: &random)))
            case 7:
                let unclean = Bool.random(using: &random) ? "true" : "false"
                try driver.createTopic(
                    "topic-\(number)", partitions: 3, replicationFactor: 3,
                    configs: [("unclean.leader.election.enable", unclean)])
            case 8: try alterIsr()
            default:
                var request = ElectLeadersRequest()
                request.electionType = Bool.random(using: &random) ? 0 : 1
                request.topicPartitions = nil
                _ = try driver.ask(request)
            }
        }

        private mutating func alterIsr() throws {
            guard let topic = driver.image.topicNames.randomElement(using: &random) else { return }
            let index = Int32.random(in: 0..<3, using: &random)
            let partition = try driver.partition(topic, index)
            if partition.leader == .none { return }
            var isr = partition.replicas.filter { _ in Bool.random(using: &random) }
            if !isr.contains(partition.leader) { isr.append(partition.leader) }
            try driver.alterIsr(topic, index, to: isr)
        }

        private func problem(
            with partition: PartitionImage, former: (leader: Int32, partition: Int32), image: MetadataImage
        ) -> String? {
            let isr = partition.isr
            if isr.isEmpty || Set(isr).count != isr.count || !isr.allSatisfy(partition.replicas.contains) {
                return "an ISR that cannot be"
            }
            if partition.leaderEpoch < former.leader || partition.partitionEpoch < former.partition {
                return "an epoch goes back"
            }
            if partition.leader == .none { return nil }
            if !isr.contains(partition.leader) { return "a leader outside the ISR" }
            if !image.isActive(partition.leader) { return "a leader that may not lead" }
            // Only the last member may stay although it is fenced, and then nobody leads.
            return isr.allSatisfy { image.broker($0)?.fenced == false } ? nil : "a fenced member beside a leader"
        }

        /// What no history may break.
        mutating func check() throws {
            let image = driver.image
            for topic in image.topics {
                for (index, partition) in topic.partitions.enumerated() {
                    let key = PartitionKey(topicId: topic.id, partition: Int32(index))
                    let former = highestEpochs[key] ?? (0, 0)
                    if let problem = problem(with: partition, former: former, image: image) {
                        Issue.record("\(topic.name)-\(index): \(problem): \(partition)")
                    }
                    highestEpochs[key] = (partition.leaderEpoch, partition.partitionEpoch)
                }
            }
        }
    }

    // No order of lives, silences, elections and requests may leave an impossible partition, and the log tells it all.
    @Test(arguments: 1...15 as ClosedRange<UInt64>)
    func `every history keeps leaders, ISRs and epochs sound`(seed: UInt64) throws {
        var history = try History(seed: seed)
        for number in 0..<150 {
            try history.step(number)
            try history.check()
        }
        #expect(history.driver.image.topicCount > 0)
        let before = history.driver.image
        history.driver.disk.losePower()
        let after = try history.driver.successor().image
        #expect(after.brokers == before.brokers)
        let topicsAreEqual = Array(after.topics) == Array(before.topics)
        #expect(topicsAreEqual)
    }

    // Two runs of one seed are one run, or no failure could be replayed.
    @Test func `the same seed gives the same history`() throws {
        func run() throws -> (MetadataImage, [BrokerEvent.Kind]) {
            var history = try History(seed: 7)
            for number in 0..<200 { try history.step(number) }
            return (history.driver.image, history.driver.events)
        }
        let (image, events) = try run()
        let (again, eventsAgain) = try run()
        let imagesAreEqual = image == again
        #expect(imagesAreEqual && events == eventsAgain)
    }
}
