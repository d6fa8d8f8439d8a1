import Foundation
import Testing

@testable import KafkaClient

/// The files that TLS needs, as people have them: each that is wrong is named, with what to do. No secret is shown.
@Suite struct TLSPropertiesTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Interop/Certificates").path

    /// `FILE:` stands for the folder of certificates.
    private func security(_ text: String) throws -> WireSecurity {
        let text = text.replacing("FILE:", with: Self.folder + "/")
        return try WireSecurity(ClientProperties.parse("security.protocol=SSL\n\(text)"))
    }

    @Test(arguments: [
        ("ssl.ca.location=/nowhere/ca.pem", "/nowhere/ca.pem cannot be read: no such file or directory"),
        ("ssl.ca.location=FILE:broker.key", "broker.key holds no certificate in PEM"),
        (
            "ssl.ca.location=FILE:truststore.jks",
            "is a Java keystore (JKS), which klamm cannot read: `keytool -list -rfc"
        ),
        ("ssl.truststore.location=FILE:truststore.jks\nssl.truststore.type=PEM", "then give ssl.ca.location=ca.pem"),
        ("ssl.truststore.location=FILE:truststore.p12", "needs a password: give ssl.truststore.password"),
        (
            "ssl.truststore.location=FILE:truststore.p12\nssl.truststore.password=wrong-one",
            "truststore.p12 does not open with this ssl.truststore.password"
        ),
        ("ssl.certificate.location=FILE:client.pem", "needs its key: give ssl.key.location"),
        ("ssl.key.location=FILE:client.key", "needs its certificate: give ssl.certificate.location"),
        (
            "ssl.certificate.location=FILE:client.pem\nssl.key.location=FILE:client.pem",
            "ssl.key.location=FILE:client.pem holds no key in PEM"
        ),
        (
            "ssl.certificate.location=FILE:client.pem\nssl.key.location=FILE:client-encrypted.key",
            "client-encrypted.key is encrypted: give ssl.key.password"
        ),
        (
            "ssl.certificate.location=FILE:client.pem\nssl.key.location=FILE:client-encrypted.key\n"
                + "ssl.key.password=wrong-one", "client-encrypted.key does not open with this ssl.key.password"
        ),
        (
            "ssl.certificate.location=FILE:client.pem\nssl.key.location=FILE:broker.key",
            "the client's certificate and its key do not belong together"
        ),
        (
            "ssl.keystore.location=FILE:client.p12\nssl.keystore.password=wrong-one",
            "client.p12 does not open with this ssl.keystore.password"
        ),
        ("ssl.keystore.location=FILE:truststore.jks", "then give ssl.keystore.location=client.p12"),
        (
            "ssl.keystore.location=FILE:truststore.p12\nssl.keystore.password=open-sesame",
            "truststore.p12 holds no key: is it a truststore?"
        ),
        ("ssl.endpoint.identification.algorithm=dns", "it is https or none"),
        ("enable.ssl.certificate.verification=no", "it is true or false"),
    ])
    func `what is wrong with a file is said`(properties: String, words: String) throws {
        let failure = try #require(#expect(throws: WireSecurity.Failure.self) { try security(properties) })
        #expect(failure.description.contains(words.replacing("FILE:", with: Self.folder + "/")), "\(failure)")
        #expect(!failure.description.contains("wrong-one") && !failure.description.contains("open-sesame"))
    }

    @Test func `Java's stores become librdkafka's`() throws {
        // One file of properties serves both ways into the cluster, and Java's tools besides.
        let trusting = try security(
            """
            ssl.truststore.location=FILE:truststore.p12
            ssl.truststore.password=open-sesame
            ssl.truststore.type=PKCS12
            ssl.keystore.location=FILE:client-legacy.p12
            ssl.keystore.password=open-sesame
            """
        ).clients
        try trusting.check()
        let ca = try String(contentsOfFile: Self.folder + "/ca.pem", encoding: .utf8)
        #expect(trusting["ssl.ca.pem"] == ca)
        #expect(trusting["ssl.truststore.location"] == nil && trusting["ssl.truststore.password"] == nil)
        #expect(trusting["ssl.keystore.location"]?.hasSuffix("client-legacy.p12") == true)

        let pem = try security(
            """
            ssl.truststore.type=PEM
            ssl.truststore.location=FILE:ca.pem
            ssl.keystore.certificate.chain=\(inOneLine(Self.folder + "/client.pem"))
            ssl.keystore.key=\(inOneLine(Self.folder + "/client.key"))
            """
        ).clients
        try pem.check()
        #expect(pem["ssl.ca.location"] == Self.folder + "/ca.pem")
        #expect(pem["ssl.certificate.pem"]?.contains("BEGIN CERTIFICATE") == true)
        #expect(pem["ssl.key.pem"]?.contains("PRIVATE KEY") == true)
    }

    /// As a file of properties has it.
    private func inOneLine(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8).replacing("\n", with: "\\n")
    }

    @Test func `without TLS no file is read`() throws {
        // A file of properties may be a copy of another cluster's.
        let plain = try WireSecurity(
            ClientProperties.parse("ssl.truststore.location=/nowhere\nssl.truststore.password=x"))
        #expect(plain.clients["ssl.truststore.location"] == nil)
    }

    @Test func `who fails alike is named together`() {
        // Three brokers with one wrong certificate are one mistake.
        let error = WireError.nobody([
            ("a:1", WireError.cannotConnect("a:1", reason: "connection refused")),
            ("b:1", WireError.closed("b:1")), ("c:1", WireError.cannotConnect("c:1", reason: "connection refused")),
        ])
        #expect(error == .nobodyAnswers(["a:1, c:1: connection refused", "b:1 closed the connection"]))
    }
}
