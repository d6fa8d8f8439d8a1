import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Simulator
import Testing

@Suite struct WorldTests {
    private func world(seed: UInt64) throws -> World {
        var setup = WorldSetup(seed: seed)
        setup.controllers = 3
        let world = World(setup)
        try world.startAll()
        return world
    }

    private func allRun(_ world: World) -> Bool {
        world.setup.brokerIDs.allSatisfy { world.snapshot(of: $0)?.lifecycle == .running }
    }

    @Test func `a cluster comes up, and again after everything has lost power`() throws {
        // Nothing is simulated if nothing starts.
        let world = try world(seed: 1)
        #expect(try world.run(limit: .seconds(10)) { allRun(world) })
        for id in world.nodeIDs { try world.inject(.powerLoss(id)) }
        #expect(world.nodeIDs.allSatisfy { !world.isUp($0) })
        try world.startAll()
        #expect(try world.run(limit: .seconds(30)) { allRun(world) })
    }

    @Test func `the same seed gives the same trace, another seed another`() throws {
        // A failure that cannot be played again cannot be mended.
        let hashes = try ([7, 7, 8] as [UInt64]).map { seed in
            let world = try world(seed: seed)
            try world.run(until: world.now + .seconds(5))
            try world.inject(.kill(2))
            try world.inject(.freeze(1), for: .seconds(12))
            try world.run(until: world.now + .seconds(20))
            return world.trace.hash
        }
        #expect(hashes[0] == hashes[1])
        #expect(hashes[0] != hashes[2])
    }

    @Test func `a broker that was started on a full disk comes back once there is space and it is started anew`() throws
    {
        // The folder of its logs is there already: it is not the full disk that must make it.
        let world = try world(seed: 4)
        #expect(try world.run(limit: .seconds(10)) { allRun(world) })
        try world.inject(.disk(.init(1, .full)))
        try world.inject(.kill(1))
        try world.inject(.restart(1))
        #expect(try world.run(limit: .seconds(60)) { world.hasFailed(1) })
        try world.inject(.healAll)
        try world.inject(.kill(1))
        try world.inject(.restart(1))
        #expect(try world.run(limit: .seconds(30)) { allRun(world) && !world.hasFailed(1) })
    }

    @Test func `a broker that is cut off is fenced, and serves again when the links are healed`() throws {
        // Frames that a cut holds are not lost before both ends have given up.
        let world = try world(seed: 3)
        #expect(try world.run(limit: .seconds(10)) { allRun(world) })
        for peer in world.nodeIDs where peer != 1 {
            try world.inject(.link(.init(.node(1), .node(peer), .cut)))
        }
        let isFenced = { world.activeController?.image.broker(1)?.fenced == true }
        #expect(try world.run(limit: .seconds(30), until: isFenced))
        try world.inject(.healAll)
        #expect(try world.run(limit: .seconds(30)) { !isFenced() && allRun(world) })
    }

    @Test func `requests that a reset took arrive late, and the cluster goes on`() throws {
        // Bytes sent before a reset may be read after the sender has come back.
        var setup = WorldSetup(seed: 9)
        setup.requestsComeLate = true
        setup.latency = .milliseconds(20)
        let world = World(setup)
        nonisolated(unsafe) var count = 0
        world.watch = { observation, _ in if case .late = observation { count += 1 } }
        try world.startAll()
        #expect(try world.run(limit: .seconds(10)) { allRun(world) })
        for _ in 0..<5 {
            try world.inject(.kill(2))
            try world.run(until: world.now + .milliseconds(200))
            try world.inject(.restart(2))
            try world.run(until: world.now + .seconds(2))
        }
        #expect(count > 0)
        #expect(try world.run(limit: .seconds(30)) { allRun(world) })
    }
}
