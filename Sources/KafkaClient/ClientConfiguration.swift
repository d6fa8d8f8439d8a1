import CRdkafka

/// A client's settings: Kafka's (and librdkafka's) names and values, in the order in which they were given.
/// librdkafka checks them when a client is made, and says what it does not like.
package struct ClientConfiguration: Hashable, Sendable {
    package struct Setting: Hashable, Sendable {
        package var name: String
        package var value: String
    }

    package private(set) var settings: [Setting] = []

    /// Whom clients ask for bearer tokens, where they log in by them.
    package var tokens: TokenSource?

    package init() {}

    package init(bootstrapServers: String) {
        self["bootstrap.servers"] = bootstrapServers
    }

    /// The value set under Kafka's name; nil where librdkafka's default holds.
    package subscript(name: String) -> String? {
        get { settings.last { $0.name == name }?.value }
        set {
            let index = settings.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): settings[index].value = value
            case (let index?, nil): settings.remove(at: index)
            case (nil, let value?): settings.append(Setting(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    mutating func removeAll(where isUnwanted: (String) -> Bool) { settings.removeAll { isUnwanted($0.name) } }

    /// These settings with others over them.
    package func with(_ others: KeyValuePairs<String, String>) -> Self {
        var result = self
        for (name, value) in others { result[name] = value }
        return result
    }

    /// Throws what librdkafka does not like about a name or a value.
    package func check() throws(ClientError) { rd_kafka_conf_destroy(try makeConf()) }

    /// librdkafka's own object for these settings. The caller owns it.
    func makeConf() throws(ClientError) -> OpaquePointer {
        guard let conf = rd_kafka_conf_new() else { throw ClientError(code: .invalidArgument) }
        for setting in settings {
            do throws(ClientError) {
                try withErrorText { text, size in
                    rd_kafka_conf_set(conf, setting.name, setting.value, text, size) == RD_KAFKA_CONF_OK
                }
            } catch {
                rd_kafka_conf_destroy(conf)
                throw error
            }
        }
        return conf
    }
}

/// Runs a call of librdkafka that explains its failure in a buffer, and throws what it wrote there.
func withErrorText(
    code: ClientError.Code = .invalidArgument, _ body: (UnsafeMutablePointer<CChar>, Int) -> Bool
) throws(ClientError) {
    let failure: String? = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { text in
        text.initialize(repeating: 0)
        guard let start = text.baseAddress else { return nil }
        return body(start, text.count) ? nil : String(cString: start)
    }
    if let failure { throw ClientError(code: code, reason: failure) }
}
