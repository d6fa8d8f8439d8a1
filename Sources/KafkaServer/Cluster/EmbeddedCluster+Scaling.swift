import KafkaBroker
import KafkaProtocol
import NIOPosix

/// Brokers that join and leave while the cluster runs. Moving partitions there and away is the administrator's part.
extension EmbeddedCluster {
    /// What a cluster needs in order to grow.
    package struct Scaling: Sendable {
        /// Remembers who was added and removed, so that a restart finds the same brokers.
        var directory: DataDirectory
        /// Takes the port, too.
        var blueprint: @Sendable (BrokerID) throws -> NodeBlueprint
    }

    /// Adds a broker with the next id, port and folder; returns when it serves. It holds nothing until partitions are
    /// created on it or moved to it.
    package func addBroker() async throws -> BrokerID {
        guard let scaling = places.scaling else { throw ClusterError.cannotScale }
        try await requireController()
        guard places.beginScaling() else { throw ClusterError.notReady("another broker comes or goes just now") }
        defer { places.endScaling() }
        let id = try scaling.directory.nextBroker(after: places.brokers.map(\.id).max() ?? 0)
        guard !id.isController else { throw ClusterError.cannotScale }
        let blueprint = try scaling.blueprint(id)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        places.keep(group)
        let node = try await connectedPlace(blueprint, on: group.next())
        try scaling.directory.noteAdded(id)
        places.add(node, port: blueprint.port)
        try await node.flatOn { try $0.start() }.get()
        return id
    }

    /// Removes a broker for good: stops it in order, has the cluster forget it, and deletes its folder. Refused while any
    /// replica is assigned to it.
    package func removeBroker(_ id: BrokerID) async throws {
        guard let scaling = places.scaling, !id.isController else { throw ClusterError.cannotScale }
        _ = try node(id)
        try await requireController()
        guard places.brokers.count > 1 else { throw ClusterError.lastBroker(id) }
        guard places.beginScaling() else { throw ClusterError.notReady("another broker comes or goes just now") }
        defer { places.endScaling() }
        try await refuseIfInUse(id)
        try await stop(id)
        try await refuseIfInUse(id)
        try await unregister(id)
        places.remove(id)
        try scaling.directory.noteRemoved(id)
    }

    /// The newest metadata that a controller of this cluster has.
    package func metadataImage() async throws -> MetadataImage {
        var newest: MetadataImage?
        for node in nodes where node.id.isController {
            guard case .controller(_, let image?)? = try await node.on({ $0.content }).get() else { continue }
            if image.offset > newest?.offset ?? -1 { newest = image }
        }
        guard let newest else { throw ClusterError.notReady("no controller is up") }
        return newest
    }

    private func refuseIfInUse(_ id: BrokerID) async throws {
        let replicas = try await metadataImage().topics.reduce(0) { count, topic in
            count + topic.partitions.count { $0.replicas.contains(id) }
        }
        if replicas > 0 { throw ClusterError.stillInUse(id, replicas: replicas) }
    }

    /// Asks through whichever broker answers first.
    private func unregister(_ id: BrokerID) async throws {
        var request = UnregisterBrokerRequest()
        request.brokerId = id
        var reason = "no other broker answers"
        for node in places.brokers where node.id != id {
            guard let port = places.port(of: node.id) else { continue }
            do {
                let response = try await BrokerCall.ask(request, version: 0, of: port, on: node.loop)
                // Forgotten already: an earlier try was cut short.
                if response.errorCode == .none || response.errorCode == .brokerIdNotRegistered { return }
                reason = response.errorMessage ?? response.errorCode.description
            } catch {
                continue
            }
        }
        throw ClusterError.notUnregistered(id, reason: reason)
    }
}
