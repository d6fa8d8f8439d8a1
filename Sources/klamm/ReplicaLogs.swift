import Console
import KafkaCluster
import KafkaProtocol
import KafkaServer
import KafkaStorage

/// Looks into the logs of a partition's replicas.
struct ReplicaLogs: Sendable {
    var cluster: any ConsoleCluster

    /// Of this broker, else of all that hold a replica.
    func picture(of partition: TopicPartition, on broker: BrokerID?) async throws -> ReplicaLogsPicture {
        let snapshot = try await cluster.snapshot()
        guard let known = snapshot.partition(partition) else { throw Refusal("There is no partition \(partition)") }
        var replicas: [ReplicaLogsPicture.Replica] = []
        for id in broker.map({ [$0] }) ?? known.replicas.map(\.broker) {
            guard snapshot.brokers.contains(where: { $0.id == id && $0.state != .down }) else {
                replicas.append(.init(broker: id, reason: "broker \(id) is down: nobody can look"))
                continue
            }
            do {
                replicas.append(try await cluster.replicaLog(of: partition, on: id))
            } catch {
                replicas.append(.init(broker: id, reason: "\(error)"))
            }
        }
        return ReplicaLogsPicture(partition: partition, replicas: replicas)
    }
}

/// What any cluster tells: the size of a replica, and where it lies.
extension ConsoleCluster {
    func replicaLog(of partition: TopicPartition, on broker: BrokerID) async throws -> ReplicaLogsPicture.Replica {
        var topic = DescribeLogDirsRequest.DescribableLogDirTopic()
        topic.topic = partition.topic
        topic.partitions = [partition.partition]
        var request = DescribeLogDirsRequest()
        request.topics = [topic]
        let response = try await ask(request, at: broker)
        for directory in response.results {
            let found = directory.topics.flatMap(\.partitions).first { !$0.isFutureKey }
            guard let found else { continue }
            return .init(
                broker: broker, directory: "\(directory.logDir)/\(partition)", size: found.partitionSize,
                reason: "only its size is told from outside")
        }
        let error = response.results.first { $0.errorCode != .none }?.errorCode
        return .init(broker: broker, reason: error.map { "\($0)" } ?? "broker \(broker) holds no such replica")
    }

    func producers(of topic: String, in snapshot: ClusterSnapshot) async throws -> ProducersPicture {
        let partitions = snapshot.topics.first { $0.name == topic }?.partitions ?? []
        var (rows, gaps): ([ProducersPicture.Row], [String]) = ([], [])
        if let gap = snapshot.withoutLeader(in: topic) { gaps.append(gap) }
        for broker in snapshot.brokers {
            let led = partitions.filter { $0.leader == broker.id }
            guard !led.isEmpty else { continue }
            var wanted = DescribeProducersRequest.TopicRequest()
            wanted.name = topic
            wanted.partitionIndexes = led.map(\.index)
            var request = DescribeProducersRequest()
            request.topics = [wanted]
            do {
                for partition in try await ask(request, at: broker.id).topics.flatMap(\.partitions) {
                    guard partition.errorCode == .none else {
                        gaps.append("\(topic)-\(partition.partitionIndex): \(partition.errorCode)")
                        continue
                    }
                    rows += partition.activeProducers.map { ProducersPicture.Row($0, of: partition.partitionIndex) }
                }
            } catch {
                gaps.append("broker \(broker.id): \(error)")
            }
        }
        rows.sort { ($0.partition, $0.producerID) < ($1.partition, $1.producerID) }
        return ProducersPicture(topic: topic, rows: rows, gap: gaps.isEmpty ? nil : gaps.joined(separator: " · "))
    }
}

extension ClusterSnapshot {
    /// How many of the topic's partitions nobody can tell of; nil where all have leaders.
    fileprivate func withoutLeader(in topic: String) -> String? {
        let count = topics.first { $0.name == topic }?.partitions.count { $0.leader == nil } ?? 0
        return count > 0 ? "\(Figures.plural(Int64(count), "partition")) without leader" : nil
    }
}

extension ProducersPicture.Row {
    fileprivate init(_ state: DescribeProducersResponse.ProducerState, of partition: Int32) {
        self.init(
            partition: partition, producerID: state.producerId, epoch: state.producerEpoch,
            lastSequence: state.lastSequence)
        lastTimestamp = state.lastTimestamp < 0 ? nil : state.lastTimestamp
        transactionStart = state.currentTxnStartOffset < 0 ? nil : state.currentTxnStartOffset
    }
}

/// klamm's own brokers are looked into.
extension EmbeddedCluster {
    /// Bytes of batches that are counted for one picture of a replica, the newest first.
    private static let mostCounted: Int64 = 32 << 20

    func replicaLog(of partition: TopicPartition, on broker: BrokerID) async throws -> ReplicaLogsPicture.Replica {
        guard let log = try await describeLog(of: partition, on: broker) else {
            return .init(broker: broker, reason: "broker \(broker) holds no such replica")
        }
        var segments = log.segments.map(ReplicaLogsPicture.Segment.init)
        var counted: Int64 = 0
        var reason: String?
        for index in segments.indices.reversed() {
            guard counted + segments[index].size <= Self.mostCounted else {
                reason = "batches are counted in the newest \(Figures.bytes(Self.mostCounted)) only"
                break
            }
            counted += segments[index].size
            do {
                segments[index].content = try await content(of: segments[index], of: partition, on: broker)
            } catch let error as DiskError {
                reason = "\(error)"
            }
        }
        return .init(
            broker: broker, directory: log.directory, size: log.sizeInBytes, segments: segments, reason: reason)
    }

    /// Nil where the segment has gone meanwhile, or the broker.
    private func content(
        of segment: ReplicaLogsPicture.Segment, of partition: TopicPartition, on broker: BrokerID
    ) async throws -> ReplicaLogsPicture.Content? {
        var count = BatchCount()
        repeat {
            let next = try await countBatches(of: partition, on: broker, inSegmentAt: segment.baseOffset, after: count)
            guard let next else { return nil }
            count = next
        } while !count.isComplete
        var offsets: ClosedRange<Int64>?
        if let first = count.firstOffset, let last = count.lastOffset, first <= last { offsets = first...last }
        return .init(
            batches: count.batches, records: count.records, offsets: offsets, timestamp: count.largestTimestamp,
            damage: count.damage)
    }

    func producers(of topic: String, in snapshot: ClusterSnapshot) async throws -> ProducersPicture {
        let rows = try await producers(of: topic).map { sighting in
            var row = ProducersPicture.Row(
                partition: sighting.partition.partition, producerID: sighting.state.producerID,
                epoch: Int32(sighting.state.producerEpoch), lastSequence: sighting.state.lastSequence)
            row.lastOffset = sighting.state.batches.last?.lastOffset
            row.lastTimestamp = sighting.state.lastTimestamp < 0 ? nil : sighting.state.lastTimestamp
            row.transactionStart = sighting.state.currentTransactionFirstOffset
            return row
        }.sorted { ($0.partition, $0.producerID) < ($1.partition, $1.producerID) }
        return ProducersPicture(topic: topic, rows: rows, gap: snapshot.withoutLeader(in: topic))
    }
}

extension ReplicaLogsPicture.Segment {
    fileprivate init(_ segment: LogDescription.Segment) {
        self.init(
            file: segment.file, baseOffset: segment.baseOffset, size: segment.size,
            offsetIndex: segment.offsetIndexSize, timeIndex: segment.timeIndexSize, isActive: segment.isActive)
    }
}
