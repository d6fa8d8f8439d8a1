import KafkaServer
import Testing

@Suite struct PortReservationTests {
    @Test func `a port in use is named`() async throws {
        // The usual first failure: a Kafka broker, or another klamm, is there already.
        try await ScriptedCluster.with(brokers: 1) { cluster in
            let port = cluster.ports[0].port
            #expect(throws: ClusterError.portInUse(port)) { try PortReservation(host: "127.0.0.1", port: port) }
        }
    }

    @Test func `a reserved port is given to nobody else`() throws {
        // Between a kill and the restart the broker's port must not wander to some client.
        let reservations = try (0..<50).map { _ in try PortReservation(host: "127.0.0.1", port: 0) }
        #expect(Set(reservations.map(\.port)).count == 50)
    }

    @Test func `nonsense is refused with a sentence`() {
        // It comes from the command line.
        #expect(throws: ClusterError.portOutOfRange(70_000)) { try PortReservation(host: "127.0.0.1", port: 70_000) }
        #expect(throws: ClusterError.hostNotAnAddress("here")) { try PortReservation(host: "here", port: 0) }
        #expect(throws: ClusterError.hostNotOurs("192.0.2.1")) { try PortReservation(host: "192.0.2.1", port: 0) }
    }
}
