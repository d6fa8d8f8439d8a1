import Console
import KafkaCluster
import KafkaServer
import Logging
import Scenarios
import Synchronization

/// The scenario that is played under the console, if one is: its cluster's picture goes to the console's inbox, and the
/// user's orders to its player.
final class ConsoleStory: Sendable {
    private struct State {
        var story: Story?
        var target: ConsoleTarget?
        var orders: [StoryOrder] = []
        var player: Task<Void, Never>?
        var listeners: [Task<Void, Never>] = []
    }
    private let state = Mutex(State())

    var isOn: Bool { state.withLock { $0.story != nil } }
    var target: ConsoleTarget? { state.withLock { $0.target } }

    func order(_ order: StoryOrder) { state.withLock { if $0.story != nil { $0.orders.append(order) } } }

    /// Returns when no player is left.
    func ended() async { await state.withLock { $0.player }?.value }

    /// `onEnd` is called when the console has been told that it is over.
    func play(
        _ scenario: Scenario, into inbox: ConsoleInbox, logger: Logger, onEnd: @escaping @Sendable () async -> Void
    ) {
        let head = ScenarioHead(name: scenario.name, title: scenario.title)
        let isFree = state.withLock { state in
            guard state.story == nil else { return false }
            state.story = Story(head, shows: scenario.shows)
            state.orders = []
            return true
        }
        guard isFree else { return }
        inbox.post(.story(state.withLock { $0.story }))
        let audience = audience(scenario, inbox)
        let player = Task { [self] in
            do {
                _ = try await ScenarioPlayer(scenario, logger: logger, audience: audience).play()
            } catch {
                inbox.post(.outcome(.failed("\(error)")))
            }
            let listeners = state.withLock { state in
                defer { state = State() }
                return state.listeners
            }
            for task in listeners { task.cancel() }
            inbox.post(.story(nil))
            await onEnd()
        }
        state.withLock { $0.player = player }
    }

    private func audience(_ scenario: Scenario, _ inbox: ConsoleInbox) -> ScenarioAudience {
        var audience = ScenarioAudience()
        audience.staysUntilLeft = true
        audience.opened = { [self] stage in opened(stage, inbox) }
        audience.told = { [self] line in change(inbox) { $0.add(line) } }
        audience.finished = { [self] report in
            // Left in the middle: nothing was judged.
            if report.isStopped { return }
            change(inbox) { story in
                for sentence in ScenarioText.sentences(of: report) {
                    story.add(StoryLine(.says, sentence, after: report.took))
                }
                story.state = .over(asExpected: report.hasPassed)
                story.next = nil
            }
        }
        audience.orders = { [self] in
            state.withLock { state in
                defer { state.orders = [] }
                return state.orders
            }
        }
        audience.looked = { [self] facts, run in
            inbox.post(facts.cluster)
            guard !run.isOver else { return }
            let next = run.nextStep.flatMap { Self.words(scenario, step: $0) }
            change(inbox) { story in
                story.state = run.isPaused ? .paused : .playing
                story.next = next
            }
        }
        return audience
    }

    private func opened(_ stage: ScenarioStage, _ inbox: ConsoleInbox) {
        let target = stage.target
        let (events, clientEvents) = (stage.cluster.events(), stage.workload.events())
        let listeners = [
            Task { for await event in events { inbox.post(.cluster(event)) } },
            Task { for await event in clientEvents { inbox.post(.cluster(event)) } },
        ]
        state.withLock { state in
            state.target = target
            state.listeners = listeners
        }
    }

    /// The console hears of what has changed alone.
    private func change(_ inbox: ConsoleInbox, _ change: (inout Story) -> Void) {
        let changed = state.withLock { state -> Story? in
            guard var story = state.story else { return nil }
            change(&story)
            guard story != state.story else { return nil }
            state.story = story
            return story
        }
        if let changed { inbox.post(.story(changed)) }
    }

    /// `Step 2 of 4: when acked(orders) >= 50, kill 1`
    private static func words(_ scenario: Scenario, step number: Int) -> String? {
        guard number <= scenario.steps.count else { return "The ending: stop, heal, read everything, judge" }
        let step = scenario.steps[number - 1]
        var words = "Step \(number) of \(scenario.steps.count)"
        let what = step.actions.map(\.description).joined(separator: ", ")
        if let when = step.when { words += ": when \(when)" + (what.isEmpty ? "" : ", \(what)") }
        if step.when == nil, !what.isEmpty { words += ": \(what)" }
        return words
    }
}
