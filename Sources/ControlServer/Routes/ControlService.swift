import KafkaCluster
import Scenarios
import Synchronization

/// Answers requests about one cluster. Knows of HTTP what a request and an answer are, and nothing of sockets.
package final class ControlService: Sendable {
    package let journal = EventJournal()
    let cluster: any ControlledCluster
    private let access: ControlAccess
    private let listening: Task<Void, Never>
    private let interest = SnapshotInterest()
    private let playing = Mutex<Task<ScenarioReport, any Error>?>(nil)

    package init(_ cluster: any ControlledCluster, access: ControlAccess = ControlAccess()) {
        self.cluster = cluster
        self.access = access
        let events = cluster.events()
        listening = Task { [journal] in
            for await event in events { journal.append(event) }
            journal.finish()
        }
    }

    deinit { listening.cancel() }

    package func answer(_ request: ControlRequest) async -> ControlResponse {
        do {
            try access.check(request)
            return try await respond(to: request)
        } catch let refusal as ControlRefusal {
            return ControlResponse(refusal)
        } catch let error as FaultScriptError {
            return ControlResponse(ControlRefusal(.badRequest, error.description))
        } catch {
            return ControlResponse(ControlRefusal(.internalError, "\(error)"))
        }
    }

    private func respond(to request: ControlRequest) async throws -> ControlResponse {
        let here = ControlRoute.all.compactMap { route in route.matched(by: request.path).map { (route, $0) } }
        guard !here.isEmpty else {
            throw ControlRefusal(
                .notFound, "There is nothing at /\(request.path.joined(separator: "/")); GET / lists what there is.")
        }
        guard let (route, parameter) = here.first(where: { $0.0.method == request.method }) else {
            let methods = here.map(\.0.method).joined(separator: ", ")
            throw ControlRefusal(
                .methodNotAllowed, "\(request.method) is not done here; there is \(methods).",
                headers: [ControlHeader("Allow", methods)])
        }
        try request.refuseQuery(except: route.query)
        return try await route.answer(self, request, parameter)
    }

    /// For one who may ask again, and wants to know rates then; with how the groups fare, by what was seen since the
    /// first time.
    func snapshot() async throws -> (ClusterSnapshot, GroupVerdicts) {
        interest.renew(cluster)
        let snapshot = try await look()
        return (snapshot, interest.verdicts(at: snapshot))
    }

    func look() async throws -> ClusterSnapshot {
        guard let snapshot = await cluster.snapshot() else {
            throw ControlRefusal(.unavailable, "The cluster has been shut down.")
        }
        return snapshot
    }

    /// One at a time: each has brokers, clients and disks of its own. It is played to its end although the one who
    /// asked may leave.
    func play(_ scenario: Scenario) async throws -> ScenarioReport {
        let task = playing.withLock { playing -> Task<ScenarioReport, any Error>? in
            guard playing == nil else { return nil }
            let task = Task { [cluster] in try await cluster.play(scenario) }
            playing = task
            return task
        }
        guard let task else {
            throw ControlRefusal(.conflict, "Another scenario is being played; try again when it is over.")
        }
        defer { playing.withLock { $0 = nil } }
        return try await task.value
    }

    /// Ends a scenario that is being played, with its brokers and its folder.
    package func close() async {
        guard let task = playing.withLock({ $0 }) else { return }
        task.cancel()
        _ = await task.result
    }
}
