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
            ssl.endpoint.identification.algorithm=
            ssl.protocol=TLSv1.3
            """)
        #expect(configuration["security.protocol"] == "SASL_SSL")
        #expect(configuration["sasl.mechanisms"] == "SCRAM-SHA-512")
        #expect(configuration["sasl.username"] == "alice")
        #expect(configuration["sasl.password"] == "a=b\"c")
        #expect(configuration["ssl.endpoint.identification.algorithm"] == "none")
        #expect(configuration["ssl.protocol"] == nil)
        try configuration.check()
    }

    @Test func `what cannot be read is named with its line, and not shown`() {
        // It may be half a key, or a password.
        for (text, failure) in [
            ("a=b\nnonsense", ClientProperties.Failure(line: 2, reason: "this is not name=value")),
            (
                "sasl.jaas.config=a.PlainLoginModule required username=\"a\";",
                .init(line: 1, reason: "sasl.jaas.config has no password=\"...\"")
            ),
            (
                "sasl.jaas.config=a.PlainLoginModule required password=\"secret;",
                .init(line: 1, reason: "sasl.jaas.config has a quotation mark too few")
            ),
            (
                "sasl.jaas.config=a.Krb5LoginModule required useKeyTab=true;",
                .init(line: 1, reason: "sasl.jaas.config names Krb5LoginModule, which klamm does not know")
            ),
        ] {
            #expect(throws: failure) { try ClientProperties.parse(text) }
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
