import KafkaCluster
import KafkaProtocol
import Scenarios

/// Waits until a condition holds of the cluster, so that a test needs no sleep.
struct ConditionWait {
    static let longest = Duration.seconds(600)
    private static let pause = Duration.milliseconds(20)

    var condition: Condition
    var timeout: Duration

    /// `timeout` is a length of time as scripts write it; half a minute if left out.
    init(until text: String, timeout word: String?) throws(ControlRefusal) {
        do throws(ScenarioError) { condition = try Condition(text) } catch {
            throw ControlRefusal(.badRequest, error.description)
        }
        if condition.countsFromStep {
            throw ControlRefusal(
                .badRequest, "\"\(condition)\": new counts from a scenario's step, and there is none here.")
        }
        if condition.needsVerdict {
            throw ControlRefusal(
                .badRequest,
                "\"\(condition)\" asks for what only a scenario's own clients can tell; told-lost(TOPIC) counts what brokers "
                    + "acknowledged to any client and lost.")
        }
        do throws(FaultScriptError) { timeout = try word.map(FaultWords.length) ?? .seconds(30) } catch {
            throw ControlRefusal(.badRequest, error.description)
        }
        guard timeout <= Self.longest else {
            throw ControlRefusal(.badRequest, "Nothing is waited for longer than 10m; ask again when that is over.")
        }
    }

    /// Returns what holds, in words; throws when the time is over. Ends early with the connection of the one who waits.
    func run(_ look: () async throws -> Facts) async throws -> String {
        let clock = ContinuousClock()
        let end = clock.now + timeout
        while true {
            let begun = clock.now
            let facts = try await look()
            if facts.cluster.workload == nil, let metric = condition.metrics.first(where: \.needsWorkload) {
                let there = Metric.allCases.filter { !$0.needsWorkload }.map(\.rawValue).joined(separator: ", ")
                throw ControlRefusal(
                    .badRequest,
                    "\"\(condition)\": only klamm's own clients can tell \(metric.rawValue), and this klamm has none; here "
                        + "there are \(there).")
            }
            if condition.holds(in: facts, since: nil) { return condition.finding(in: facts, since: nil) }
            if clock.now >= end {
                throw ControlRefusal(
                    .timeout, "Not within the time given: \(condition); \(condition.finding(in: facts, since: nil)).")
            }
            // A look at ten thousand partitions takes its time: most of it is the cluster's.
            try await Task.sleep(for: min(max(Self.pause, (clock.now - begun) * 9), end - clock.now))
        }
    }
}
