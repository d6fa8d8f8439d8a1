import KafkaProtocol

/// How often each thing has occurred in a run, so that a search that finds nothing can show where it has been.
package struct OracleCounts: Sendable {
    package enum Kind: Int, CaseIterable, Sendable {
        case cleanElections, preferredElections, uncleanElections, leaderless, controllerElections, votes,
            isrShrinks, isrExpansions, truncations, recoveredLogs, retiredSegments, cleanedSegments, divergences,
            appendedBatches, copiedBatches, acknowledgedAll, acknowledgedOne, duplicates, servedBatches, rebalances,
            commits, offsetFetches, namedLosses, zombies

        package var name: String {
            switch self {
            case .cleanElections: "elections, clean"
            case .preferredElections: "elections, preferred"
            case .uncleanElections: "elections, unclean"
            case .leaderless: "partitions left without a leader"
            case .controllerElections: "controller elections"
            case .votes: "votes granted"
            case .isrShrinks: "ISR shrinks"
            case .isrExpansions: "ISR expansions"
            case .truncations: "logs truncated"
            case .recoveredLogs: "logs recovered"
            case .retiredSegments: "segments removed"
            case .cleanedSegments: "segments cleaned"
            case .divergences: "diverging fetches"
            case .appendedBatches: "batches appended by leaders"
            case .copiedBatches: "batches copied by followers"
            case .acknowledgedAll: "batches acknowledged, acks=all"
            case .acknowledgedOne: "batches acknowledged, acks=1"
            case .duplicates: "duplicates answered"
            case .servedBatches: "batches served to consumers"
            case .rebalances: "group rebalances"
            case .commits: "offset commits acknowledged"
            case .offsetFetches: "committed offsets fetched"
            case .namedLosses: "losses named"
            case .zombies: "answers of old leaders"
            }
        }
    }

    private var numbers = [Int](repeating: 0, count: Kind.allCases.count)
    private var faults: [String: Int] = [:]
    private var errors: [ErrorCode: Int] = [:]

    package init() {}

    package subscript(kind: Kind) -> Int { numbers[kind.rawValue] }

    mutating func add(_ kind: Kind, _ count: Int = 1) { numbers[kind.rawValue] += count }
    mutating func add(fault: String) { faults[fault, default: 0] += 1 }
    mutating func add(_ error: ErrorCode) { if error != .none { errors[error, default: 0] += 1 } }

    package mutating func add(_ other: Self) {
        for index in numbers.indices { numbers[index] += other.numbers[index] }
        faults.merge(other.faults, uniquingKeysWith: +)
        errors.merge(other.errors, uniquingKeysWith: +)
    }

    /// What and how often, in an order that does not change.
    package var lines: [(name: String, count: Int)] {
        Kind.allCases.map { ($0.name, self[$0]) }
            + faults.keys.sorted().map { ("fault: \($0)", faults[$0]!) }
            + errors.keys.map { ("error: \($0)", errors[$0]!) }.sorted { $0.0 < $1.0 }
    }
}
