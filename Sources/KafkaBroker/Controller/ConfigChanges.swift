import KafkaProtocol

/// Checks what users want set, and writes what really changes as records.
package struct ConfigChanges {
    package let image: MetadataImage

    package init(_ image: MetadataImage) { self.image = image }

    package enum Operation: Int8, Hashable, Sendable {
        case set = 0
        case delete = 1
        case append = 2
        case subtract = 3
    }

    package struct Change: Hashable, Sendable {
        package var name: String
        package var operation: Operation
        package var value: String?

        package init(name: String, operation: Operation, value: String?) {
            self.name = name
            self.operation = operation
            self.value = value
        }
    }

    /// The resource that a request names, if it may have settings.
    package func resource(type: Int8, name: String) throws(ControllerError) -> ConfigResource {
        guard type == ConfigResource.ResourceType.topic || type == ConfigResource.ResourceType.broker else {
            throw ControllerError(.invalidRequest, "Unexpected resource type \(type).")
        }
        guard let resource = ConfigResource(type: type, name: name) else {
            throw ControllerError(.invalidRequest, "Node id must be an integer, but it is: \(name)")
        }
        switch resource {
        case .topic(""):
            throw ControllerError(.invalidRequest, "Default topic resources are not allowed.")
        case .topic(let name):
            guard image.topic(named: name) != nil else {
                throw ControllerError(.unknownTopicOrPartition, "The topic '\(name)' does not exist.")
            }
        case .broker(let id):
            guard image.broker(id) != nil else {
                throw ControllerError(.brokerIdNotRegistered, "No node with id \(id) found.")
            }
        case .brokerDefault: break
        }
        return resource
    }

    /// Changes setting by setting; the others stay.
    package func incremental(
        _ changes: [Change], of resource: ConfigResource
    ) throws(ControllerError) -> [MetadataRecord] {
        var names: Set<String> = []
        for change in changes where !names.insert(change.name).inserted {
            throw ControllerError(.invalidRequest, "Error due to duplicate config keys")
        }
        var records: [MetadataRecord] = []
        for change in changes {
            let current = image.config(resource, change.name)
            let value = try newValue(change, current: current, of: resource)
            if value != current { records.append(record(resource, change.name, value)) }
        }
        return records
    }

    /// Sets exactly these; whatever else was set goes back to its default.
    package func replacing(
        with settings: [(name: String, value: String?)], of resource: ConfigResource
    ) throws(ControllerError) -> [MetadataRecord] {
        var records = try incremental(
            settings.map { Change(name: $0.name, operation: .set, value: $0.value) }, of: resource)
        let kept = Set(settings.map(\.name))
        for (name, _) in image.configs(of: resource) where !kept.contains(name) {
            records.append(record(resource, name, nil))
        }
        return records
    }

    private func newValue(
        _ change: Change, current: String?, of resource: ConfigResource
    ) throws(ControllerError) -> String? {
        if change.operation == .delete {
            // What was set by a later version may go, although its name is unknown here.
            if resource.table[change.name] == nil, current == nil { try refuseUnknown(change.name, of: resource) }
            return nil
        }
        do {
            let definition = try resource.table.definition(of: change.name)
            if resource.type == ConfigResource.ResourceType.broker, definition.updateMode == .readOnly {
                throw ControllerError(
                    .invalidRequest, "Cannot update these configs dynamically: \(definition.name)")
            }
            guard let text = change.value else {
                throw ControllerError(.invalidConfig, "Null value not supported for \(change.name)")
            }
            var value = text
            if change.operation != .set {
                guard definition.type == .list else {
                    let word = change.operation == .append ? "APPEND" : "SUBTRACT"
                    throw ControllerError(
                        .invalidConfig, "Can't \(word) to key \(change.name) because its type is not LIST.")
                }
                let present = items(of: current ?? definition.defaultValue ?? "")
                let named = items(of: text)
                value =
                    (change.operation == .append
                    ? present + named.filter { !present.contains($0) } : present.filter { !named.contains($0) })
                    .joined(separator: ",")
            }
            _ = try definition.validate(value)
            guard value.utf8.count <= Int16.max else {
                throw ControllerError(
                    .invalidConfig, "The value of \(change.name) exceeds the maximum of \(Int16.max) bytes")
            }
            return value
        } catch let error as ConfigError {
            throw ControllerError(.invalidConfig, error.message)
        } catch let error as ControllerError {
            throw error
        } catch {
            preconditionFailure("settings fail only by these two errors")
        }
    }

    private func refuseUnknown(_ name: String, of resource: ConfigResource) throws(ControllerError) {
        do {
            _ = try resource.table.definition(of: name)
        } catch {
            throw ControllerError(.invalidConfig, error.message)
        }
    }

    private func items(of text: String) -> [String] {
        guard case .list(let items) = ConfigType.list.parse(text) else { return [] }
        return items
    }

    private func record(_ resource: ConfigResource, _ name: String, _ value: String?) -> MetadataRecord {
        var record = ConfigRecord()
        record.resourceType = resource.type
        record.resourceName = resource.name
        record.name = name
        record.value = value
        return .config(record)
    }
}
