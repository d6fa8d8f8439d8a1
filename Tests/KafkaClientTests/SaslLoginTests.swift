import Testing

@testable import KafkaClient

/// Logins, against the examples that the standards print.
@Suite struct SaslLoginTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
    }

    @Test func `the hashes are those of the standard`() {
        // FIPS 180-4's examples: one block, and two.
        #expect(
            hex(SHA2.sha256.hash(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            hex(SHA2.sha256.hash(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)))
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            hex(SHA2.sha512.hash(Array("abc".utf8))).hasPrefix(
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"))
        #expect(
            hex(SHA2.sha256.hmac(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func `a password is stretched as PBKDF2 does`() {
        // By Python's hashlib.pbkdf2_hmac.
        #expect(
            hex(SHA2.sha512.stretched(Array("pencil".utf8), salt: Array("salt".utf8), iterations: 3))
                == "672b69d049d6e6198dea096e866c9e490e9dbd38a668cf6203f36cc45762c831"
                + "fdaafdb9f2ab19bf03c7bcf1e6f6a8c8e68691279f6d1a0fea612cc4c1b76b56")
    }

    @Test func `SCRAM-SHA-256 says what RFC 7677 prints`() throws {
        // Its example, byte by byte.
        var login = SaslLogin(.scram(.sha256, user: "user", password: "pencil"), nonce: "rOprNGfwEbeRWgbNEkqO")
        #expect(String(decoding: login.start(), as: UTF8.self) == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
        let answer = try login.heard(
            Array(
                "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".utf8))
        #expect(
            String(decoding: try #require(answer), as: UTF8.self)
                == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        #expect(!login.isOver)
        #expect(try login.heard(Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)) == nil)
        #expect(login.isOver)
    }

    @Test func `a server that does not know the password is not believed`() throws {
        // It could be anybody who wants to be told what we produce.
        var login = SaslLogin(.scram(.sha256, user: "user", password: "pencil"), nonce: "abc")
        _ = login.start()
        _ = try login.heard(Array("r=abcdef,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".utf8))
        #expect(throws: SaslLogin.Failure.self) { try login.heard(Array("v=AAAA".utf8)) }
        // Nor one that answers to another's nonce, or wants us to count for ever.
        for challenge in ["r=xyz,s=AAAA,i=4096", "r=abcd,s=AAAA,i=99999999", "r=abcd,s=AAAA,i=1", "nonsense"] {
            var login = SaslLogin(.scram(.sha512, user: "u", password: "p"), nonce: "abc")
            _ = login.start()
            #expect(throws: SaslLogin.Failure.self) { try login.heard(Array(challenge.utf8)) }
        }
    }

    @Test func `PLAIN says all at once`() throws {
        // RFC 4616.
        var plain = SaslLogin(.plain(user: "alice", password: "secret"), nonce: "")
        #expect(plain.start() == Array("\0alice\0secret".utf8))
        #expect(try plain.heard([]) == nil)
        #expect(plain.isOver)
    }

    @Test func `OAUTHBEARER says its token and its extensions`() throws {
        // RFC 7628, with KIP-342's extensions.
        let token = OAuthToken(
            text: "a.b.c", principal: "alice", expiresAt: 0, extensions: [.init(name: "tenant", value: "acme")])
        var login = SaslLogin(.bearer(token), nonce: "")
        #expect(login.start() == Array("n,,\u{1}auth=Bearer a.b.c\u{1}tenant=acme\u{1}\u{1}".utf8))
        #expect(try login.heard([]) == nil)
        #expect(login.isOver)
        // What is wrong with it is heard to the end.
        var refused = SaslLogin(.bearer(token), nonce: "")
        _ = refused.start()
        #expect(try refused.heard(Array(#"{"status":"invalid_token"}"#.utf8)) == [1])
        #expect(throws: SaslLogin.Failure.self) { try refused.heard([]) }
        #expect("\(token)" == "a token of alice", "its text is a secret")
    }

    @Test func `base64 goes both ways`() {
        // Salts and proofs.
        for text in ["", "f", "fo", "foo", "foob", "fooba", "foobar"] {
            #expect(Base64.decode(Base64.encode(Array(text.utf8))) == Array(text.utf8))
        }
        #expect(Base64.encode(Array("fooba".utf8)) == "Zm9vYmE=")
        #expect(Base64.decode("Zm9") == nil && Base64.decode("Zm9*") == nil)
    }

    @Test func `a login that is never asked for is remarked upon`() throws {
        // Kafka's own tools take it without a word, and the user wonders who he is.
        func remark(_ text: String) throws -> String? { try WireSecurity(ClientProperties.parse(text)).remark }
        #expect(try remark("") == nil)
        let words = try #require(try remark("sasl.mechanism=PLAIN"))
        #expect(words.contains("sasl.mechanisms=PLAIN has no effect: security.protocol is PLAINTEXT"), "\(words)")
        #expect(words.contains("SASL_PLAINTEXT has one"), "\(words)")
        #expect(
            try remark(
                "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=a\nsasl.password=b") == nil)
    }

    @Test func `the login's properties are librdkafka's`() throws {
        // One file serves both ways into the cluster.
        func security(_ text: String) throws -> WireSecurity { try WireSecurity(ClientProperties.parse(text)) }
        _ = try security("")
        _ = try security(
            "security.protocol=sasl_plaintext\nsasl.mechanism=SCRAM-SHA-512\nsasl.username=a\nsasl.password=b")
        for (text, reason) in [
            ("sasl.mechanism=NOPE", "sasl.mechanisms=NOPE"),
            ("security.protocol=TLS", "it is PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"),
            ("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=GSSAPI", "sasl.mechanisms=GSSAPI"),
            ("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=a", "needs sasl.username"),
        ] {
            let failure = try #require(#expect(throws: WireSecurity.Failure.self) { try security(text) })
            #expect(failure.description.contains(reason), "\(failure)")
        }
    }
}
