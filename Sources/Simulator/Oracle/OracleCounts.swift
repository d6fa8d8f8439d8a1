import KafkaProtocol

/// How often each thing has occurred in a run, so that a search that finds nothing can show where it has been.
package struct OracleCounts: Sendable {
    package enum Kind: Int, CaseIterable, Sendable {
        case cleanElections, preferredElections, uncleanElections, leaderless, controllerElections, votes,
            isrShrinks, isrExpansions, truncations, recoveredLogs, retiredSegments, cleanedSegments, divergences,
            appendedBatches, copiedBatches, acknowledgedAll, acknowledgedOne, duplicates, servedBatches, rebalances,
            commits, offsetFetches, namedLosses, zombies, clientAnswers,
            compactedRecords, lateRequests, ledgerLosses, historyLosses, historyDuplicates, historyRepeats

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
            case .clientAnswers: "requests of clients answered"
            case .compactedRecords: "records compacted away"
            case .lateRequests: "requests that came late, out of a former life or link"
            case .ledgerLosses: "losses that the ledger has told"
            case .historyLosses: "records that the history calls lost"
            case .historyDuplicates: "records that the history calls doubled"
            case .historyRepeats: "records that the history calls processed more than once"
            }
        }
    }

    private var numbers = [Int](repeating: 0, count: Kind.allCases.count)
    private var faults: [String: Int] = [:]
    private var errors: [ErrorCode: Int] = [:]
    /// What administrators' requests have done.
    private var administered: [String: Int] = [:]

    package init() {}

    package subscript(kind: Kind) -> Int { numbers[kind.rawValue] }

    mutating func add(_ kind: Kind, _ count: Int = 1) { numbers[kind.rawValue] += count }
    mutating func add(fault: String) { faults[fault, default: 0] += 1 }
    mutating func add(_ error: ErrorCode) { if error != .none { errors[error, default: 0] += 1 } }

    package mutating func add(_ other: Self) {
        for index in numbers.indices { numbers[index] += other.numbers[index] }
        faults.merge(other.faults, uniquingKeysWith: +)
        errors.merge(other.errors, uniquingKeysWith: +)
        administered.merge(other.administered, uniquingKeysWith: +)
    }

    mutating func add(administered words: String) {
        administered[String(words.prefix { $0 != " " }), default: 0] += 1
    }

    /// What and how often, in an order that does not change. What is looked for and never occurred is there with zero.
    package var lines: [(name: String, count: Int)] {
        var operations = administered
        for operation in AdministratorSettings.Operation.allCases { operations[operation.rawValue, default: 0] += 0 }
        var faults = faults
        for name in Self.expectedFaults { faults[name, default: 0] += 0 }
        var errors = errors
        for error in Self.expectedErrors { errors[error, default: 0] += 0 }
        return Kind.allCases.map { ($0.name, self[$0]) }
            + operations.sorted { $0.key < $1.key }.map { ("administered: \($0.key)", $0.value) }
            + faults.sorted { $0.key < $1.key }.map { ("fault: \($0.key)", $0.value) }
            + errors.map { ("error: \($0.key)", $0.value) }.sorted { $0.0 < $1.0 }
    }

    private static let expectedFaults = [
        "clock skew", "disk failingReads", "disk failingWrites", "disk flippedBytes", "disk full", "disk slow",
        "freeze",
        "heal all", "kill", "link bandwidth", "link cut", "link delay", "link reset", "link stall", "power loss",
        "request failAfter", "request failBefore", "request withhold", "restart", "stop", "wipe",
    ]

    private static let expectedErrors: [ErrorCode] = [
        .offsetOutOfRange, .unknownTopicOrPartition, .notLeaderOrFollower, .requestTimedOut, .notCoordinator,
        .coordinatorLoadInProgress, .notEnoughReplicas, .notEnoughReplicasAfterAppend, .illegalGeneration,
        .unknownMemberId, .rebalanceInProgress, .memberIdRequired, .notController, .outOfOrderSequenceNumber,
        .kafkaStorageError, .fetchSessionIdNotFound, .invalidFetchSessionEpoch, .fencedLeaderEpoch,
        .unknownLeaderEpoch, .unknownTopicId, .invalidUpdateVersion, .ineligibleReplica, .corruptMessage,
        .invalidProducerEpoch, .staleBrokerEpoch,
    ]
}
