import KafkaClient
import KafkaCluster
import KafkaProtocol
import Testing
import Workload

/// Retries, time limits and requests in flight, on librdkafka's mock brokers, which fail exactly as they are told.
@Suite(.timeLimit(.minutes(5))) struct ProducerRetryTests {
    private static let produce: Int16 = 0
    private static let notEnoughReplicas = ClientError.Code(rawValue: 19)

    private func settings(_ change: (inout ProducerSettings) -> Void) -> ProducerSettings {
        var settings = ProducerSettings(topic: "orders", recordsPerSecond: 500)
        settings.retryBackoffMilliseconds = 20
        change(&settings)
        return settings
    }

    private func stop(_ fixture: WorkloadFixture) async -> WorkloadSnapshot.Producer {
        fixture.workload.execute(.stopProducer(topic: "orders"))
        await fixture.workload.shutDown()
        return fixture.workload.snapshot().producers[0]
    }

    @Test(arguments: [0, 10]) func `without retries an error that would pass is a loss`(retries: Int) async throws {
        // Three requests are refused because too few replicas are in sync; a moment later all is well.
        let fixture = try WorkloadFixture(partitions: 1)
        fixture.workload.execute(.startProducer(settings { $0.retries = retries }))
        try await fixture.until { fixture.ledger.acknowledged.count > 20 }
        fixture.cluster.failNext(apiKey: Self.produce, with: Array(repeating: Self.notEnoughReplicas, count: 3))
        let then = fixture.ledger.acknowledged.count
        try await fixture.until { fixture.ledger.acknowledged.count > then + 100 }
        let counts = await stop(fixture)
        #expect(retries == 0 ? counts.failed + counts.unknown >= 3 : counts.acknowledged == counts.sent)
    }

    @Test func `a record that has no answer in its time is unknown, not failed`() async throws {
        // It was sent; the broker may have it.
        let fixture = try WorkloadFixture(partitions: 1)
        fixture.workload.execute(.startProducer(settings { $0.deliveryTimeoutMilliseconds = 200 }))
        try await fixture.until { fixture.ledger.acknowledged.count > 20 }
        for broker: Int32 in 1...3 { try fixture.cluster.setRoundTrip(broker: broker, milliseconds: 60_000) }
        try await fixture.until { fixture.workload.snapshot().producers[0].unknown > 10 }
        fixture.workload.execute(.crashProducer(topic: "orders"))
        await fixture.workload.shutDown()
        let timedOut = fixture.ledger.outcomes.values.contains { outcomes in
            if case .unknown(let error?)? = outcomes.first { error.code == .messageTimedOut } else { false }
        }
        #expect(timedOut)
    }

    @Test func `every setting of a running producer changes by a new client that librdkafka accepts`() async throws {
        // The records before, at and after the change all arrive.
        let fixture = try WorkloadFixture()
        var events = fixture.workload.clientEvents
        fixture.workload.execute(.startProducer(settings { _ in }))
        try await fixture.until { fixture.ledger.acknowledged.count > 20 }
        let wanted = settings {
            $0.retries = 3
            $0.deliveryTimeoutMilliseconds = 60_000
            $0.requestTimeoutMilliseconds = 5000
            $0.maxInFlight = 2
            $0.lingerMilliseconds = 1
            $0.batchBytes = 1000
            $0.compression = .lz4
            $0.maxMessageBytes = 50_000
            $0.bufferMessages = 1000
            $0.bufferKilobytes = 1000
            $0.enableIdempotence = true
        }
        fixture.workload.execute(.changeProducer(wanted))
        #expect(await events.next() == .producerStarted(settings { _ in }))
        #expect(await events.next() == .producerChanged(wanted))
        let then = fixture.ledger.acknowledged.count
        try await fixture.until { fixture.ledger.acknowledged.count > then + 50 }
        let counts = await stop(fixture)
        #expect(counts.settings == wanted && counts.acknowledged == counts.sent)
    }
}
