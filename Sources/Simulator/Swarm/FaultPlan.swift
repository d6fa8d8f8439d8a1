import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// Which faults a run has, and how often: each seed draws its own, so that some runs are all power losses and others all
/// slow links (swarm testing).
package struct FaultPlan: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case kill, powerLoss, freeze, stop, cut, oneWayCut, isolate, stall, delay, bandwidth, reset, clientCut,
            clientReset, failBefore, failAfter, withhold, slowDisk, fullDisk, failingDisk, clockSkew, flippedBytes,
            wipe, killController, powerLossController, cutController, restartAll
    }

    /// Relative to each other; kinds that a run does not have are left out.
    package private(set) var weights: [(kind: Kind, weight: Int)]
    /// Between two faults, on average.
    package var interval: Duration
    /// How long a fault lasts, on average.
    package var length: Duration
    /// How many brokers may be down at once because of us.
    package var mostDown: Int

    package init(
        drawnFor brokers: Int32, _ profile: Swarm.Profile, using generator: inout SeededGenerator
    ) {
        weights = []
        for kind in Kind.allCases {
            let isDrawn: Bool =
                switch kind {
                // What destroys data is rare, so that most runs have nothing to lose.
                case .wipe, .flippedBytes: Int.random(in: 0..<16, using: &generator) == 0
                case .fullDisk, .failingDisk, .restartAll: Int.random(in: 0..<5, using: &generator) == 0
                default: Int.random(in: 0..<3, using: &generator) == 0
                }
            if isDrawn { weights.append((kind, Int.random(in: 1...10, using: &generator))) }
        }
        if weights.isEmpty { weights = [(.kill, 1)] }
        // What a profile is about comes as often as all the rest.
        let theme: [Kind] =
            switch profile {
            case .everything, .oneBatchAFetch, .tinySegments: []
            case .metadata: [.killController, .cutController, .powerLossController, .restartAll]
            case .powerLoss: [.powerLoss, .delay, .stall]
            case .groups: [.kill, .isolate, .freeze]
            }
        let rest = max(3, weights.reduce(0) { $0 + $1.weight })
        for kind in theme { weights.append((kind, rest / theme.count)) }
        interval = .milliseconds(Int.random(in: 100...2000, using: &generator))
        length = .milliseconds(Int.random(in: 200...4000, using: &generator))
        mostDown = Int.random(in: 1...max(1, Int(brokers)), using: &generator)
    }

    package func draw(using generator: inout SeededGenerator) -> Kind {
        var left = Int.random(in: 0..<weights.reduce(0) { $0 + $1.weight }, using: &generator)
        for (kind, weight) in weights {
            left -= weight
            if left < 0 { return kind }
        }
        return weights[0].kind
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.weights.elementsEqual(right.weights) { $0 == $1 } && left.interval == right.interval
            && left.length == right.length && left.mostDown == right.mostDown
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(interval)
        hasher.combine(length)
    }
}

/// Draws faults by a plan and injects them into a world, and brings back what is down.
struct FaultDriver {
    let plan: FaultPlan
    private var generator: SeededGenerator
    /// Nodes that are down because of us, and when they come back.
    private var down: [(id: BrokerID, until: Instant)] = []
    /// Brokers whose disk fails because of us, and when an operator has mended it.
    private var failing: [(id: BrokerID, until: Instant)] = []
    private var flipCount = 0
    private(set) var nextAt: Instant

    init(_ plan: FaultPlan, seed: UInt64, now: Instant) {
        self.plan = plan
        generator = SeededGenerator(seed: seed)
        nextAt = now
        nextAt = now + someTime(plan.interval)
    }

    /// The next time at which something is to be done.
    var nextDeadline: Instant { down.map(\.until).min().map { min($0, nextAt) } ?? nextAt }

    /// From none to twice the average, and sometimes much more.
    private mutating func someTime(_ average: Duration) -> Duration {
        let scale = Int64.random(in: 0..<16, using: &generator) == 0 ? Int64(5) : 2
        return .nanoseconds(Int64.random(in: 0...average.wholeNanoseconds * scale, using: &generator))
    }

    mutating func act(on world: World) throws(Violation) {
        let now = world.now
        for node in down where node.until <= now { try world.inject(.restart(node.id)) }
        down.removeAll { $0.until <= now }
        for node in failing where node.until <= now && world.hasFailed(node.id) {
            try world.inject(.kill(node.id))
            try world.inject(.restart(node.id))
        }
        failing.removeAll { $0.until <= now }
        guard nextAt <= now else { return }
        nextAt = now + someTime(plan.interval)
        try inject(plan.draw(using: &generator), into: world)
    }

    private mutating func inject(_ kind: FaultPlan.Kind, into world: World) throws(Violation) {
        let length = someTime(plan.length)
        let brokers = world.setup.brokerIDs
        guard let broker = brokers.randomElement(using: &generator),
            let other = world.nodeIDs.filter({ $0 != broker }).randomElement(using: &generator),
            let controller = world.setup.controllerIDs.randomElement(using: &generator)
        else { return }
        switch kind {
        case .kill: try bringDown(.kill(broker), for: length, in: world)
        case .powerLoss:
            let victim = Int.random(in: 0..<4, using: &generator) == 0 ? controller : broker
            try bringDown(.powerLoss(victim), for: length, in: world)
        case .wipe: try bringDown(.wipe(broker), for: length, in: world)
        case .stop:
            guard world.isUp(broker), down.count < plan.mostDown else { return }
            try world.inject(.stop(broker))
            down.append((broker, world.now + .seconds(6) + length))
        case .killController: try bringDown(.kill(controller), for: length, in: world)
        case .powerLossController: try bringDown(.powerLoss(controller), for: length, in: world)
        case .restartAll:
            for id in world.nodeIDs where world.isUp(id) {
                try world.inject(Bool.random(using: &generator) ? .kill(id) : .powerLoss(id))
                down.append((id, world.now + someTime(.milliseconds(500))))
            }
        case .freeze:
            let victim = Int.random(in: 0..<4, using: &generator) == 0 ? controller : broker
            try world.inject(.freeze(victim), for: length)
        case .cut: try world.inject(.link(.init(.node(broker), .node(other), .cut)), for: length)
        case .oneWayCut:
            let (from, to) = Bool.random(using: &generator) ? (broker, other) : (other, broker)
            try world.inject(.link(.init(.node(from), .node(to), isOneWay: true, .cut)), for: length)
        case .isolate:
            for peer in world.nodeIDs where peer != broker {
                try world.inject(.link(.init(.node(broker), .node(peer), .cut)), for: length)
            }
        case .stall: try world.inject(.link(.init(.node(broker), .node(other), .stall)), for: length)
        case .delay:
            let delay = Duration.milliseconds(Int.random(in: 1...400, using: &generator))
            try world.inject(
                .link(.init(.node(broker), .node(other), .delay(delay, jitter: delay / 2))), for: length)
        case .bandwidth:
            let rate = Int64.random(in: 1000...100_000, using: &generator)
            try world.inject(.link(.init(.node(broker), .node(other), .bandwidth(rate))), for: length)
        case .reset: try world.inject(.link(.init(.node(broker), .node(other), .reset)))
        case .clientCut: try world.inject(.link(.init(.clients, .node(broker), .cut)), for: length)
        case .clientReset: try world.inject(.link(.init(.clients, .node(broker), .reset)))
        case .failBefore, .failAfter, .withhold: try failRequest(kind, at: broker, controller, for: length, in: world)
        case .cutController:
            // From its peers and from some brokers: it may lead them still, or be led by nobody.
            for peer in world.nodeIDs
            where peer != controller && (peer.isController || Bool.random(using: &generator)) {
                try world.inject(.link(.init(.node(controller), .node(peer), .cut)), for: length)
            }
        case .slowDisk:
            let delay = Duration.microseconds(Int.random(in: 100...20_000, using: &generator))
            try world.inject(.disk(.init(broker, .slow(delay))), for: length)
        case .fullDisk: try fail(.full, of: broker, for: length, in: world)
        case .failingDisk:
            let effect: DiskFault.Effect = Bool.random(using: &generator) ? .failingReads : .failingWrites
            try fail(effect, of: broker, for: length, in: world)
        case .flippedBytes:
            // One disk decays in one run: two would be a disaster that nobody survives.
            let victim = world.flippedNodes.first ?? broker
            guard flipCount < 2 else { return }
            flipCount += 1
            try world.inject(.disk(.init(victim, .flippedBytes)))
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: try bringDown(.kill(victim), for: length, in: world)
            case 1: try bringDown(.powerLoss(victim), for: length, in: world)
            default: break
            }
        case .clockSkew:
            let victim = Bool.random(using: &generator) ? broker : controller
            let skew = Duration.milliseconds(Int.random(in: -600_000...600_000, using: &generator))
            try world.inject(.clockSkew(victim, skew), for: length)
        }
    }

    private mutating func failRequest(
        _ kind: FaultPlan.Kind, at broker: BrokerID, _ controller: BrokerID, for length: Duration, in world: World
    ) throws(Violation) {
        let goesToController = Int.random(in: 0..<6, using: &generator) == 0
        let choices = goesToController ? RequestErrors.ofControllers : RequestErrors.ofBrokers
        guard let errors = choices.randomElement(using: &generator),
            let before = errors.before.randomElement(using: &generator),
            let after = errors.after.randomElement(using: &generator)
        else { return }
        let nth = Int.random(in: 1...5, using: &generator)
        let outcome: RequestFault.Outcome =
            switch kind {
            case .failBefore: .failBefore(before)
            case .failAfter: .failAfter(after)
            default: .withhold
            }
        // One, or every one for a while.
        let isOne = kind == .withhold || Int.random(in: 0..<4, using: &generator) > 0
        let victim = goesToController ? controller : broker
        try world.inject(.request(.init(errors.api, at: victim, nth: isOne ? nth : nil, outcome)), for: length)
    }

    private mutating func bringDown(_ fault: Fault, for length: Duration, in world: World) throws(Violation) {
        guard let id = fault.victims.first, world.isUp(id), down.count < plan.mostDown else { return }
        try world.inject(fault)
        down.append((id, world.now + length))
    }

    /// A disk that has failed is mended, and its broker started anew, as an operator would.
    private mutating func fail(
        _ effect: DiskFault.Effect, of broker: BrokerID, for length: Duration, in world: World
    ) throws(Violation) {
        guard world.isUp(broker), down.count < plan.mostDown else { return }
        try world.inject(.disk(.init(broker, effect)), for: length)
        failing.append((broker, world.now + length + someTime(.seconds(1))))
    }
}
