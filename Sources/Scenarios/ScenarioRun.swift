import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// Plays one scenario: decides from what is seen what is done next, tells it, and judges the end.
///
/// State        | an observation                         | an action done     | goes to
/// waiting(n)   | step n's time has come                 |                    | acting(n)
///              | its limit has passed                   |                    | over, failed
/// acting(n)    |                                        | the last of step n | telling(n)
/// telling(n)   | any: its words are told                |                    | waiting(n + 1), or the ending
/// ending(part) | what the part waits for is so          |                    | the next part, or over
///
/// Its driver carries out one action at a time and says when it is done; an observation that it hands in was made after
/// all that it has said to be done.
package struct ScenarioRun: Sendable {
    package enum Action: Hashable, Sendable {
        case perform(StepAction)
        /// Reads every partition of the scenario's topics from its start to its end, into the ledger.
        case readEverything
        case tell(StoryLine)
        case finished(ScenarioReport)
    }

    private enum State: Hashable, Sendable {
        case waiting(Int, since: Instant)
        case acting(Int, rest: [ActionText])
        case telling(Int)
        case ending(EndingPart, since: Instant, rest: [StepAction], isActing: Bool)
        case over
    }

    package private(set) var scenario: Scenario
    /// Whether steps are taken as soon as their time has come; else each waits for `takeStep`.
    package private(set) var isPaused = false
    private var mayTakeOne = false
    private var script: ActionScript
    private var state: State
    private let start: Instant
    /// How it was when the step before was done.
    private var before: Facts?
    private var newest: Facts?
    private var failure: String?
    /// As it was when the steps were over, for figures that fade.
    private var atEndOfSteps: Facts?
    private var sendingEnded: Instant?
    private var measurements: [String: ScenarioReport.Measurement] = [:]
    private var lines: [StoryLine] = []

    package init(_ scenario: Scenario, now: Instant) {
        self.scenario = scenario
        script = ActionScript(scenario: scenario)
        start = now
        state = .waiting(0, since: now)
    }

    /// Whether the next observation should be judged: that takes long, and is rarely asked for.
    package var needsVerdict: Bool {
        switch state {
        case .waiting(let index, _):
            index < scenario.steps.count && scenario.steps[index].needsVerdict
        case .telling(let index): scenario.steps[index].says?.needsVerdict ?? false
        case .acting: false
        case .ending(let part, _, _, _): part == .judgement
        case .over: false
        }
    }

    package var isOver: Bool { state == .over }

    /// The step that comes next, from 1; nil in the ending.
    package var nextStep: Int? { if case .waiting(let index, _) = state { index + 1 } else { nil } }

    // MARK: Inputs

    package mutating func pause() { isPaused = true }

    package mutating func play(now: Instant) {
        isPaused = false
        waitAnew(now)
    }

    /// Takes the next step when its time has come, and pauses again.
    package mutating func takeStep(now: Instant) {
        isPaused = true
        mayTakeOne = true
        waitAnew(now)
    }

    /// No step's limit passes while the user thinks.
    private mutating func waitAnew(_ now: Instant) {
        if case .waiting(let index, _) = state { state = .waiting(index, since: now) }
    }

    /// Something happened that was not asked for.
    package mutating func happened(_ text: String, at: Instant) -> [Action] {
        state == .over ? [] : [tell(.event, text, at)]
    }

    package mutating func observed(_ facts: Facts, now: Instant) -> [Action] {
        newest = facts
        if before == nil { before = facts }
        switch state {
        case .waiting(let index, let since): return wait(for: index, since, facts, now)
        case .telling(let index):
            var actions: [Action] = []
            if let says = scenario.steps[index].says {
                actions.append(tell(.says, says.text(in: facts, since: before), now))
            }
            before = facts
            state = .waiting(index + 1, since: now)
            return actions + wait(for: index + 1, now, facts, now)
        case .ending(let part, let since, let rest, let isActing):
            guard !isActing, rest.isEmpty else { return [] }
            return go(on: part, since, facts, now)
        case .acting, .over: return []
        }
    }

    /// The action that was asked for last is done, or has failed for this reason.
    package mutating func done(failure reason: String? = nil, now: Instant) -> [Action] {
        if let reason {
            switch state {
            case .acting(let index, _): return fail("Step \(index + 1): \(reason)", now)
            case .ending(let part, _, _, _): return fail("At the end, \(part.words): \(reason)", now)
            case .waiting, .telling, .over: return []
            }
        }
        switch state {
        case .acting(let index, let rest): return act(index, rest, now)
        case .ending(let part, let since, let rest, _):
            guard let next = rest.first else {
                state = .ending(part, since: since, rest: [], isActing: false)
                return []
            }
            state = .ending(part, since: since, rest: Array(rest.dropFirst()), isActing: true)
            return [.perform(next)]
        case .waiting, .telling, .over: return []
        }
    }

    /// The driver can go on no longer.
    package mutating func abandon(_ reason: String, now: Instant) -> [Action] {
        state == .over ? [] : fail(reason, now)
    }

    // MARK: Steps

    private mutating func wait(for index: Int, _ since: Instant, _ facts: Facts, _ now: Instant) -> [Action] {
        guard index < scenario.steps.count else {
            guard !isPaused || mayTakeOne else { return [] }
            mayTakeOne = false
            atEndOfSteps = facts
            return begin(.producers, facts, now)
        }
        let step = scenario.steps[index]
        if let at = step.at, now - start < at { return [] }
        // A step waits for the user as long as it takes.
        guard !isPaused || mayTakeOne else { return [] }
        var actions: [Action] = []
        if let when = step.when {
            // A group may have no lag for a moment, say, while it starts anew.
            for comparison in when.comparisons {
                before?.learn(comparison.left, from: facts)
                before?.learn(comparison.right, from: facts)
            }
            guard when.holds(in: facts, since: before) else {
                // Nobody has judged this look: the next may know better.
                if when.needsVerdict, facts.verdicts == nil { return [] }
                if now - max(since, start + (step.at ?? .zero)) <= step.limit { return [] }
                let finding = when.finding(in: facts, since: before)
                return fail("Step \(index + 1) waited \(Self.seconds(step.limit)) for \(when): \(finding).", now)
            }
            actions.append(tell(.condition, "\(when)", words: "Waited for \(when.words)", now))
        }
        if step.needsVerdict, facts.verdicts == nil { return [] }
        mayTakeOne = false
        for topic in step.measured {
            measurements[topic] = ScenarioReport.Measurement(of: topic, from: before ?? facts, to: facts)
        }
        return actions + act(index, step.actions, now)
    }

    private mutating func act(_ index: Int, _ rest: [ActionText], _ now: Instant) -> [Action] {
        guard let next = rest.first, let facts = newest else {
            state = .telling(index)
            return []
        }
        do throws(ScenarioError) {
            guard let text = next.template.text(in: facts, ifKnownSince: before) else {
                throw ScenarioError("\"\(next)\" needs a figure that is not known.")
            }
            let action = try script.action(text)
            state = .acting(index, rest: Array(rest.dropFirst()))
            return [tell(.action, text, words: action.words(text), now), .perform(action)]
        } catch {
            return fail("Step \(index + 1): \(error)", now)
        }
    }

    // MARK: The ending

    private mutating func begin(_ part: EndingPart, _ facts: Facts, _ now: Instant) -> [Action] {
        if part == .faults { sendingEnded = now }
        let work = part.work(scenario, facts)
        if part == .reading {
            state = .ending(part, since: now, rest: [], isActing: true)
            return [tell(.action, part.words, words: part.sentence, now), .readEverything]
        }
        guard let first = work.first else {
            state = .ending(part, since: now, rest: [], isActing: false)
            return part.needsFreshLook ? [] : go(on: part, now, facts, now)
        }
        state = .ending(part, since: now, rest: Array(work.dropFirst()), isActing: true)
        return [tell(.action, part.words, words: part.sentence, now), .perform(first)]
    }

    private mutating func go(on part: EndingPart, _ since: Instant, _ facts: Facts, _ now: Instant) -> [Action] {
        if let missing = part.missing(scenario, facts) {
            if now - since <= scenario.ending.limit { return [] }
            return fail("At the end, \(part.words): waited \(Self.seconds(scenario.ending.limit)); \(missing).", now)
        }
        guard let next = part.next else { return judge(facts, now) }
        return begin(next, facts, now)
    }

    private mutating func judge(_ facts: Facts, _ now: Instant) -> [Action] {
        var actions: [Action] = []
        var findings: [ScenarioReport.Finding] = []
        for condition in scenario.expectations {
            let finding = ScenarioReport.Finding(
                expected: "\(condition)", isMet: condition.holds(in: facts, since: nil),
                found: condition.finding(in: facts, since: nil))
            findings.append(finding)
            let text = "\(finding.expected): \(finding.found)" + condition.plainly
            let words = condition.verdict(finding.isMet, in: facts)
            actions.append(tell(finding.isMet ? .met : .unmet, text, words: words, now))
        }
        return actions + finish(findings, now)
    }

    private mutating func fail(_ reason: String, _ now: Instant) -> [Action] {
        failure = reason
        return [tell(.failure, reason, now)] + finish([], now)
    }

    private mutating func finish(_ findings: [ScenarioReport.Finding], _ now: Instant) -> [Action] {
        state = .over
        let sending = (sendingEnded ?? now) - start
        return [
            .finished(
                ScenarioReport(
                    scenario, took: now - start, sending: sending, failure: failure, findings, story: lines,
                    facts: newest, atEndOfSteps: atEndOfSteps, measurements))
        ]
    }

    private mutating func tell(
        _ kind: StoryLine.Kind, _ text: String, words: String? = nil, _ now: Instant
    ) -> Action {
        let line = StoryLine(kind, text, words: words, after: max(.zero, now - start))
        lines.add(line)
        return .tell(line)
    }

    private static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}
