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
    /// Since the scenario's beginning.
    package var after: Duration

    package init(_ kind: Kind, _ text: String, after: Duration) {
        self.kind = kind
        self.text = text
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
        /// Records acknowledged per second while it could send.
        package var recordsPerSecond: Double?
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

    /// The reason of a run that somebody ended.
    package static let stopped = "It was stopped."

    package var isStopped: Bool { failure == Self.stopped }
    package var hasPassed: Bool { failure == nil && findings.allSatisfy(\.isMet) }

    init(
        _ scenario: Scenario, took: Duration, sending: Duration, failure: String?, _ findings: [Finding],
        story: [StoryLine], facts: Facts?, atEndOfSteps: Facts?
    ) {
        name = scenario.name
        title = scenario.title
        self.took = took
        self.failure = failure
        self.findings = findings
        self.story = story
        guard let facts, let workload = facts.cluster.workload else { return }
        let seconds = Double(sending.wholeMilliseconds) / 1000
        producers = workload.producers.map { producer in
            let topic = producer.settings.topic
            // One that a step started, or stopped, did not send all the time.
            let ranThroughout = scenario.producers.contains { $0.settings.topic == topic && $0.isStarted }
            let figures = Self.producerMetrics.map { metric in
                // Latencies are those of the last seconds: as they were while records were still sent.
                let source = metric == .latencyP99Microseconds ? atEndOfSteps ?? facts : facts
                return Figure(metric: metric, value: source[metric, [topic]])
            }
            return Producer(
                topic: topic, sendMode: producer.settings.sendMode, acks: producer.settings.acks, figures: figures,
                recordsPerSecond: ranThroughout && seconds > 0 ? Double(producer.acknowledged) / seconds : nil)
        }
        groups = workload.groups.map { group in
            let name = group.settings.group
            return Group(
                name: name, figures: Self.groupMetrics.map { Figure(metric: $0, value: facts[$0, [name]]) })
        }
    }
}
