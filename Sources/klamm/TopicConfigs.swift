import Console
import KafkaProtocol

/// A topic's settings, asked of the brokers and changed there.
struct TopicConfigs: Sendable {
    private static let topicResource: Int8 = 2

    var cluster: any ConsoleCluster

    func describe(_ topic: String) async throws -> TopicConfigPicture {
        var resource = DescribeConfigsRequest.DescribeConfigsResource()
        resource.resourceType = Self.topicResource
        resource.resourceName = topic
        resource.configurationKeys = nil
        var request = DescribeConfigsRequest()
        request.resources = [resource]
        request.includeDocumentation = true
        let response = try await cluster.ask(request)
        guard let result = response.results.first, result.errorCode == .none else {
            let error = response.results.first
            throw Refusal(
                "The settings of \(topic): \(error?.errorMessage ?? error.map { "\($0.errorCode)" } ?? "no answer")")
        }
        let entries = result.configs.map { config in
            TopicConfigPicture.Entry(
                name: config.name, value: config.isSensitive ? nil : config.value,
                source: Self.source(config.configSource), isReadOnly: config.readOnly,
                documentation: config.documentation)
        }
        return TopicConfigPicture(topic: topic, entries: entries.sorted { $0.name < $1.name })
    }

    /// Nil takes the value away, so that the default holds. Returns what the brokers have against it, if anything.
    func set(_ name: String, to value: String?, of topic: String) async throws -> String? {
        var config = IncrementalAlterConfigsRequest.AlterableConfig()
        config.name = name
        config.configOperation = value == nil ? 1 : 0
        config.value = value
        var resource = IncrementalAlterConfigsRequest.AlterConfigsResource()
        resource.resourceType = Self.topicResource
        resource.resourceName = topic
        resource.configs = [config]
        var request = IncrementalAlterConfigsRequest()
        request.resources = [resource]
        let response = try await cluster.ask(request)
        guard let result = response.responses.first else { return "no answer" }
        return result.errorCode == .none ? nil : result.errorMessage ?? "\(result.errorCode)"
    }

    private static func source(_ number: Int8) -> TopicConfigPicture.Entry.Source {
        switch number {
        case 1: .topic
        case 2: .broker
        case 3: .allBrokers
        case 4: .file
        case 5: .standard
        default: .unknown
        }
    }
}
