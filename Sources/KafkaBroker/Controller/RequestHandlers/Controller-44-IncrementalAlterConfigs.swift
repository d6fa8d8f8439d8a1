import KafkaProtocol

/// IncrementalAlterConfigs (44), versions 0-1. Sets, deletes, appends to and subtracts from single settings of topics,
/// of one broker, and of all brokers (a broker resource without a name).
///
/// - A resource named twice, another kind of resource, a setting that only a restart can change: INVALID_REQUEST.
///   Unknown topic: UNKNOWN_TOPIC_OR_PARTITION. Unknown broker: BROKER_ID_NOT_REGISTERED. Unknown setting, bad value,
///   append to what is no list: INVALID_CONFIG.
/// - A resource is changed whole or not at all. Turning `unclean.leader.election.enable` on elects at once where a
///   partition has no leader.
extension Controller {
    func incrementalAlterConfigs(
        _ request: IncrementalAlterConfigsRequest
    ) -> ControllerResult<IncrementalAlterConfigsResponse> {
        var response = IncrementalAlterConfigsResponse()
        let altered = alterResources(
            request.resources.map { ResourceName(type: $0.resourceType, name: $0.resourceName) }
        ) { position, resource, changes throws(ControllerError) in
            var wanted: [ConfigChanges.Change] = []
            for config in request.resources[position].configs {
                guard let operation = ConfigChanges.Operation(rawValue: config.configOperation) else {
                    throw ControllerError(
                        .invalidRequest, "Unknown operation \(config.configOperation) for \(config.name)")
                }
                wanted.append(.init(name: config.name, operation: operation, value: config.value))
            }
            return try changes.incremental(wanted, of: resource)
        }
        response.responses = altered.results.map { resource, error in
            var result = IncrementalAlterConfigsResponse.AlterConfigsResourceResponse()
            result.resourceType = resource.type
            result.resourceName = resource.name
            result.errorCode = error?.code ?? .none
            result.errorMessage = error?.message
            return result
        }
        return ControllerResult(response, records: request.validateOnly ? [] : altered.records)
    }
}
