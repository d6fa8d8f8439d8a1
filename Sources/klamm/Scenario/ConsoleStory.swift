import Console
import KafkaCluster
import KafkaServer
import Logging
import Scenarios
import Synchronization

/// The scenario that is played under the console, if one is: its cluster's picture goes to the console's inbox, and the
/// user's orders to its player.
///
/// Who leaves sees klamm's own cluster at once: the story's goes behind the scene, where nothing is posted from any more.
final class ConsoleStory: Sendable {
    private struct State {
        /// Tells one play's words from those of one that was left.
        var number = 0
        var story: Story?
        var target: ConsoleTarget?
        var orders: [StoryOrder] = []
        var listeners: [Task<Void, Never>] = []
        var onEnd: (@Sendable () async -> Void)?
        /// Those that were left and whose clusters still go, too.
        var players: [Int: Task<Void, Never>] = [:]
    }
    private let state = Mutex(State())

    var isOn: Bool { state.withLock { $0.story != nil } }
    /// The play that is on, and its cluster once that is there; nil for klamm's own.
    var shown: (play: Int?, target: ConsoleTarget?) {
        state.withLock { ($0.story == nil ? nil : $0.number, $0.target) }
    }

    func order(_ order: StoryOrder, _ inbox: ConsoleInbox) {
        if order == .leave { return leave(number: nil, inbox) }
        state.withLock { if $0.story != nil { $0.orders.append(order) } }
    }

    /// Returns when no player is left.
    func ended() async {
        for player in state.withLock({ Array($0.players.values) }) { await player.value }
    }

    /// `onEnd` is called when the console has been told that it is over.
    func play(
        _ scenario: Scenario, into inbox: ConsoleInbox, logger: Logger, onEnd: @escaping @Sendable () async -> Void
    ) {
        let head = ScenarioHead(name: scenario.name, title: scenario.title)
        let number = state.withLock { state -> Int? in
            guard state.story == nil else { return nil }
            state.number += 1
            state.story = Story(head, shows: scenario.shows)
            state.orders = []
            state.onEnd = onEnd
            inbox.post(.story(state.story))
            return state.number
        }
        guard let number else { return }
        let audience = audience(scenario, number, inbox)
        let player = Task { [self] in
            do {
                _ = try await ScenarioPlayer(scenario, logger: logger, audience: audience).play()
            } catch {
                change(number, inbox) { $0.state = .failed("\(error)") }
            }
            leave(number: number, inbox)
            state.withLock { _ = $0.players.removeValue(forKey: number) }
        }
        state.withLock { $0.players[number] = player }
    }

    /// The one that is on, or the one of this number if it still is.
    private func leave(number: Int?, _ inbox: ConsoleInbox) {
        let (listeners, onEnd) = state.withLock { state -> ([Task<Void, Never>], (@Sendable () async -> Void)?) in
            guard state.story != nil, number ?? state.number == state.number else { return ([], nil) }
            defer {
                state.story = nil
                state.target = nil
                state.listeners = []
                state.onEnd = nil
            }
            inbox.post(.story(nil))
            return (state.listeners, state.onEnd)
        }
        for task in listeners { task.cancel() }
        if let onEnd { Task { await onEnd() } }
    }

    /// Not what comes of one that was left.
    private func post(_ number: Int, _ inbox: ConsoleInbox, _ post: (ConsoleInbox) -> Void) {
        state.withLock { if $0.story != nil, $0.number == number { post(inbox) } }
    }

    /// Returns whether the picture is still that of this play, nil for klamm's own, and so the event was posted.
    func post(_ event: Event, whileShown play: Int?, _ inbox: ConsoleInbox) -> Bool {
        state.withLock { state in
            guard play == (state.story == nil ? nil : state.number) else { return false }
            inbox.post(event)
            return true
        }
    }

    private func audience(_ scenario: Scenario, _ number: Int, _ inbox: ConsoleInbox) -> ScenarioAudience {
        let steps = scenario.stepsAhead
        var audience = ScenarioAudience()
        audience.staysUntilLeft = true
        audience.began = { [self] instant in change(number, inbox) { $0.began = instant } }
        audience.opened = { [self] stage in opened(stage, number, inbox) }
        audience.told = { [self] line in change(number, inbox) { $0.add(line) } }
        audience.finished = { [self] report in
            // Left in the middle: nothing was judged.
            if report.isStopped { return }
            change(number, inbox) { story in
                for sentence in ScenarioText.sentences(of: report) {
                    story.add(StoryLine(.says, sentence, after: report.took))
                }
                story.state = .over(asExpected: report.hasPassed)
                story.next = nil
                story.nextText = nil
            }
        }
        audience.orders = { [self] in
            state.withLock { state in
                guard state.story != nil, state.number == number else { return [.leave] }
                defer { state.orders = [] }
                return state.orders
            }
        }
        audience.looked = { [self] facts, run in
            post(number, inbox) { $0.post(facts.cluster) }
            guard !run.isOver else { return }
            let next = run.nextStep.map { $0 <= steps.count ? steps[$0 - 1] : Self.ending }
            change(number, inbox) { story in
                story.state = run.isPaused ? .paused : .playing
                story.next = next?.words
                story.nextText = next?.text
            }
        }
        return audience
    }

    private func opened(_ stage: ScenarioStage, _ number: Int, _ inbox: ConsoleInbox) {
        let target = stage.target
        let (events, clientEvents) = (stage.cluster.events(), stage.workload.events())
        let listeners = [
            Task { for await event in events { post(number, inbox) { $0.post(.cluster(event)) } } },
            Task { for await event in clientEvents { post(number, inbox) { $0.post(.cluster(event)) } } },
        ]
        let isShown = state.withLock { state in
            guard state.story != nil, state.number == number else { return false }
            state.target = target
            state.listeners = listeners
            return true
        }
        if !isShown { for task in listeners { task.cancel() } }
    }

    /// The console hears of what has changed alone.
    private func change(_ number: Int, _ inbox: ConsoleInbox, _ change: (inout Story) -> Void) {
        state.withLock { state in
            guard var story = state.story, state.number == number else { return }
            change(&story)
            guard story != state.story else { return }
            state.story = story
            inbox.post(.story(story))
        }
    }

    private static let ending = (words: "The ending: stop, heal, read everything, judge", text: "")
}
