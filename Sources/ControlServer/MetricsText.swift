import DeliveryLedger
import KafkaCluster
import KafkaProtocol
import Scenarios

/// The cluster in Prometheus' text format.
///
/// What kafka_exporter measures of a cluster has kafka_exporter's names, so that its dashboards work here; the rest
/// begins with `klamm_`. What is unknown has no sample.
enum MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func text(
        _ snapshot: ClusterSnapshot, _ account: LedgerAccount, _ verdicts: [Facts.Verdict] = [],
        groups commits: GroupVerdicts = GroupVerdicts()
    ) -> String {
        let families =
            cluster(snapshot) + partitions(snapshot) + replicas(snapshot) + groups(snapshot, commits)
            + ledger(account, snapshot) + workload(verdicts)
        return families.map(\.text).joined()
    }

    // MARK: The families

    private static func cluster(_ snapshot: ClusterSnapshot) -> [MetricFamily] {
        let brokers = snapshot.brokers.map { ($0, [MetricLabel("broker", "\($0.id)")]) }
        let controllers = snapshot.controllers.map { ($0, [MetricLabel("controller", "\($0.id)")]) }
        return [
            MetricFamily("kafka_brokers", "Brokers that serve.")
                .with(snapshot.brokers.count { $0.state == .running }),
            MetricFamily("klamm_broker_up", "1 while the broker's process is there.")
                .with(brokers) { $0.state == .down ? 0 : 1 },
            MetricFamily("klamm_broker_running", "1 while the broker serves.")
                .with(brokers) { $0.state == .running ? 1 : 0 },
            MetricFamily("klamm_broker_leaders", "Partitions that the broker leads.").with(brokers) { $0.leaders },
            MetricFamily("klamm_broker_connections", "Clients' connections to the broker.")
                .with(brokers) { $0.connections },
            MetricFamily("klamm_broker_log_bytes", "Bytes of the broker's logs.").with(brokers) { $0.logBytes },
            MetricFamily("klamm_controller_up", "1 while the controller's process is there.")
                .with(controllers) { $0.isUp ? 1 : 0 },
            MetricFamily("klamm_controller_active", "1 at the controller that decides.")
                .with(controllers) { $0.isActive ? 1 : 0 },
            MetricFamily("klamm_faults_active", "Injected faults that last.").with(snapshot.faults.count),
            MetricFamily("klamm_records_in_per_second", "Records that leaders append, over the last second or so.")
                .with(snapshot.recordsPerSecond),
        ]
    }

    private static func partitions(_ snapshot: ClusterSnapshot) -> [MetricFamily] {
        let all = snapshot.topics.flatMap { topic in
            topic.partitions.map { partition in
                (partition, [MetricLabel("topic", topic.name), MetricLabel("partition", "\(partition.index)")])
            }
        }
        let topics = snapshot.topics.map { ($0, [MetricLabel("topic", $0.name)]) }
        return [
            MetricFamily("kafka_topic_partitions", "Partitions of the topic.").with(topics) { $0.partitions.count },
            MetricFamily("kafka_topic_partition_current_offset", "High watermark: as far as consumers can read.")
                .with(all) { $0.highWatermark },
            MetricFamily("kafka_topic_partition_oldest_offset", "Log start offset.").with(all) { $0.logStartOffset },
            MetricFamily("kafka_topic_partition_leader", "Broker that leads the partition.")
                .with(all) { $0.leader?.rawValue },
            MetricFamily("kafka_topic_partition_leader_is_preferred", "1 while the first replica leads.")
                .with(all) { $0.leader != nil && $0.leader == $0.replicas.first?.broker ? 1 : 0 },
            MetricFamily("kafka_topic_partition_replicas", "Replicas of the partition.").with(all) {
                $0.replicas.count
            },
            MetricFamily("kafka_topic_partition_in_sync_replica", "Size of the ISR.").with(all) { $0.isr.count },
            MetricFamily("kafka_topic_partition_under_replicated_partition", "1 while the ISR lacks a replica.")
                .with(all) { $0.isr.count < $0.replicas.count ? 1 : 0 },
            MetricFamily("klamm_partition_log_end_offset", "The leader's log end offset.").with(all) {
                $0.logEndOffset
            },
            MetricFamily("klamm_partition_leader_epoch", "Leader epoch.").with(all) { $0.leaderEpoch },
            MetricFamily("klamm_partition_bytes", "Bytes of the leader's log.").with(all) { $0.sizeInBytes },
        ]
    }

    private static func replicas(_ snapshot: ClusterSnapshot) -> [MetricFamily] {
        var all: [(ClusterSnapshot.Replica, [MetricLabel])] = []
        for topic in snapshot.topics {
            for partition in topic.partitions {
                for replica in partition.replicas {
                    let labels = [
                        MetricLabel("topic", topic.name), MetricLabel("partition", "\(partition.index)"),
                        MetricLabel("broker", "\(replica.broker)"),
                    ]
                    all.append((replica, labels))
                }
            }
        }
        return [
            MetricFamily("klamm_replica_log_end_offset", "Each replica's own log end offset.")
                .with(all) { $0.logEndOffset }
        ]
    }

    private static func groups(_ snapshot: ClusterSnapshot, _ commits: GroupVerdicts) -> [MetricFamily] {
        let now = snapshot.takenAt.wallClockMilliseconds
        let verdicts = snapshot.groups.compactMap { group in
            commits.commits(of: group.id).certainWorst(of: group, now: now).map { worst in
                (1, [MetricLabel("consumergroup", group.id), MetricLabel("verdict", worst.status.rawValue)])
            }
        }
        let groups = snapshot.groups.map { ($0, [MetricLabel("consumergroup", $0.id)]) }
        let all = snapshot.groups.flatMap { group in
            group.partitions.map { place in
                (
                    place,
                    [
                        MetricLabel("consumergroup", group.id), MetricLabel("topic", place.partition.topic),
                        MetricLabel("partition", "\(place.partition.partition)"),
                    ]
                )
            }
        }
        return [
            MetricFamily("kafka_consumergroup_members", "Members of the group.").with(groups) { $0.members?.count },
            MetricFamily("kafka_consumergroup_current_offset", "The group's committed offset.")
                .with(all) { $0.committed },
            MetricFamily("kafka_consumergroup_lag", "Records between the commit and the high watermark.")
                .with(all) { $0.lag },
            MetricFamily("klamm_consumergroup_verdict", "1 for how the group fares, as the console has it.")
                .with(verdicts) { $0 },
            MetricFamily(
                "klamm_consumergroup_seconds_since_commit", "Since the last commit, where there is more to read."
            )
            .with(all) { place in
                place.committedAt.flatMap { place.lag ?? 0 > 0 ? max(0, now.saturatingSubtract($0)) / 1000 : nil }
            },
        ]
    }

    private static func ledger(_ account: LedgerAccount, _ snapshot: ClusterSnapshot) -> [MetricFamily] {
        let known = snapshot.topics.filter { !$0.isInternal }.map(\.name)
        let missing = account.missing
        let gone = missing.map(\.partition.topic).filter { !known.contains($0) }
        let topics = (known + Array(Set(gone)).sorted()).map { name in
            (missing.filter { $0.partition.topic == name }, [MetricLabel("topic", name)])
        }
        return [
            MetricFamily("klamm_acknowledged_records_total", "Records acknowledged to clients.", isCounter: true)
                .with(account.acknowledged),
            MetricFamily("klamm_lost_records", "Acknowledged records that are missing.")
                .with(topics) { $0.countOfRead },
            MetricFamily(
                "klamm_lost_records_receipt_unknown", "Missing records whose acknowledgement may not have been read."
            )
            .with(topics) { $0.countOfUnknownReceipt },
        ]
    }
}

extension MetricsText {
    /// What became of the records of klamm's own clients.
    private static func workload(_ verdicts: [Facts.Verdict]) -> [MetricFamily] {
        let topics = verdicts.flatMap { verdict in
            verdict.figures.map { figure in
                (figure, [MetricLabel("topic", verdict.topic), MetricLabel("figure", figure.metric.rawValue)])
            }
        }
        let groups = verdicts.flatMap { verdict in
            verdict.verdict.groups.flatMap { group in
                group.figures.map { figure in
                    (
                        figure,
                        [
                            MetricLabel("consumergroup", group.name), MetricLabel("topic", verdict.topic),
                            MetricLabel("figure", figure.metric.rawValue),
                        ]
                    )
                }
            }
        }
        return [
            MetricFamily("klamm_workload_records", "Records of klamm's own clients, by what became of them.")
                .with(topics) { $0.value },
            MetricFamily("klamm_workload_group_records", "Records of klamm's own groups, by what became of them.")
                .with(groups) { $0.value },
        ]
    }
}

struct MetricLabel: Hashable {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    var text: String {
        // Topics have none of these; groups may.
        guard value.utf8.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 == 0x0a }) else {
            return "\(name)=\"\(value)\""
        }
        let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\(name)=\"\(escaped)\""
    }
}

/// All samples of one name, with what they mean. Nothing at all without samples.
struct MetricFamily {
    private let name: String
    private let meaning: String
    private let isCounter: Bool
    private var samples: [String] = []

    init(_ name: String, _ meaning: String, isCounter: Bool = false) {
        self.name = name
        self.meaning = meaning
        self.isCounter = isCounter
    }

    /// A sample for each thing of which the figure is known.
    func with<Thing, Figure: Numeric>(_ things: [(Thing, [MetricLabel])], _ figure: (Thing) -> Figure?) -> Self {
        var family = self
        for (thing, labels) in things {
            guard let value = figure(thing) else { continue }
            family.samples.append("\(name){\(labels.map(\.text).joined(separator: ","))} \(value)")
        }
        return family
    }

    func with(_ value: (some Numeric)?) -> Self {
        var family = self
        if let value { family.samples.append("\(name) \(value)") }
        return family
    }

    var text: String {
        if samples.isEmpty { return "" }
        return "# HELP \(name) \(meaning)\n# TYPE \(name) \(isCounter ? "counter" : "gauge")\n"
            + samples.joined(separator: "\n") + "\n"
    }
}
