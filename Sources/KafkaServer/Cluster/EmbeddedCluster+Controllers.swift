import KafkaCluster
import KafkaProtocol

/// Whether anybody decides. No node can tell: those that are left do not know who else is down.
extension EmbeddedCluster {
    private static let pause = Duration.milliseconds(500)

    /// Why no controller is active; nil while one is.
    package func controllerOutage() async throws -> ControllerOutage? {
        ControllerOutage(of: try await controllerNodes(), faults: faults.active)
    }

    /// For what only a controller can decide, so that nobody waits for one that is not there. An election is over soon, and
    /// waited for.
    func requireController() async throws {
        if hasControllers, let outage = try await controllerOutage(), !outage.hasMajority {
            throw ClusterError.noController(outage)
        }
    }

    private func controllerNodes() async throws -> [ClusterSnapshot.ControllerNode] {
        var controllers: [ClusterSnapshot.ControllerNode] = []
        for node in nodes where node.id.isController {
            if let controller = try await node.on({ $0.controllerNode }).get() { controllers.append(controller) }
        }
        return controllers
    }

    /// Says in an event when the last majority of the controllers goes, and when a controller is active again.
    func watchControllers() {
        guard hasControllers else { return }
        let task = Task { [weak self] in
            var watch = ControllerWatch()
            while !Task.isCancelled {
                guard let controllers = try? await self?.controllerNodes(), let faults = self?.activeFaults else {
                    return
                }
                let now = SystemClock.now()
                if let notice = watch.look(at: controllers, faults: faults, now: now), !Task.isCancelled {
                    self?.broadcast.send(.notice(notice, at: now))
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
        controllerWatching.withLock { $0 = task }
    }
}
