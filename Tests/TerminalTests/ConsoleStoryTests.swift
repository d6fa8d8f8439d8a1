import Console
import EmbeddedClusters
import KafkaClient
import KafkaCluster
import KafkaProtocol
import Logging
import Scenarios
import Testing

@testable import klamm

/// Stories under the console, on clusters of real brokers.
@Suite struct ConsoleStoryTests {
    private static let quiet = Logger(label: "story") { _ in SwiftLogNoOpLogHandler() }

    /// Its only broker, and controller, are killed; nothing is waited for after that.
    private static func deadCluster() throws -> Scenario {
        var scenario = Scenario(name: "dead", title: "Nobody is left")
        scenario.cluster.brokers = 1
        var topic = Scenario.Topic(name: "orders")
        topic.replicationFactor = 1
        scenario.topics = [topic]
        scenario.producers = [Scenario.Producer(ProducerSettings(topic: "orders", recordsPerSecond: 100))]
        var step = Step()
        step.limit = .seconds(60)
        step.when = try Condition("acked(orders) >= 1")
        step.actions = try ["kill 1", "kill 101"].map { try ActionText($0) }
        var last = Step()
        last.limit = .seconds(600)
        last.when = try Condition("acked(orders) >= 1000000")
        scenario.steps = [step, last]
        return scenario
    }

    /// Waits for what the story posts.
    private static func wait(
        _ inbox: ConsoleInbox, until isMet: (ConsoleInbox.Contents) -> Bool
    ) async throws -> ConsoleInbox.Contents {
        for _ in 0..<3000 {
            let contents = inbox.take()
            if isMet(contents) { return contents }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the story never came so far")
        return inbox.take()
    }

    private static func inItsTurn(_ body: (ConsoleStory, ConsoleInbox) async throws -> Void) async throws {
        await ClusterTurns.shared.begin()
        defer { ClusterTurns.shared.end() }
        try await onOwnThread { try await body(ConsoleStory(), ConsoleInbox()) }
    }

    @Test func `a story is left before its dead cluster has gone, and says no more`() async throws {
        // Clients that wait for dead brokers were waited for: nothing was seen for ten seconds, and esc was pressed again.
        try await Self.inItsTurn { story, inbox in
            story.play(try Self.deadCluster(), into: inbox, logger: Self.quiet) {}
            _ = try await Self.wait(inbox) { contents in
                contents.snapshot.map { !$0.brokers.contains { $0.state == .running } && $0.controller == nil } ?? false
            }
            let play = try #require(story.shown.play)
            #expect(story.post(.outcome(.done("asked there")), whileShown: play, inbox))
            #expect(!story.post(.outcome(.done("asked of klamm's own")), whileShown: nil, inbox))
            _ = inbox.take()

            story.order(.leave, inbox)
            let told = inbox.take()
            #expect(told.events.last == .story(nil) && told.snapshot == nil)
            #expect(!story.isOn && story.shown.play == nil && story.shown.target == nil)
            // What it was asked for fails now that its cluster goes, and nobody sees that cluster any more.
            #expect(!story.post(.outcome(.failed("no controller")), whileShown: play, inbox))
            await story.ended()
            #expect(inbox.take().isEmpty)
        }
    }

    @Test func `what is asked for before a story's cluster is there does not hit klamm's own`() async throws {
        // The screen shows the story's, or nothing yet.
        try await withEmbeddedCluster(brokers: 1) { cluster in
            let folder = try ScratchFolder()
            let session = ConsoleSession(
                cluster: cluster, ClientConfiguration(bootstrapServers: cluster.bootstrapServers),
                storeFolder: folder.path, settingsFolder: nil, logger: Self.quiet)
            session.play("02")
            session.perform(.createTopic(TopicDraft(name: "here", partitions: 1, replicationFactor: 1)))
            session.execute(.startProducer(ProducerSettings(topic: "here", recordsPerSecond: 1)))
            var refusals = 0
            while refusals < 2 {
                let told = try await Self.wait(session.inbox) { contents in
                    contents.events.contains { if case .outcome = $0 { true } else { false } }
                }
                for case .outcome(let outcome) in told.events {
                    refusals += 1
                    #expect(outcome == .failed("The story's cluster is being started: try it again"))
                }
                if told.isEmpty { break }
            }
            session.story.order(.leave, session.inbox)
            await session.story.ended()
            #expect(try await !cluster.snapshot().topics.contains { $0.name == "here" })
            #expect(session.workload.snapshot().producers.isEmpty)
        }
    }

    @Test func `a story whose cluster cannot be made says why before it goes`() async throws {
        // It was told as one that was left.
        try await Self.inItsTurn { story, inbox in
            var scenario = try Self.deadCluster()
            scenario.cluster.settings = [Setting("no.such.setting", "1")]
            story.play(scenario, into: inbox, logger: Self.quiet) {}
            await story.ended()
            let stories = inbox.take().events.compactMap { if case .story(let story) = $0 { story } else { nil } }
            guard case .failed(let reason)? = stories.last?.state else {
                Issue.record("\(stories)")
                return
            }
            #expect(reason.contains("no.such.setting"))
            #expect(!story.isOn)
        }
    }
}
