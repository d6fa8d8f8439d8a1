import KafkaCluster
import KafkaProtocol

extension EmbeddedCluster {
    /// What each broker did with the record at this offset, by broker: of this epoch, or, without one, of the newest in which
    /// any of them wrote something there. A broker that was removed takes its marks along.
    package func traces(
        of partition: TopicPartition, offset: Int64, leaderEpoch: Int32?
    ) async throws -> [(broker: BrokerID, trace: ReplicaTrace)] {
        let brokers = places.brokers
        func ask(_ epoch: Int32?) async throws -> [(broker: BrokerID, trace: ReplicaTrace)] {
            var traces: [(broker: BrokerID, trace: ReplicaTrace)] = []
            for node in brokers {
                let trace = try await node.on { host in
                    host.marks.trace(of: partition, offset: offset, leaderEpoch: epoch)
                }.get()
                traces.append((node.id, trace))
            }
            return traces
        }
        let traces = try await ask(leaderEpoch)
        guard leaderEpoch == nil, let newest = traces.compactMap(\.trace.written?.leaderEpoch).max() else {
            return traces
        }
        return try await ask(newest)
    }
}
