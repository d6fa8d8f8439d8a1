import Console
import KafkaServer
import Workload

/// Answers what screens ask for beside the picture.
struct Inquiries: Sendable {
    var cluster: any ConsoleCluster
    /// Nil where nobody keeps any of the workload's records.
    var ledgers: TopicLedgers?
    /// Nil where klamm runs no clients.
    var workload: RunningWorkload?

    func answer(_ inquiry: Inquiry) async throws -> Answer {
        switch inquiry {
        case .ledger:
            ledgers?.take(try await cluster.snapshot())
            let (now, account) = (SystemClock.now(), cluster.acknowledgements)
            let topics = (ledgers?.verdicts ?? []).map { LedgerPicture.Topic(name: $0.topic, verdict: $0.verdict) }
            return .ledger(LedgerPicture(takenAt: now, account: account, topics: topics))
        case .configs(let topic):
            return .configs(try await TopicConfigs(cluster: cluster).describe(topic))
        case .batch(let partition, let offset):
            return .batch(inquiry, try await BatchLookup(cluster: cluster).batch(of: partition, at: offset))
        case .segments(let partition, let broker):
            return .segments(inquiry, try await ReplicaLogs(cluster: cluster).picture(of: partition, on: broker))
        case .producers(let topic):
            return .producers(try await cluster.producers(of: topic, in: cluster.snapshot()))
        case .journey(let subject):
            return .journey(inquiry, try await JourneyLookup(cluster: cluster, workload: workload).journey(of: subject))
        case .offsets(let partitions, let time):
            let found = try await OffsetsByTime(cluster: cluster).find(partitions, time: time)
            return .offsets(inquiry, found)
        }
    }
}
