import KafkaBroker
import KafkaCluster
import KafkaProtocol

@testable import Console
@testable import Simulator

/// A real cluster under the console, on a clock that goes only as far as a test says: three brokers, a controller, a topic
/// `orders` of three partitions with a producer, and a group `billing` of two members.
final class SimulatedCluster {
    private static let look = Duration.milliseconds(200)
    let world: World
    private var assembly = ClusterAssembly()
    private var events: [ClusterEvent] = []
    private var sessionEnds: [BrokerID: Instant] = [:]
    private var image: MetadataImage?

    init(seed: UInt64 = 7) throws {
        var setup = WorldSetup(seed: seed)
        for (name, value) in [
            ("broker.session.timeout.ms", "1500"), ("broker.heartbeat.interval.ms", "300"),
            ("replica.lag.time.max.ms", "2000"), ("offsets.topic.num.partitions", "2"),
            ("group.min.session.timeout.ms", "500"), ("auto.leader.rebalance.enable", "false"),
        ] { try setup.configuration.set(name, value) }
        world = World(setup)
        world.watch = { [weak self] observation, now in self?.note(observation, now) }
        try world.startAll()
        try create([
            Simulator.TopicPlan(name: "orders", partitions: 3, replicationFactor: 3),
            Simulator.TopicPlan(name: "audit", partitions: 1, replicationFactor: 2),
            Simulator.TopicPlan(name: "__consumer_offsets", partitions: 2, replicationFactor: 3),
        ])
        var producer = Simulator.ProducerSettings(topics: ["orders"])
        producer.interval = .milliseconds(100)
        try world.add(SimulatedProducer(producer, network: network("producer-1", 2)))
        for number: UInt32 in 1...2 {
            let settings = GroupMemberSettings(group: "billing", topics: ["orders"])
            try world.add(SimulatedMember(settings, network: network("billing-\(number)", 2 + number)))
        }
    }

    private func network(_ name: String, _ number: UInt32) -> NetworkSettings {
        var network = NetworkSettings(
            name: name, number: number, seed: UInt64(number), bootstrap: world.setup.brokerIDs)
        network.metadataMaxAge = .milliseconds(500)
        return network
    }

    private func note(_ observation: Observation, _ now: Instant) {
        switch observation {
        case .fault(let fault): events.append(.fault(fault, at: now))
        case .event(let event):
            switch event.kind {
            case .registrationRefused(let broker, let end): sessionEnds[broker] = end
            case .brokerRegistered(let broker, _): sessionEnds[broker] = nil
            default: break
            }
            events.append(.node(event))
        default: break
        }
    }

    /// Returns when they are there.
    func create(_ topics: [Simulator.TopicPlan]) throws {
        try world.add(Founder(topics))
        let isThere = try world.run(limit: .seconds(20)) {
            topics.allSatisfy { plan in
                world.activeController?.image.topics.contains { topic in
                    topic.name == plan.name && topic.partitions.allSatisfy { $0.leader != .none }
                } == true
            }
        }
        guard isThere else { throw Violation("the topics are there", "\(topics)") }
    }

    func inject(_ fault: Fault) throws { try world.inject(fault) }

    /// Lets time pass, and tells a console what it would hear.
    func live(_ span: Duration, _ tell: (Event) -> Void) throws {
        let end = world.now + span
        repeat {
            try world.run(until: min(end, world.now + Self.look))
            tell(.tick(world.now))
            for event in events { tell(.cluster(event)) }
            events = []
            tell(.snapshot(snapshot()))
        } while world.now < end
    }

    private func snapshot() -> ClusterSnapshot {
        var input = ClusterAssembly.Input(clusterID: World.clusterID)
        input.brokers = world.setup.brokerIDs.map { id in
            ClusterAssembly.BrokerNode(
                id: id, host: "localhost", port: 9091 + Int(id.rawValue),
                presence: world.snapshot(of: id).map { .up($0) } ?? .down)
        }
        input.controllers = world.setup.controllerIDs.map { id in
            let own = world.controllerSnapshot(of: id)
            var controller = ClusterSnapshot.ControllerNode(
                id: id, isUp: world.isUp(id), isActive: own?.isActive == true)
            controller.epoch = own?.leaderEpoch
            controller.logEndOffset = own?.metadataLogEndOffset
            return controller
        }
        image = world.activeController?.image ?? image
        input.image = image
        input.sessionEnds = sessionEnds
        assembly.note(input.brokers, at: world.now)
        var snapshot = assembly.snapshot(of: input, at: world.now)
        snapshot.faults = world.faults.active
        return snapshot
    }
}
