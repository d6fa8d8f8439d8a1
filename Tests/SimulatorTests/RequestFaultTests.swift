import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Simulator

/// Requests that fail by a fault: what the client hears, and what becomes of the records.
@Suite struct RequestFaultTests {
    /// One producer that never tries again, one consumer, and the fault; what they noted.
    private func notes(_ outcome: RequestFault.Outcome, of api: APIKey = .produce) throws -> [ClientNote] {
        let world = World(WorldSetup(seed: 6))
        nonisolated(unsafe) var notes: [ClientNote] = []
        world.watch = { observation, _ in if case .client(let note) = observation { notes.append(note) } }
        try world.startAll()
        try world.add(Founder([TopicPlan(name: "orders", partitions: 1, replicationFactor: 3)]))
        #expect(try world.run(limit: .seconds(20)) { world.allClientsAreDone })
        for id in world.setup.brokerIDs { try world.inject(.request(.init(api, at: id, nth: 2, outcome))) }
        var settings = ProducerSettings(topics: ["orders"])
        settings.isIdempotent = false
        settings.retries = false
        settings.recordsPerBurst = 1...1
        try world.add(SimulatedProducer(settings, network: network("producer", 10)))
        try world.add(SimulatedConsumer(topics: ["orders"], FetchSettings(), network: network("consumer", 11)))
        try world.run(until: world.now + .seconds(2))
        try world.finishClients()
        #expect(try world.run(limit: .seconds(60)) { world.allClientsAreDone })
        return notes
    }

    private func network(_ name: String, _ number: UInt32) -> NetworkSettings {
        var network = NetworkSettings(name: name, number: number, seed: UInt64(number), bootstrap: [1, 2, 3])
        network.requestTimeout = .milliseconds(500)
        return network
    }

    private func delivered(_ notes: [ClientNote]) -> [String] {
        notes.compactMap { if case .delivered(_, _, _, _, let record) = $0 { record } else { nil } }
    }

    private func failed(_ notes: [ClientNote], _ error: ErrorCode) -> [String] {
        notes.compactMap { note in
            guard case .failed(_, let record, _, error, _) = note else { return nil }
            return record
        }
    }

    @Test func `a request that fails before its effect has none`() throws {
        // The client hears the error, and the record is nowhere.
        let notes = try notes(.failBefore(.notEnoughReplicas))
        let failed = failed(notes, .notEnoughReplicas)
        #expect(failed.count == 1)
        #expect(delivered(notes).count > 10)
        #expect(!delivered(notes).contains(failed[0]))
    }

    @Test func `a request that fails after its effect has it`() throws {
        // The client hears the error, and the record is there all the same.
        let notes = try notes(.failAfter(.requestTimedOut))
        let failed = failed(notes, .requestTimedOut)
        #expect(failed.count == 1)
        #expect(delivered(notes).contains(failed[0]))
    }

    @Test func `an answer that is withheld is never heard, and nothing behind it`() throws {
        // The client gives up and does not know; the record is there.
        let notes = try notes(.withhold)
        let failed = failed(notes, .networkException)
        #expect(!failed.isEmpty)
        #expect(delivered(notes).contains(failed[0]))
    }

    @Test(arguments: [RequestFault.Outcome.failBefore(.notController), .failAfter(.notController), .withhold])
    func `a leader that is not answered asks for its ISR again`(_ outcome: RequestFault.Outcome) throws {
        // Or a follower that died would be waited for without end.
        let world = World(WorldSetup(seed: 7))
        try world.startAll()
        try world.add(Founder([TopicPlan(name: "orders", partitions: 1, replicationFactor: 3)]))
        #expect(try world.run(limit: .seconds(20)) { world.allClientsAreDone })
        let isr = { world.activeController?.image.topics.first { $0.name == "orders" }?.partitions.first?.isr ?? [] }
        let leader = try #require(isr().first)
        try world.inject(.request(.init(.alterPartition, at: 101, nth: 1, outcome)))
        let victim = try #require(isr().last)
        #expect(victim != leader)
        // It stays in its session, but copies nothing: only its leader can put it out of the ISR.
        try world.inject(.link(.init(.node(leader), .node(victim), .stall)))
        try world.add(SimulatedProducer(ProducerSettings(topics: ["orders"]), network: network("producer", 12)))
        #expect(try world.run(limit: .seconds(100)) { isr().count == 2 })
    }
}
