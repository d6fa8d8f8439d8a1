import KafkaCluster
import KafkaProtocol

/// How every scenario ends, part by part, so that what came of it can be judged.
enum EndingPart: Hashable, Sendable, CaseIterable {
    /// Producers send what they still have.
    case producers
    /// Faults end, and whoever is down comes back.
    case faults
    /// Groups read what there is to read.
    case draining
    case groups
    case reading
    case judgement

    var next: Self? {
        switch self {
        case .producers: .faults
        case .faults: .draining
        case .draining: .groups
        case .groups: .reading
        case .reading: .judgement
        case .judgement: nil
        }
    }

    var words: String {
        switch self {
        case .producers: "stop the producers"
        case .faults: "heal everything and start what is down"
        case .draining: "let the groups read to the end"
        case .groups: "stop the groups"
        case .reading: "read every partition to its end"
        case .judgement: "judge"
        }
    }

    var sentence: String { words.prefix(1).uppercased() + words.dropFirst() }

    /// Whether what it waits for can only be seen afterwards.
    var needsFreshLook: Bool { self == .judgement || self == .draining }

    func work(_ scenario: Scenario, _ facts: Facts) -> [StepAction] {
        switch self {
        case .producers:
            return (facts.cluster.workload?.producers ?? []).filter(\.isRunning)
                .map { .client(.stopProducer(topic: $0.settings.topic)) }
        case .faults:
            guard scenario.ending.heals else { return [] }
            let heal: [StepAction] = facts.cluster.faults.isEmpty ? [] : [.fault(FaultScriptLine(.healAll))]
            let nodes =
                facts.cluster.controllers.filter { !$0.isUp }.map(\.id)
                + facts.cluster.brokers.filter { $0.state == .down }.map(\.id)
            return heal + nodes.map { .fault(FaultScriptLine(.restart($0))) }
        case .groups:
            return (facts.cluster.workload?.groups ?? []).filter(\.isRunning)
                .map { .client(.stopGroup($0.settings.group)) }
        case .draining, .reading, .judgement: return []
        }
    }

    /// What it still waits for; nil when it is done.
    func missing(_ scenario: Scenario, _ facts: Facts) -> String? {
        switch self {
        case .producers:
            let running = (facts.cluster.workload?.producers ?? []).filter { $0.isRunning || $0.isEnding }
                .map(\.settings.topic)
            return running.isEmpty ? nil : "producers of \(running.joined(separator: ", ")) still run"
        case .faults:
            guard scenario.ending.heals else { return nil }
            let away = facts.cluster.brokers.filter { $0.state != .running }.map(\.id.description)
            if !away.isEmpty { return "brokers \(away.joined(separator: ", ")) do not serve" }
            let names = scenario.topics.map(\.name)
            let leaderless = facts.cluster.topics.filter { names.contains($0.name) || $0.isInternal }.flatMap { topic in
                topic.partitions.filter { $0.leader == nil }.map { "\(topic.name)-\($0.index)" }
            }
            if !leaderless.isEmpty { return "\(leaderless.joined(separator: ", ")) have no leader" }
            return Self.unreplicated(scenario, facts)
        case .draining:
            guard scenario.ending.drains else { return nil }
            for group in facts.cluster.workload?.groups ?? [] where group.isRunning {
                for topic in facts.cluster.topics where group.settings.topics.contains(topic.name) {
                    for partition in topic.partitions {
                        let id = TopicPartition(topic: topic.name, partition: partition.index)
                        let place = facts.cluster.groups.first { $0.id == group.settings.group }?.partitions
                            .first { $0.partition == id }
                        // Who begins where all is committed is handed nothing.
                        let position =
                            group.positions.filter { $0.partition == id }.map(\.position).max()
                            ?? place?.committed
                        guard let end = partition.highWatermark, position ?? 0 >= end else {
                            return "group \(group.settings.group) stands at \(position.map { "\($0)" } ?? "no place") "
                                + "in \(id), which ends at \(partition.highWatermark.map { "\($0)" } ?? "an unknown offset")"
                        }
                    }
                }
                if group.membersAtWork > 0 { return "group \(group.settings.group) still works" }
            }
            return nil
        case .groups:
            let running = (facts.cluster.workload?.groups ?? []).filter(\.isRunning).map(\.settings.group)
            if !running.isEmpty { return "groups \(running.joined(separator: ", ")) still run" }
            let open = facts.cluster.workload?.openClients ?? 0
            if open > 0 { return "\(open) clients have not ended yet" }
            // Groups may have written, too: dead letters.
            return Self.unreplicated(scenario, facts)
        case .reading, .judgement: return nil
        }
    }

    /// Where the high watermark is still behind what was written. A new leader learns from its followers how far it may
    /// let others read, and whoever reads before that takes what is there for lost.
    private static func unreplicated(_ scenario: Scenario, _ facts: Facts) -> String? {
        guard scenario.ending.heals else { return nil }
        for topic in facts.cluster.topics where scenario.topics.contains(where: { $0.name == topic.name }) {
            for partition in topic.partitions {
                guard let end = partition.logEndOffset, let mark = partition.highWatermark, mark < end else { continue }
                return "\(topic.name)-\(partition.index) can be read up to \(mark) and was written up to \(end)"
            }
        }
        return nil
    }
}
