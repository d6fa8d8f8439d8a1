import KafkaProtocol

/// AlterConfigs (33), versions 0-2. Replaces all dynamic settings of each resource: what is not named goes back to its
/// default, which is why Kafka advises IncrementalAlterConfigs.
///
/// - Errors as for IncrementalAlterConfigs, resource by resource.
extension Controller {
    func alterConfigs(_ request: AlterConfigsRequest) -> ControllerResult<AlterConfigsResponse> {
        var response = AlterConfigsResponse()
        let altered = alterResources(
            request.resources.map { ResourceName(type: $0.resourceType, name: $0.resourceName) }
        ) { position, resource, changes throws(ControllerError) in
            try changes.replacing(
                with: request.resources[position].configs.map { ($0.name, $0.value) }, of: resource)
        }
        response.responses = altered.results.map { resource, error in
            var result = AlterConfigsResponse.AlterConfigsResourceResponse()
            result.resourceType = resource.type
            result.resourceName = resource.name
            result.errorCode = error?.code ?? .none
            result.errorMessage = error?.message
            return result
        }
        return ControllerResult(response, records: request.validateOnly ? [] : altered.records)
    }

    /// A resource as a request names it.
    struct ResourceName: Hashable {
        var type: Int8
        var name: String
    }

    /// Resource by resource; one that is named more than once is refused, in one answer.
    func alterResources(
        _ resources: [ResourceName],
        _ alter: (Int, ConfigResource, ConfigChanges) throws(ControllerError) -> [MetadataRecord]
    ) -> (results: [(ResourceName, ControllerError?)], records: [MetadataRecord]) {
        var counts: [ResourceName: Int] = [:]
        for resource in resources { counts[resource, default: 0] += 1 }
        let changes = ConfigChanges(state.image)
        var results: [(ResourceName, ControllerError?)] = []
        var records: [MetadataRecord] = []
        var refused: Set<ResourceName> = []
        for (position, named) in resources.enumerated() {
            do throws(ControllerError) {
                if counts[named] != 1 {
                    guard refused.insert(named).inserted else { continue }
                    throw ControllerError(.invalidRequest, "Each resource must appear at most once.")
                }
                let resource = try changes.resource(type: named.type, name: named.name)
                records += try alter(position, resource, changes)
                results.append((named, nil))
            } catch {
                results.append((named, error))
            }
        }
        return (results, records)
    }
}
