import KafkaBroker
import KafkaProtocol
import NIOCore

/// A consumer without a group: reads all partitions of its topics from the start (or the end) and follows.
package struct SimulatedConsumer: SimulatedClient {
    package var network: NetworkClient
    var fetcher: Fetcher
    private let topics: [String]
    private var isFinishing = false

    package init(topics: [String], _ settings: FetchSettings, network: NetworkSettings) {
        self.topics = topics
        self.network = NetworkClient(network, topics: topics)
        fetcher = Fetcher(settings)
    }

    package var name: String { network.name }
    package var isDone: Bool {
        guard isFinishing else { return false }
        let areKnown = topics.allSatisfy {
            network.metadata.isGone($0) || !(network.metadata.topics[$0]?.partitions.isEmpty ?? true)
        }
        return areKnown && fetcher.isAtEnd(network.metadata)
    }
    package var nextDeadline: Instant? {
        isDone ? nil : .earlier(network.nextDeadline, fetcher.nextDeadline)
    }

    package mutating func finish() {
        isFinishing = true
        fetcher.finish(after: network.lastRequestID)
    }

    package mutating func step(_ input: ClientInput, now: Instant, into actions: inout [ClientAction]) {
        network.handle(input, now: now, into: &actions)
        takeEvents(now: now, into: &actions)
        if isDone { return }
        fetcher.drive(&network, now: now, into: &actions)
        network.driveMetadata(now: now, into: &actions)
        takeEvents(now: now, into: &actions)
    }

    private mutating func takeEvents(now: Instant, into actions: inout [ClientAction]) {
        while let event = network.nextEvent() {
            if case .metadataUpdated = event { addPartitions() }
            _ = fetcher.handle(event, &network, now: now, into: &actions)
            for outcome in fetcher.outcomes {
                if case .record(let partition, let offset, let value) = outcome {
                    actions.append(
                        .note(.delivered(consumer: name, group: nil, partition, offset: offset, record: value)))
                }
            }
            fetcher.outcomes.removeAll(keepingCapacity: true)
        }
    }

    private mutating func addPartitions() {
        for topic in topics {
            let count = network.metadata.topics[topic]?.partitions.count ?? 0
            for number in 0..<Int32(count) {
                let id = TopicPartition(topic: topic, partition: number)
                guard fetcher.index(of: id) == nil else { continue }
                // Partitions that come later are read from their beginning, so that nothing is missed.
                fetcher.add(
                    id, .resetting(fetcher.partitions.isEmpty ? fetcher.settings.reset : .earliest, from: 0, why: nil))
            }
        }
    }
}
