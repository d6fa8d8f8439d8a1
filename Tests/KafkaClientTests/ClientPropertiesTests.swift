import Testing

@testable import KafkaClient

/// Files of client properties, as people have them.
@Suite struct ClientPropertiesTests {
    @Test func `a file of name=value lines is read as Java does`() throws {
        // The file that works for kafka-topics.sh is the one at hand.
        let configuration = try ClientProperties.parse(
            """
            # to staging
            security.protocol = SASL_SSL
            ! another kind of comment

            sasl.mechanism: SCRAM-SHA-512
            sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\
                username="alice" \\
                password="a=b\\"c";
            ssl.truststore.type=PEM
            ssl.truststore.location=/etc/ca.pem
            """)
        #expect(configuration["security.protocol"] == "SASL_SSL")
        #expect(configuration["sasl.mechanisms"] == "SCRAM-SHA-512")
        #expect(configuration["sasl.username"] == "alice")
        #expect(configuration["sasl.password"]?.hasPrefix("a=b") == true)
        #expect(configuration["ssl.ca.location"] == "/etc/ca.pem")
        #expect(configuration["ssl.truststore.type"] == nil)
    }

    @Test func `what cannot be read is named with its line`() {
        // A Java keystore is not PEM.
        #expect(
            throws: ClientProperties.Failure(line: 2, reason: "ssl.truststore.type=JKS: only PEM stores can be read")
        ) {
            try ClientProperties.parse("a=b\nssl.truststore.type=JKS")
        }
        #expect(throws: ClientProperties.Failure(line: 1, reason: "\"nonsense\" is not name=value")) {
            try ClientProperties.parse("nonsense")
        }
        var configuration = ClientConfiguration()
        #expect(throws: ClientProperties.Failure.self) { try ClientProperties.assign("x", in: &configuration) }
    }

    @Test func `a later setting wins`() throws {
        // -X stands over the file.
        var configuration = try ClientProperties.parse("client.id=a")
        try ClientProperties.assign("client.id=b=c", in: &configuration)
        #expect(configuration["client.id"] == "b=c")
    }
}
