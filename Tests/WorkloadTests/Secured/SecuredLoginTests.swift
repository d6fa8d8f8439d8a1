import KafkaClient
import KafkaCluster
import KafkaProtocol
import KafkaServer
import Synchronization
import Testing
import Workload

/// A cluster that lets in who shows a token or knows a password, by both ways into it.
@Suite struct SecuredLoginTests {
    /// What brokers were shown.
    private final class Shown: Sendable {
        private let logins = Mutex<[String]>([])

        var all: [String] { logins.withLock { $0 } }

        /// A broker that lets alice in for so long, and tells others why not as Kafka does.
        func door(sessionMilliseconds: Int64 = 0) -> SaslDoor {
            SaslDoor(mechanism: "OAUTHBEARER") { bytes in
                if bytes == [1] { return .refusal("invalid_token") }
                let said = String(decoding: bytes, as: UTF8.self)
                self.logins.withLock { $0.append(said) }
                // {"sub":"alice" in base64, whatever follows it.
                guard said.hasPrefix("n,,\u{1}auth=Bearer "), said.hasSuffix("\u{1}\u{1}"),
                    said.contains(".eyJzdWIiOiJhbGljZS")
                else { return .challenge(Array(#"{"status":"invalid_token"}"#.utf8)) }
                return .welcome(lifetimeMilliseconds: sessionMilliseconds)
            }
        }
    }

    private func properties(_ principal: String, lifeSeconds: Int = 3600) -> String {
        """
        security.protocol=SASL_SSL
        ssl.ca.location=\(Certificates.path("ca.pem"))
        sasl.mechanism=OAUTHBEARER
        enable.sasl.oauthbearer.unsecure.jwt=true
        sasl.oauthbearer.config=principal=\(principal) lifeSeconds=\(lifeSeconds) extension_tenant=acme
        """
    }

    @Test func `one token opens both ways in`() async throws {
        // The pictures', and the records': producer, consumer and administration of librdkafka.
        let shown = Shown()
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            try await secured(live, certificate: "broker", door: { shown.door() }) { front in
                try await seeWriteAndRead(live, through: front.bootstrapServers, properties("alice"))
            }
        }
        #expect(Set(shown.all).count == 1, "one token for all connections")
        #expect(shown.all.count >= 3, "ours, the producer's and the consumer's")
        #expect(shown.all.allSatisfy { $0.contains("\u{1}tenant=acme\u{1}") })
    }

    @Test func `a password opens both ways in, too`() async throws {
        // As Java's tools have it; the broker that does not know it is believed.
        let judge: @Sendable ([UInt8]) -> SaslDoor.Judgement = { bytes in
            bytes == Array("\0alice\0open, \"sesame\"".utf8)
                ? .welcome(lifetimeMilliseconds: 0) : .refusal("Authentication failed: Invalid username or password")
        }
        let jaas =
            "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"alice\" "
        let base = "security.protocol=SASL_SSL\nssl.ca.location=\(Certificates.path("ca.pem"))\nsasl.mechanism=PLAIN\n"
        try await withLiveCluster(brokers: 1) { live in
            try await live.admin.createTopic("orders", partitions: 1, replicationFactor: 1)
            let door: @Sendable () -> SaslDoor = { SaslDoor(mechanism: "PLAIN", judge: judge) }
            try await secured(live, certificate: "broker", door: door) { front in
                try await seeWriteAndRead(
                    live, through: front.bootstrapServers, base + jaas + #"password="open, \"sesame\"";"#)
                let reason = try await failure(at: front.bootstrapServers, base + jaas + "password=\"guessed\";")
                #expect(reason.hasSuffix("the login is refused: Authentication failed: Invalid username or password"))
                #expect(!reason.contains("guessed"))
            }
        }
    }

    @Test func `who is not let in is told why`() async throws {
        // The broker's own words, and none of the token.
        let shown = Shown()
        try await withLiveCluster(brokers: 1) { live in
            try await secured(live, certificate: "broker", door: { shown.door() }) { front in
                let reason = try await failure(at: front.bootstrapServers, properties("mallory"))
                #expect(
                    reason == "\(front.bootstrapServers): the login is refused: of this token it says invalid_token")
                let other = try await failure(
                    at: front.bootstrapServers,
                    "security.protocol=SASL_SSL\nssl.ca.location=\(Certificates.path("ca.pem"))\n"
                        + "sasl.mechanism=PLAIN\nsasl.username=a\nsasl.password=b")
                #expect(other.contains("it knows OAUTHBEARER, not PLAIN"), "\(other)")
                let silent = try await failure(
                    at: front.bootstrapServers,
                    "security.protocol=SSL\nssl.ca.location=\(Certificates.path("ca.pem"))")
                #expect(silent.contains("if it wants a login there, give security.protocol=SASL_SSL"), "\(silent)")
            }
        }
    }

    @Test func `a login is made anew before its session ends`() async throws {
        // KIP-368: a broker ends a connection whose session is over. The pictures go on. The session is long enough for what is
        // asked in it on a starved machine.
        let shown = Shown()
        try await withLiveCluster(brokers: 1) { live in
            try await secured(live, certificate: "broker", door: { shown.door(sessionMilliseconds: 6000) }) { front in
                let security = try WireSecurity(
                    ClientProperties.parse("bootstrap.servers=\(front.bootstrapServers)\n\(properties("alice"))"))
                let cluster = AttachedCluster(
                    bootstrapServers: [try ClusterSurvey.Address(parsing: front.bootstrapServers)], security: security,
                    now: SystemClock.now)
                do { try await cluster.start() } catch {
                    await cluster.shutDown()
                    throw error
                }
                for await _ in cluster.snapshots() where shown.all.count >= 2 { break }
                await cluster.shutDown()
            }
        }
    }
}
