import KafkaCluster
import KafkaProtocol

/// One line of what happened and why.
package struct StoryLine: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A condition that has come true.
        case condition
        /// Something that was done.
        case action
        /// What the scenario tells about it.
        case says
        /// What happened in the cluster.
        case event
        /// An expectation that was met, or was not.
        case met, unmet
        /// Why the scenario could not be played to its end.
        case failure
    }

    package var kind: Kind
    package var text: String
    /// What a person would say in place of the file's own words; nil where `text` is such a sentence.
    package var words: String?
    /// Since the scenario's beginning.
    package var after: Duration

    package init(_ kind: Kind, _ text: String, words: String? = nil, after: Duration) {
        self.kind = kind
        self.text = text
        self.words = words
        self.after = after
    }
}

/// What came of a scenario.
package struct ScenarioReport: Hashable, Sendable {
    package struct Finding: Hashable, Sendable {
        package var expected: String
        package var isMet: Bool
        package var found: String
    }

    /// One producer's row of figures; what is unknown is nil.
    package struct Producer: Hashable, Sendable {
        package var topic: String
        package var sendMode: SendMode
        package var acks: Acks
        package var figures: [Figure]
        /// Records acknowledged per second while it could send, or while it was measured.
        package var recordsPerSecond: Double?
        /// Records handed over per second while it was measured; nil where nobody did.
        package var sentPerSecond: Double?
    }

    /// How fast a producer was between two steps.
    struct Measurement: Hashable {
        var sentPerSecond: Double?
        var ackedPerSecond: Double?
        var latencyP99Microseconds: Int64?

        init(of topic: String, from before: Facts, to after: Facts) {
            let seconds = Double((after.cluster.takenAt - before.cluster.takenAt).wholeMilliseconds) / 1000
            func rate(_ metric: Metric) -> Double? {
                guard seconds > 0, let value = after[metric, [topic]] else { return nil }
                // One that was started in between had sent nothing.
                return Double(value.saturatingSubtract(before[metric, [topic]] ?? 0)) / seconds
            }
            sentPerSecond = rate(.sent)
            ackedPerSecond = rate(.acked)
            latencyP99Microseconds = after[.latencyP99Microseconds, [topic]]
        }
    }

    package struct Group: Hashable, Sendable {
        package var name: String
        package var figures: [Figure]
    }

    package struct Figure: Hashable, Sendable {
        package var metric: Metric
        package var value: Int64?
    }

    package static let producerMetrics: [Metric] = [
        .attempted, .acked, .failed, .unknown, .dropped, .lost, .neverArrived, .duplicate, .nonmonotonicSend,
        .latencyP99Microseconds,
    ]
    package static let groupMetrics: [Metric] = [
        .processedOnce, .processedTwice, .committedPast, .retiredUnread, .errors, .deadLettered, .failedCommits,
    ]

    package var name: String
    package var title: String
    package var took: Duration
    /// Why it could not be played to its end.
    package var failure: String?
    package var findings: [Finding]
    package var producers: [Producer] = []
    package var groups: [Group] = []
    package var story: [StoryLine]
    /// What the expectations ask for: a table shows it even where it is zero.
    package var asked: Set<Metric> = []

    /// The reason of a run that somebody ended.
    package static let stopped = "It was stopped."

    package var isStopped: Bool { failure == Self.stopped }
    package var hasPassed: Bool { failure == nil && findings.allSatisfy(\.isMet) }

    init(
        _ scenario: Scenario, took: Duration, sending: Duration, failure: String?, _ findings: [Finding],
        story: [StoryLine], facts: Facts?, atEndOfSteps: Facts?, _ measurements: [String: Measurement] = [:]
    ) {
        name = scenario.name
        title = scenario.title
        self.took = took
        self.failure = failure
        self.findings = findings
        self.story = story
        asked = Set(scenario.expectations.flatMap(\.metrics))
        guard let facts, let workload = facts.cluster.workload else { return }
        let seconds = Double(sending.wholeMilliseconds) / 1000
        producers = workload.producers.map { producer in
            let topic = producer.settings.topic
            // One that a step started, or stopped, did not send all the time.
            let ranThroughout = scenario.producers.contains { $0.settings.topic == topic && $0.isStarted }
            let measurement = measurements[topic]
            let figures = Self.producerMetrics.map { metric in
                if metric == .latencyP99Microseconds, let measurement {
                    return Figure(metric: metric, value: measurement.latencyP99Microseconds)
                }
                // Latencies are those of the last seconds: as they were while records were still sent.
                let source = metric == .latencyP99Microseconds ? atEndOfSteps ?? facts : facts
                return Figure(metric: metric, value: source[metric, [topic]])
            }
            return Producer(
                topic: topic, sendMode: producer.settings.sendMode, acks: producer.settings.acks, figures: figures,
                recordsPerSecond: measurement?.ackedPerSecond
                    ?? (ranThroughout && seconds > 0 ? Double(producer.acknowledged) / seconds : nil),
                sentPerSecond: measurement?.sentPerSecond)
        }
        groups = workload.groups.map { group in
            let name = group.settings.group
            return Group(
                name: name, figures: Self.groupMetrics.map { Figure(metric: $0, value: facts[$0, [name]]) })
        }
    }
}
