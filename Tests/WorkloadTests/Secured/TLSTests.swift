import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import NIOSSL
import Testing
import Workload

/// A cluster behind TLS, by both ways into it.
@Suite struct TLSTests {
    @Test(arguments: ["127.0.0.1", "localhost"])
    func `over TLS all is seen, written and read`(name: String) async throws {
        // By address and by name; the pictures come over our own connections, the records over librdkafka's.
        try await withLiveCluster { live in
            try await live.admin.createTopic("orders", partitions: 2, replicationFactor: 3)
            try await secured(live, certificate: "broker", name: name) { front in
                try await seeWriteAndRead(
                    live, through: front.bootstrapServers,
                    "security.protocol=SSL\nssl.ca.location=\(Certificates.path("ca.pem"))")
            }
        }
    }

    @Test func `a broker that asks who comes is told`() async throws {
        // With a certificate and its key, encrypted or not, or with both in one file as Java has them.
        let base = "security.protocol=SSL\nssl.ca.location=\(Certificates.path("ca.pem"))\n"
        let pem = "ssl.certificate.location=\(Certificates.path("client.pem"))\n"
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            try await secured(live, certificate: "broker", isDemanding: true) { front in
                for identity in [
                    pem + "ssl.key.location=\(Certificates.path("client-encrypted.key"))\nssl.key.password=open-sesame",
                    "ssl.keystore.location=\(Certificates.path("client.p12"))\nssl.keystore.password=open-sesame",
                ] {
                    try await seeWriteAndRead(live, through: front.bootstrapServers, base + identity)
                }
                let reason = try await failure(at: front.bootstrapServers, base)
                #expect(
                    reason.contains("it demands a client's certificate: give ssl.certificate.location"), "\(reason)")
            }
        }
    }

    @Test(arguments: [
        ("broker", "", "is not trusted by the system's certificates: give the authority"),
        ("broker", "ssl.ca.location=other-ca.pem", "is not trusted by ssl.ca.location="),
        ("named", "ssl.ca.location=ca.pem", "its certificate was made for kafka-1.example: give such a name"),
        ("expired", "ssl.ca.location=ca.pem", "its certificate expired on 2021-01-01"),
    ])
    func `a certificate that is not believed is named`(certificate: String, trust: String, words: String) async throws {
        // Three different things to do about it.
        let trust = trust.replacing("=", with: "=\(Certificates.folder)/")
        try await withLiveCluster(brokers: 1) { live in
            try await secured(live, certificate: certificate) { front in
                let reason = try await failure(at: front.bootstrapServers, "security.protocol=SSL\n\(trust)")
                #expect(reason.contains(words), "\(reason)")
                #expect(reason.hasPrefix(front.bootstrapServers), "it names the address: \(reason)")
            }
        }
    }

    @Test(arguments: [
        ("named", "ssl.endpoint.identification.algorithm="), ("expired", "enable.ssl.certificate.verification=false"),
    ])
    func `checks can be turned off one by one`(certificate: String, property: String) async throws {
        // As in every Kafka client; the empty value is Java's.
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            try await secured(live, certificate: certificate) { front in
                try await seeWriteAndRead(
                    live, through: front.bootstrapServers,
                    "security.protocol=SSL\nssl.ca.location=\(Certificates.path("ca.pem"))\n\(property)")
            }
        }
    }

    @Test func `TLS and none do not meet`() async throws {
        // The wrong port, or the wrong protocol: each says which to give.
        try await withLiveCluster(brokers: 1) { live in
            let reason = try await failure(at: live.cluster.bootstrapServers, "security.protocol=SSL")
            #expect(reason.contains("speaks no TLS there: give its TLS listener's port"), "\(reason)")
            try await secured(live, certificate: "broker") { front in
                let reason = try await failure(at: front.bootstrapServers, "")
                #expect(reason.contains("security.protocol=SSL"), "\(reason)")
            }
        }
    }
}

/// A live cluster behind a front, for as long as `body` runs.
func secured(
    _ live: LiveCluster, certificate: String, isDemanding: Bool = false, name: String = "127.0.0.1",
    door: (@Sendable () -> any FrontDoor)? = nil, _ body: (SecuredFront) async throws -> Void
) async throws {
    let tls = try Certificates.server(certificate, isDemanding: isDemanding)
    let front = try await SecuredFront.open(before: live.cluster, tls: tls, name: name, door: door)
    do { try await body(front) } catch {
        await front.close()
        throw error
    }
    await front.close()
}

/// Attaches to what `bootstrapServers` lead to; produces a record and browses to it.
func seeWriteAndRead(
    _ live: LiveCluster, through bootstrapServers: String, _ properties: String
) async throws {
    let security = try WireSecurity(
        ClientProperties.parse("bootstrap.servers=\(bootstrapServers)\n\(properties)"))
    let cluster = AttachedCluster(
        bootstrapServers: try addresses(bootstrapServers), security: security, now: SystemClock.now)
    do {
        try await cluster.start()
        let picture = try await cluster.snapshot()
        // The metadata leads through the front, never past it.
        #expect(picture.brokers.map { "\($0.host):\($0.port)" }.joined(separator: ",") == bootstrapServers)
        #expect(picture.topics.contains { $0.name == "orders" })
        let sender = try RecordSender(security.clients.with(["linger.ms": "0"]), logger: live.logger)
        let sent = try await sender.send(ProducerRecord(topic: "orders", partition: 0, value: Array("over TLS".utf8)))
        #expect(sent.error == nil)
        let page = try await TopicReader(security.clients, logger: live.logger)
            .page(topic: "orders", at: .end, limit: 10, milliseconds: 30_000)
        #expect(page.records.last.map { String(decoding: $0.value ?? [], as: UTF8.self) } == "over TLS")
    } catch {
        await cluster.shutDown()
        throw error
    }
    await cluster.shutDown()
}

/// Why nobody answers there.
func failure(at bootstrapServers: String, _ properties: String) async throws -> String {
    let cluster = AttachedCluster(
        bootstrapServers: try addresses(bootstrapServers),
        security: try WireSecurity(ClientProperties.parse(properties)), now: SystemClock.now)
    let error = await #expect(throws: WireError.self) { try await cluster.start() }
    await cluster.shutDown()
    return error.map { "\($0)" } ?? ""
}

private func addresses(_ bootstrapServers: String) throws -> [ClusterSurvey.Address] {
    try bootstrapServers.split(separator: ",").map { try ClusterSurvey.Address(parsing: String($0)) }
}
