import DeliveryLedger
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaStorage

/// All that a run can see at one moment.
package struct Facts: Hashable, Sendable {
    package struct Verdict: Hashable, Sendable {
        package var topic: String
        package var verdict: DeliveryVerdict

        package init(topic: String, _ verdict: DeliveryVerdict) {
            self.topic = topic
            self.verdict = verdict
        }
    }

    /// With what klamm's own clients know.
    package var cluster: ClusterSnapshot
    /// What klamm's own clients saw, topic by topic; nil where nobody has judged it yet.
    package var verdicts: [Verdict]?
    /// What brokers have told to be lost.
    package var losses: [Loss]
    /// Figures that were not known then, as they were when they first were.
    private var firstKnown: [Figure: Int64] = [:]

    private struct Figure: Hashable {
        var metric: Metric
        var arguments: [String]
    }

    package init(cluster: ClusterSnapshot, verdicts: [Verdict]? = nil, losses: [Loss] = []) {
        self.cluster = cluster
        self.verdicts = verdicts
        self.losses = losses
    }

    /// Takes over what is not known here of what an expression counts from here on.
    mutating func learn(_ expression: Expression, from later: Self) {
        for (metric, arguments) in expression.gains where self[metric, arguments] == nil {
            firstKnown[Figure(metric: metric, arguments: arguments)] = later[metric, arguments]
        }
    }

    /// Nil where it is not known.
    package subscript(_ metric: Metric, _ arguments: [String] = []) -> Int64? {
        seen(metric, arguments) ?? (firstKnown.isEmpty ? nil : firstKnown[Figure(metric: metric, arguments: arguments)])
    }

    private func seen(_ metric: Metric, _ arguments: [String]) -> Int64? {
        let first = arguments.first
        switch metric {
        case .sent: return producers(first) { $0.sent }
        case .acked: return producers(first) { $0.acknowledged }
        case .failed: return producers(first) { $0.failed }
        case .unknown: return producers(first) { $0.unknown }
        case .dropped: return producers(first) { $0.dropped }
        case .resent: return producers(first) { $0.resent }
        case .lostInBuffer: return producers(first) { $0.lostInBuffer }
        case .inOutbox: return producers(first) { $0.inOutbox.map(Int64.init) }
        case .blockedMilliseconds: return producers(first) { $0.blocked.wholeMilliseconds }
        case .latencyP99Microseconds:
            // The slowest: percentiles do not add up.
            return cluster.workload?.producers.filter { first == nil || $0.settings.topic == first }
                .compactMap(\.latencyP99Microseconds).max()
        case .producersRunning:
            return cluster.workload.map { workload in
                Int64(workload.producers.count { $0.isRunning && (first == nil || $0.settings.topic == first) })
            }

        case .attempted, .lost, .neverArrived, .unseen, .duplicate, .lostWrite, .abortedRead, .inconsistentOffsets,
            .nonmonotonicSend, .pollSkip, .nonmonotonicPoll:
            let verdicts = verdicts?.filter { first == nil || $0.topic == first } ?? []
            return verdicts.isEmpty ? nil : Self.sum(verdicts) { $0.verdict.count(metric).map(Int64.init) }
        case .toldLost:
            return losses.filter { $0.returnedAt == nil && (first == nil || $0.partition.topic == first) }.countOfRead

        case .consumed: return groups(first) { $0.consumed }
        case .processed: return groups(first) { $0.processed }
        case .errors: return groups(first) { $0.errors }
        case .skipped: return groups(first) { $0.skippedDuplicates }
        case .deadLettered: return groups(first) { $0.deadLettered }
        case .failedCommits: return groups(first) { $0.failedCommits }
        case .groupsRunning:
            return cluster.workload.map { workload in
                Int64(workload.groups.count { $0.isRunning && (first == nil || $0.settings.group == first) })
            }
        case .processedOnce, .processedTwice, .committedPast, .retiredUnread, .outOfOrder:
            let groups = verdicts?.flatMap(\.verdict.groups).filter { first == nil || $0.name == first } ?? []
            return groups.isEmpty ? nil : Self.sum(groups) { $0.count(metric).map(Int64.init) }
        case .members: return coordinated(first) { ($0.members?.count).map(Int64.init) }
        case .lag: return coordinated(first) { $0.lag }
        case .committed: return place(arguments) { $0.committed }
        case .position: return place(arguments) { $0.position }

        case .leader: return partition(first).map { Int64($0.leader?.rawValue ?? 0) }
        case .epoch: return partition(first).map { Int64($0.leaderEpoch) }
        case .isr: return partition(first).map { Int64($0.isr.count) }
        case .inISR:
            guard let partition = partition(first), let broker = Self.node(arguments.last) else { return nil }
            return partition.isr.contains(broker) ? 1 : 0
        case .highWatermark: return partition(first)?.highWatermark
        case .logStartOffset: return partition(first)?.logStartOffset
        case .unreplicated:
            guard let end = partition(first)?.logEndOffset, let mark = partition(first)?.highWatermark else {
                return nil
            }
            return end.saturatingSubtract(mark)
        case .logEndOffset:
            guard arguments.count > 1 else { return partition(first)?.logEndOffset }
            guard let broker = Self.node(arguments[1]) else { return nil }
            return partition(first)?.replicas.first { $0.broker == broker }?.logEndOffset

        case .up: return isUp(Self.node(first))
        case .controller: return Int64(cluster.controller?.rawValue ?? 0)
        case .faults: return Int64(cluster.faults.count)
        case .brokersRunning: return Int64(cluster.brokers.count { $0.state == .running })
        }
    }

    /// Why a figure is unknown, to complete the sentence "lost(orders) is unknown: ..."; nil where there is no more to say.
    func reason(unknown metric: Metric, _ arguments: [String]) -> String? {
        let subject = arguments.first
        switch metric.source {
        case .producers:
            guard let workload = cluster.workload else { return "klamm has no clients of its own here" }
            return subject.flatMap { topic in
                workload.producers.contains { $0.settings.topic == topic } ? nil : "no producer of \(topic) has run"
            }
        case .groups:
            guard let workload = cluster.workload else { return "klamm has no clients of its own here" }
            return subject.flatMap { name in
                workload.groups.contains { $0.settings.group == name } ? nil : "group \(name) has never run"
            }
        case .topicVerdict:
            guard let verdicts else { return nil }
            guard let subject else { return verdicts.isEmpty ? "nothing was sent or read that could be judged" : nil }
            return verdicts.contains { $0.topic == subject }
                ? nil : "nothing of \(subject) was sent or read that could be judged"
        case .groupVerdict:
            guard let groups = verdicts?.flatMap(\.verdict.groups) else { return nil }
            guard let subject else { return groups.isEmpty ? "no group has read anything" : nil }
            return groups.contains { $0.name == subject } ? nil : "group \(subject) has read nothing"
        case .cluster: return nil
        }
    }

    // MARK: What the names stand for

    private func producers(_ topic: String?, _ figure: (WorkloadSnapshot.Producer) -> Int64?) -> Int64? {
        let producers = cluster.workload?.producers.filter { topic == nil || $0.settings.topic == topic }
        return Self.sum(Self.there(producers, named: topic), figure)
    }

    private func groups(_ name: String?, _ figure: (WorkloadSnapshot.Group) -> Int64?) -> Int64? {
        let groups = cluster.workload?.groups.filter { name == nil || $0.settings.group == name }
        return Self.sum(Self.there(groups, named: name), figure)
    }

    private func coordinated(_ name: String?, _ figure: (ClusterSnapshot.Group) -> Int64?) -> Int64? {
        let groups = cluster.groups.filter { name == nil || $0.id == name }
        return groups.isEmpty ? nil : Self.sum(groups, figure)
    }

    private func place(_ arguments: [String], _ figure: (ClusterSnapshot.GroupPartition) -> Int64?) -> Int64? {
        guard arguments.count == 2 else { return nil }
        return cluster.groups.first { $0.id == arguments[0] }?.partitions
            .first { "\($0.partition)" == arguments[1] }.flatMap(figure)
    }

    private func partition(_ name: String?) -> ClusterSnapshot.Partition? {
        guard let name, let partition = TopicPartition(directoryName: name) else { return nil }
        return cluster.partition(partition)
    }

    private func isUp(_ node: BrokerID?) -> Int64? {
        guard let node else { return nil }
        if node.isController { return cluster.controllers.first { $0.id == node }.map { $0.isUp ? 1 : 0 } }
        return cluster.brokers.first { $0.id == node }.map { $0.state == .down ? 0 : 1 }
    }

    private static func node(_ word: String?) -> BrokerID? { word.flatMap { Int32($0) }.map { BrokerID($0) } }

    /// Of one that was named and has never been there nothing is known; of none at all the sum is zero.
    private static func there<Element>(_ elements: [Element]?, named name: String?) -> [Element]? {
        name != nil && elements?.isEmpty ?? true ? nil : elements
    }

    /// Nil where nothing is there, or one of them is unknown.
    private static func sum<Element>(_ elements: [Element]?, _ figure: (Element) -> Int64?) -> Int64? {
        guard let elements else { return nil }
        var sum: Int64 = 0
        for element in elements {
            guard let value = figure(element) else { return nil }
            sum = sum.saturatingAdd(value)
        }
        return sum
    }
}
