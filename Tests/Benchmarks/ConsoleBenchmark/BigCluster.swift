import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// A cluster as large as those that other consoles are slow with: 500 topics of 20 partitions with three replicas on six
/// brokers, and 1,000 groups of three members that read a topic each.
struct BigCluster {
    let topics = 500
    let partitionsPerTopic: Int32 = 20
    let groups = 1_000
    private let brokers: Int32 = 6

    /// The cluster `step` seconds after the start: every partition grows, and every group is a little behind.
    func snapshot(step: Int64) -> ClusterSnapshot {
        let now = Instant(
            monotonicNanoseconds: 1_000_000_000 + step * 1_000_000_000,
            wallClockMilliseconds: 1_795_269_753_120 + step * 1000)
        var snapshot = ClusterSnapshot(takenAt: now, clusterID: "5L6g3nShT-eMCtK--X86sw")
        snapshot.controller = 101
        snapshot.controllers = [.init(id: 101, isUp: true, isActive: true)]
        snapshot.brokers = (1...brokers).map {
            ClusterSnapshot.Broker(
                id: BrokerID($0), host: "kafka-\($0)", port: 9092, state: .running, leaders: 1_667, replicas: 5_000)
        }
        snapshot.topics = (0..<topics).map { topic(number: $0, step: step) }
        snapshot.groups = (0..<groups).map { group(number: $0, step: step) }
        snapshot.recordsPerSecond = 40_000 + Double(step % 7)
        return snapshot
    }

    func topicName(_ number: Int) -> String { "topic-\(String(number + 1_000).dropFirst())-of-team-\(number % 17)" }

    private func end(of topic: Int, _ partition: Int32, step: Int64) -> Int64 {
        Int64(topic * 1_000) + Int64(partition) * 31 + step * (4 + Int64(topic % 5))
    }

    private func topic(number: Int, step: Int64) -> ClusterSnapshot.Topic {
        let partitions = (0..<partitionsPerTopic).map { index -> ClusterSnapshot.Partition in
            let end = end(of: number, index, step: step)
            let replicas = (0..<3).map { BrokerID((Int32(number) + index + $0) % brokers + 1) }
            var partition = ClusterSnapshot.Partition(
                index: index, leader: replicas[0], leaderEpoch: 3, isr: replicas,
                replicas: replicas.map { broker in
                    ClusterSnapshot.Replica(
                        broker: broker, state: broker == replicas[0] ? .leader : .inSync, logEndOffset: end)
                })
            partition.logStartOffset = 0
            partition.logEndOffset = end
            partition.highWatermark = end
            partition.sizeInBytes = end * 100
            return partition
        }
        return ClusterSnapshot.Topic(
            name: topicName(number), id: Uuid(high: 7, low: UInt64(number + 1)), isInternal: false,
            partitions: partitions)
    }

    private func group(number: Int, step: Int64) -> ClusterSnapshot.Group {
        let name = "group-\(String(number + 10_000).dropFirst())"
        let topic = number % topics
        let topicName = topicName(topic)
        let members = (1...3).map {
            GroupSnapshot.Member(
                id: "\(name)-\($0)-3f6c0a1e-77aa-4a41", instanceID: nil, clientID: "\(name)-\($0)",
                clientHost: "10.0.0.\($0)", assignment: [])
        }
        var group = ClusterSnapshot.Group(id: name, state: "Stable", members: members)
        group.generation = 4
        group.coordinator = BrokerID(Int32(number) % brokers + 1)
        group.partitions = (0..<partitionsPerTopic).map { index in
            let end = end(of: topic, index, step: step)
            var partition = ClusterSnapshot.GroupPartition(
                partition: TopicPartition(topic: topicName, partition: index))
            partition.member = members[Int(index) % 3].id
            partition.committed = max(0, end - Int64(number % 90) - step % 5)
            partition.highWatermark = end
            partition.logEndOffset = end
            return partition
        }
        return group
    }
}
