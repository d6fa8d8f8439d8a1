import KafkaProtocol

/// Which attempts of an application fail, drawn from a seed, and what it does then.
///
/// State       | an attempt     | goes to     | decides
/// n failures  | succeeds       | no failures | done
/// n failures  | fails          | n+1 or none | try again, or as the settings say: go on, or put the record aside
package struct WorkFailures: Sendable {
    package enum Verdict: Hashable, Sendable {
        case done
        case again
        /// It failed, and nobody cares.
        case swallowed
        case deadLetter(topic: String, failures: Int)
    }

    private var generator: SeededGenerator
    /// How often the record at hand has failed.
    private var failures = 0

    /// Members of one group draw from different seeds.
    package init(seed: UInt64, member: Int) {
        generator = SeededGenerator(seed: seed &+ UInt64(truncatingIfNeeded: member) &* 0xD1B5_4A32_D192_ED03)
    }

    package mutating func attempt(rate: Double, _ handling: ErrorHandling) -> Verdict {
        guard rate > 0, Double.random(in: 0..<1, using: &generator) < rate else {
            failures = 0
            return .done
        }
        failures += 1
        switch handling {
        case .retry: return .again
        case .swallow:
            failures = 0
            return .swallowed
        case .deadLetter(let topic, let limit):
            guard failures >= limit else { return .again }
            defer { failures = 0 }
            return .deadLetter(topic: topic, failures: failures)
        }
    }
}
