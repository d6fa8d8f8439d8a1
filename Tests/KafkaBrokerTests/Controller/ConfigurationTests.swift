import KafkaProtocol
import Testing

@testable import KafkaBroker

@Suite struct ConfigurationTests {
    // A default that its own check refuses would stop every start.
    @Test func `every default is valid, and every synonym exists`() throws {
        for table in [ConfigurationTable.topics, .brokers] {
            for definition in table.definitions {
                if let value = definition.defaultValue { _ = try definition.validate(value) }
                #expect(definition.documentation.hasSuffix("."))
                for synonym in definition.brokerSynonyms {
                    #expect(ConfigurationTable.brokers[synonym.name] != nil, "\(synonym.name)")
                }
            }
        }
        #expect(StaticConfiguration().integer("broker.session.timeout.ms") == 1500)
    }

    // The sentence goes to the user as it is.
    @Test func `bad values are refused with a sentence`() {
        func sentence(_ name: String, _ value: String) -> String? {
            do {
                _ = try ConfigurationTable.topics.validate(name: name, value: value)
                return nil
            } catch {
                return error.message
            }
        }
        #expect(sentence("min.insync.replicas", "2") == nil)
        #expect(
            sentence("min.insync.replicas", "0")
                == "Invalid value 0 for configuration min.insync.replicas: Value must be at least 1")
        #expect(
            sentence("min.insync.replicas", "two")
                == "Invalid value two for configuration min.insync.replicas: Not a valid int")
        #expect(sentence("min.insync.replicas", "99999999999")?.hasSuffix("Not a valid int") == true)
        #expect(sentence("min.cleanable.dirty.ratio", "1.5")?.hasSuffix("Value must be no more than 1") == true)
        #expect(sentence("cleanup.policy", "compact, delete") == nil)
        #expect(
            sentence("cleanup.policy", "burn")?.hasSuffix("String must be one of: compact, delete") == true)
        #expect(sentence("unclean.leader.election.enable", "yes")?.hasSuffix("Not a valid boolean") == true)
        #expect(sentence("compression.type", "zstd")?.hasSuffix("String must be one of: producer") == true)
        #expect(sentence("no.such", "1") == "Unknown topic config name: no.such")
        #expect(throws: ConfigError(message: "Unknown broker config name: nope")) {
            try StaticConfiguration(["nope": "1"])
        }
    }

    // Kafka's order: topic, broker, all brokers, start file, default; hours are the weakest of three names.
    @Test func `a topic's value comes from the strongest source`() throws {
        let driver = try ControllerDriver(configuration: ["log.retention.hours": "2"])
        try driver.start(1)
        try driver.createTopic("orders")
        let configuration = try StaticConfiguration(["log.retention.hours": "2"])
        func entry() throws -> ConfigEntry {
            driver.image.topicConfigEntry(
                try #require(ConfigurationTable.topics["retention.ms"]), topic: "orders", node: 1,
                configuration: configuration)
        }
        #expect(try entry().value == "7200000")
        #expect(try entry().source == .staticBrokerConfig)
        #expect(try driver.alterConfig(.brokerDefault, "log.retention.ms", .set, "70") == .none)
        #expect(try entry().value == "70")
        #expect(try entry().source == .dynamicDefaultBrokerConfig)
        #expect(try driver.alterConfig(.broker(1), "log.retention.ms", .set, "60") == .none)
        #expect(try entry().value == "60")
        #expect(try driver.alterConfig(.topic("orders"), "retention.ms", .set, "50") == .none)
        #expect(try entry().value == "50")
        #expect(try entry().source == .dynamicTopicConfig)
        #expect(
            try entry().synonyms.map(\.name) == [
                "retention.ms", "log.retention.ms", "log.retention.ms", "log.retention.hours", "log.retention.hours",
            ])
        #expect(
            driver.image.topicConfig("orders", node: 1, configuration: configuration).retention == .milliseconds(50))
        #expect(try driver.alterConfig(.topic("orders"), "retention.ms", .delete, nil) == .none)
        #expect(try entry().value == "60")
        let plain = MetadataImage(clusterID: "x").topicConfig("none", node: 1, configuration: .init())
        #expect(plain.retention == .seconds(604_800))
        #expect(plain.deletes && !plain.compacts && !plain.allowsUncleanLeaderElection)
    }

    // Lists are edited item by item.
    @Test func `append to and subtract from lists`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        try driver.createTopic("orders")
        let orders = ConfigResource.topic("orders")
        #expect(try driver.alterConfig(orders, "cleanup.policy", .append, "compact") == .none)
        #expect(driver.image.config(orders, "cleanup.policy") == "delete,compact")
        #expect(try driver.alterConfig(orders, "cleanup.policy", .subtract, "delete") == .none)
        #expect(driver.image.config(orders, "cleanup.policy") == "compact")
        #expect(try driver.alterConfig(orders, "retention.ms", .append, "1") == .invalidConfig)
    }

    // Each mistake has its own error, and nothing is written.
    @Test func `changes that are refused`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        try driver.createTopic("orders")
        let offset = driver.image.offset
        #expect(try driver.alterConfig(.topic("none"), "retention.ms", .set, "1") == .unknownTopicOrPartition)
        #expect(try driver.alterConfig(.topic(""), "retention.ms", .set, "1") == .invalidRequest)
        #expect(try driver.alterConfig(.broker(9), "log.retention.ms", .set, "1") == .brokerIdNotRegistered)
        #expect(try driver.alterConfig(.broker(1), "broker.session.timeout.ms", .set, "1") == .invalidRequest)
        #expect(try driver.alterConfig(.topic("orders"), "retention.ms", .set, nil) == .invalidConfig)
        #expect(try driver.alterConfig(.topic("orders"), "no.such", .delete, nil) == .invalidConfig)
        #expect(driver.image.offset == offset)
    }

    // The old API takes back what it does not name.
    @Test func `AlterConfigs replaces everything`() throws {
        let driver = try ControllerDriver()
        try driver.start(1)
        try driver.createTopic("orders", configs: [("retention.ms", "1"), ("segment.bytes", "100")])
        driver.clearEvents()
        var config = AlterConfigsRequest.AlterableConfig()
        config.name = "retention.ms"
        config.value = "2"
        var resource = AlterConfigsRequest.AlterConfigsResource()
        resource.resourceType = ConfigResource.ResourceType.topic
        resource.resourceName = "orders"
        resource.configs = [config]
        var request = AlterConfigsRequest()
        request.resources = [resource]
        request.validateOnly = true
        #expect(try driver.ask(request).responses.first?.errorCode == ErrorCode.none)
        #expect(driver.image.config(.topic("orders"), "retention.ms") == "1")
        request.validateOnly = false
        #expect(try driver.ask(request).responses.first?.errorCode == ErrorCode.none)
        #expect(driver.image.configs(of: .topic("orders")).map(\.name) == ["retention.ms"])
        #expect(
            driver.events == [
                .configChanged(resource: .topic("orders"), name: "retention.ms", value: "2"),
                .configChanged(resource: .topic("orders"), name: "segment.bytes", value: nil),
            ])
        request.resources = [resource, resource]
        #expect(try driver.ask(request).responses.map(\.errorCode) == [.invalidRequest])
    }
}
