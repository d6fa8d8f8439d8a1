import DequeModule
import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// One run: a seed's cluster lives through its faults, is healed, and must then come to rest with every promise kept.
package struct Simulation {
    package struct Outcome: Sendable {
        package var seed: UInt64
        /// Nil when every promise held.
        package var violation: Violation?
        package var traceHash: UInt64 = 0
        /// How long the cluster lived, by its own clock.
        package var lived: Duration = .zero
        package var steps = 0
        /// While faults went on: for how long, and how many requests of clients were answered.
        package var faultyTime: Duration = .zero
        package var operations = 0
        package var counts = OracleCounts()
        package var losses: [NamedLoss] = []
        /// The run was ended after so many events, and never had to come to rest.
        package var cutAfter: Int?
    }

    /// How long a healed cluster may take to come to rest.
    static let patience = Duration.seconds(90)

    /// Runs one seed. After so many `steps`, events of the world, the run ends as it stands.
    package static func run(
        seed: UInt64, steps: Int? = nil, breaking rule: Rule? = nil, write: ((String) -> Void)? = nil
    ) -> Outcome {
        Rule.breaking(rule) {
            var simulation = Simulation(seed: seed, steps: steps)
            return simulation.run(write: write)
        }
    }

    /// A run once more, for its last events, the oldest first. The seed is played again to hear of them, since it has
    /// the same history: a run that fails is rare, and keeping what may be its last events would cost every run.
    package static func replay(
        of outcome: Outcome, steps: Int? = nil, breaking rule: Rule? = nil
    ) -> (lastLines: [String], difference: String?) {
        var last: Deque<String> = []
        let again = run(seed: outcome.seed, steps: steps, breaking: rule) { line in
            if last.count == 80 { last.removeFirst() }
            last.append(line)
        }
        return (Array(last), outcome.difference(from: again))
    }

    private let swarm: Swarm
    private let world: World
    private var faultyTime = Duration.zero
    private var operations = 0
    private let oracle: OracleBox

    /// The oracle is a value; the world's hook needs a place for it.
    private final class OracleBox {
        var oracle: Oracle
        var ledger: LedgerCheck?
        var history: HistoryCheck?

        init(_ oracle: Oracle, tellsLedger: Bool) {
            self.oracle = oracle
            ledger = tellsLedger ? LedgerCheck() : nil
            history = tellsLedger ? HistoryCheck() : nil
        }
    }

    private init(seed: UInt64, steps: Int?) {
        swarm = Swarm(seed: seed)
        world = World(swarm.setup)
        if let steps { world.mostSteps = steps }
        oracle = OracleBox(
            Oracle(configuration: swarm.setup.configuration, controllers: swarm.setup.controllerIDs),
            tellsLedger: swarm.setup.tellsLedger)
    }

    private mutating func run(write: ((String) -> Void)?) -> Outcome {
        var outcome = Outcome(seed: swarm.seed)
        world.trace.write = write
        let box = oracle
        world.watch = { (observation, now) throws(Violation) in
            box.ledger?.see(observation, now: now)
            box.history?.see(observation)
            try box.oracle.observe(observation, now: now)
        }
        let start = world.now
        do {
            try live()
        } catch {
            outcome.violation = error
        }
        outcome.traceHash = world.trace.hash
        outcome.lived = world.now - start
        outcome.steps = world.steps
        outcome.counts = oracle.oracle.counts
        outcome.counts.add(.ledgerLosses, oracle.ledger?.lossCount ?? 0)
        outcome.faultyTime = faultyTime
        outcome.operations = operations
        outcome.losses = oracle.oracle.losses
        if world.isOver, outcome.violation == nil { outcome.cutAfter = world.mostSteps }
        return outcome
    }

    private mutating func live() throws(Violation) {
        try world.startAll()
        try world.add(Founder(swarm.topics))
        try demand("its topics are there", within: .seconds(30)) { world.allClientsAreDone }
        try addClients()
        try bringFaults()
        if world.isOver { return }
        try heal()
        try demand("every broker runs and every partition has a leader", within: Self.patience) { isServing }
        // A follower that may fetch only one batch at a time never overtakes producers that go on.
        try world.finishClients()
        try demand("every ISR is full", within: Self.patience) { isWhole }
        try demand("every client has finished", within: Self.patience) { world.allClientsAreDone }
        try demand("every follower has caught up", within: .seconds(30)) {
            isWhole && laggard == nil && oracle.oracle.unrest == nil
        }
        // One that is cut short never had to come to rest.
        if world.isOver { return }
        try oracle.oracle.settle(now: world.now)
        try oracle.ledger?.settle(oracle.oracle)
        try oracle.history?.settle(&oracle.oracle, losses: oracle.ledger?.losses ?? [])
    }

    private mutating func bringFaults() throws(Violation) {
        let start = world.now
        let before = oracle.oracle.counts[.clientAnswers]
        var driver = FaultDriver(swarm.faults, seed: swarm.seed ^ 0xfa17, now: start)
        let end = start + swarm.safetySpan
        while world.now < end, !world.isOver {
            try world.run(until: min(end, driver.nextDeadline))
            if !world.isOver { try driver.act(on: world) }
        }
        faultyTime = world.now - start
        operations = oracle.oracle.counts[.clientAnswers] - before
    }

    private func addClients() throws(Violation) {
        for client in swarm.clients() { try world.add(client) }
    }

    private func heal() throws(Violation) {
        try world.inject(.healAll)
        // A broker whose log directory has failed comes back by a restart, as in Kafka.
        for id in world.setup.brokerIDs where world.hasFailed(id) { try world.inject(.kill(id)) }
        for id in world.setup.controllerIDs where world.controllerSnapshot(of: id)?.failure != nil {
            try world.inject(.kill(id))
        }
        try world.startAll()
        if world.flippedNodes.isEmpty { return }
        // Nobody can tell what else a disk has lost that flips bits: once the others are well, it is replaced.
        try world.run(until: world.now + .seconds(5))
        for id in world.flippedNodes {
            try world.inject(.wipe(id))
            try world.inject(.restart(id))
        }
    }

    private func demand(_ what: String, within limit: Duration, _ condition: () -> Bool) throws(Violation) {
        let end = world.now + limit
        while !condition() {
            if world.isOver { return }
            guard world.now < end else { throw Violation("progress", "not within \(limit): \(what). \(stateInWords)") }
            try world.run(until: world.now + .milliseconds(20))
            // One that stopped in order while faults were healed.
            for id in world.nodeIDs where !world.isUp(id) { try world.inject(.restart(id)) }
        }
    }

    // MARK: Whether all is well

    private var isServing: Bool { holds { $0.leader != .none } }
    private var isWhole: Bool { holds { $0.leader != .none && $0.isr.count == $0.replicas.count } }

    /// All brokers run, and this holds for every partition.
    private func holds(_ condition: (PartitionImage) -> Bool) -> Bool {
        guard let image = world.activeController?.image else { return false }
        return world.setup.brokerIDs.allSatisfy { id in
            world.snapshot(of: id)?.lifecycle == .running && image.broker(id)?.fenced == false
        } && image.topics.allSatisfy { $0.partitions.allSatisfy(condition) }
    }

    /// The first replica that ends elsewhere than another of its partition, or does not know that all is committed.
    private var laggard: String? {
        var ends: [TopicPartition: Int64] = [:]
        for id in world.setup.brokerIDs {
            for replica in world.snapshot(of: id)?.replicas ?? [] {
                let end = ends[replica.partition, default: replica.logEndOffset]
                if end != replica.logEndOffset || replica.highWatermark != replica.logEndOffset {
                    return "\(replica.partition) on \(id) ends at \(replica.logEndOffset), elsewhere at \(end); "
                        + "its high watermark is \(replica.highWatermark)"
                }
                ends[replica.partition] = end
            }
        }
        return nil
    }

    private var stateInWords: String {
        var words: [String] = []
        let image = world.activeController?.image
        if !world.unfinishedClients.isEmpty {
            words.append("unfinished: \(world.unfinishedClients.joined(separator: ", "))")
        }
        words.append("controller \(world.activeController.map { "\($0.id)" } ?? "none")")
        for id in world.setup.brokerIDs {
            let state = world.snapshot(of: id)?.lifecycle.rawValue ?? "down"
            words.append("broker \(id) \(state)\(image?.broker(id)?.fenced == false ? "" : " fenced")")
        }
        for topic in image.map({ Array($0.topics) }) ?? [] {
            for (index, partition) in topic.partitions.enumerated()
            where partition.leader == .none || partition.isr.count != partition.replicas.count {
                let isr = partition.isr.map(\.description).joined(separator: ",")
                let replicas = partition.replicas.map(\.description).joined(separator: ",")
                words.append("\(topic.name)-\(index) leader \(partition.leader) ISR \(isr) of \(replicas)")
            }
        }
        words += [laggard, oracle.oracle.unrest].compactMap { $0 }
        return words.joined(separator: "; ")
    }
}

extension Simulation.Outcome {
    /// What it means that this seed had another history when it was played again, in a sentence; nil where it had the
    /// same.
    func difference(from again: Self) -> String? {
        guard again.traceHash != traceHash else { return nil }
        let hashes = "trace \(String(traceHash, radix: 16)) the first time, \(String(again.traceHash, radix: 16)) now"
        let found = again.violation.map { "this time it failed with \($0)" } ?? "this time every promise held"
        return """
            Played again, seed \(seed) had another history: \(hashes); \(found).
            One seed has to have one history: the simulation is not deterministic here. That is a bug of klamm itself, to be \
            found first; the events above are those of the second run, and need not have led to the failure.
            """
    }
}
