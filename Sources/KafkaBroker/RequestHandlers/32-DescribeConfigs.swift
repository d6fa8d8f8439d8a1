import KafkaProtocol
import NIOCore

/// DescribeConfigs (key 32), versions 0-4.
///
/// Topics, this broker (by its id) and the default of all brokers (an empty name), with sources, synonyms, types and
/// documentation. Another broker's settings must be asked there: INVALID_REQUEST, as in Kafka.
///
/// Not done: broker loggers, client metrics and groups as resources (INVALID_REQUEST).
extension Broker {
    mutating func handleDescribeConfigs(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        let request = try DescribeConfigsRequest(decoding: body, version: context.version)
        var response = DescribeConfigsResponse()
        response.results = request.resources.map { describe($0, request, context.version) }
        respond(context, with: response)
    }

    private func describe(
        _ wanted: DescribeConfigsRequest.DescribeConfigsResource, _ request: DescribeConfigsRequest, _ version: Int16
    ) -> DescribeConfigsResponse.DescribeConfigsResult {
        var result = DescribeConfigsResponse.DescribeConfigsResult()
        result.resourceType = wanted.resourceType
        result.resourceName = wanted.resourceName
        result.errorMessage = nil
        guard let resource = ConfigResource(type: wanted.resourceType, name: wanted.resourceName) else {
            result.errorCode = .invalidRequest
            result.errorMessage = "resources of type \(wanted.resourceType) have no settings here"
            return result
        }
        switch resource {
        case .topic(let name):
            if TopicName.problem(with: name) != nil {
                result.errorCode = .invalidTopicException
                return result
            }
            if image.topic(named: name) == nil {
                result.errorCode = .unknownTopicOrPartition
                return result
            }
        case .broker(let id):
            if id != settings.nodeId {
                result.errorCode = .invalidRequest
                result.errorMessage = "this is broker \(settings.nodeId); ask broker \(id) for its settings"
                return result
            }
        case .brokerDefault: break
        }
        let entries = image.configEntries(
            of: resource, node: settings.nodeId, configuration: settings.configuration)
        // None by name means all, as null does (ConfigHelper.scala).
        let names = wanted.configurationKeys ?? []
        result.configs = entries.lazy
            .filter { names.isEmpty || names.contains($0.name) }
            .map { describe($0, request, version) }
        return result
    }

    private func describe(
        _ entry: ConfigEntry, _ request: DescribeConfigsRequest, _ version: Int16
    ) -> DescribeConfigsResponse.DescribeConfigsResourceResult {
        var result = DescribeConfigsResponse.DescribeConfigsResourceResult()
        result.name = entry.name
        result.value = entry.value
        result.readOnly = entry.isReadOnly
        // Version 0 knows only this of where a value comes from.
        if version == 0 { result.isDefault = entry.source == .defaultConfig }
        result.configSource = entry.source.rawValue
        result.configType = entry.definition.type.rawValue
        result.documentation = request.includeDocumentation ? entry.definition.documentation : nil
        if request.includeSynonyms {
            result.synonyms = entry.synonyms.map { synonym in
                var data = DescribeConfigsResponse.DescribeConfigsSynonym()
                data.name = synonym.name
                data.value = synonym.value
                data.source = synonym.source.rawValue
                return data
            }
        }
        return result
    }
}
