/// Java's names for certificates and keys, turned into librdkafka's. What a store is shows in its content: Java's types are
/// seldom given, and often wrong.
enum JavaStores {
    /// Java's own: classes, and what librdkafka decides by itself.
    static let javaAlone: Set<String> = [
        "key.serializer", "value.serializer", "key.deserializer", "value.deserializer", "ssl.protocol",
        "ssl.enabled.protocols", "ssl.provider", "ssl.secure.random.implementation", "ssl.trustmanager.algorithm",
        "ssl.keymanager.algorithm", "sasl.login.class", "sasl.login.callback.handler.class",
        "sasl.client.callback.handler.class", "default.api.timeout.ms", "ssl.truststore.type", "ssl.keystore.type",
    ]

    private static let names = [
        "ssl.truststore.location", "ssl.truststore.password", "ssl.truststore.certificates",
        "ssl.keystore.certificate.chain", "ssl.keystore.key",
    ]

    static func resolved(_ given: ClientConfiguration, usesTLS: Bool) throws(WireSecurity.Failure)
        -> ClientConfiguration
    {
        var configuration = given
        if usesTLS {
            try trust(in: &configuration)
            try present(in: &configuration)
        }
        for name in names { configuration[name] = nil }
        return configuration
    }

    private static func trust(in configuration: inout ClientConfiguration) throws(WireSecurity.Failure) {
        guard configuration["ssl.ca.location"] == nil, configuration["ssl.ca.pem"] == nil else { return }
        if let text = configuration["ssl.truststore.certificates"] { configuration["ssl.ca.pem"] = text }
        guard let path = configuration["ssl.truststore.location"] else { return }
        let material = try KeyMaterial(file: path, property: "ssl.truststore.location")
        switch material.form {
        case .pem, .other: configuration["ssl.ca.location"] = path
        case .javaKeystore: throw .javaStore(material, isTrust: true)
        case .pkcs12:
            let store = try PKCS12Store(
                material, password: configuration["ssl.truststore.password"],
                passwordProperty: "ssl.truststore.password")
            guard !store.certificates.isEmpty else {
                throw WireSecurity.Failure(description: "\(material.place) holds no certificate")
            }
            configuration["ssl.ca.pem"] = store.certificatesAsPEM
        }
    }

    private static func present(in configuration: inout ClientConfiguration) throws(WireSecurity.Failure) {
        if let chain = configuration["ssl.keystore.certificate.chain"] { configuration["ssl.certificate.pem"] = chain }
        if let key = configuration["ssl.keystore.key"] { configuration["ssl.key.pem"] = key }
        guard let path = configuration["ssl.keystore.location"] else { return }
        let material = try KeyMaterial(file: path, property: "ssl.keystore.location")
        switch material.form {
        case .pkcs12, .other: break
        case .javaKeystore: throw .javaStore(material, isTrust: false)
        case .pem:
            configuration["ssl.keystore.location"] = nil
            configuration["ssl.certificate.location"] = configuration["ssl.certificate.location"] ?? path
            configuration["ssl.key.location"] = configuration["ssl.key.location"] ?? path
        }
    }
}
