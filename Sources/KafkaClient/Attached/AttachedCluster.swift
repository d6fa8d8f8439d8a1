import KafkaCluster
import KafkaProtocol
import Logging
import NIOCore

/// Any Kafka cluster as a source of pictures and events, by Kafka's protocol alone. Joins no group, commits nothing,
/// changes nothing unless `ask` is given something that does.
///
/// `ClusterSurvey` decides what to ask; this asks: about once a second, every broker at the same time, over one connection
/// to each. A broker that does not answer holds up nobody: what it says too late goes into the next picture.
package final class AttachedCluster: ClusterSource {
    private let rounds: SurveyRounds
    private let pictures: Listeners<ClusterSnapshot>
    private let happenings: Listeners<ClusterEvent>

    /// `now` reads the machine's clocks. A broker that has not answered for as long as our patience lasts is said not to.
    package init(
        bootstrapServers: [ClusterSurvey.Address], security: WireSecurity = .plaintext,
        patience: Duration = .seconds(3), now: @escaping @Sendable () -> Instant
    ) {
        pictures = Listeners(buffering: .bufferingNewest(1))
        happenings = Listeners(buffering: .bufferingNewest(10_000))
        rounds = SurveyRounds(
            bootstrapServers: bootstrapServers, wire: ClusterWire(security: security), patience: patience,
            pictures: pictures, happenings: happenings, now: now)
    }

    /// Finds the cluster, and looks at it from now on. Throws why none of the bootstrap servers answered.
    package func start() async throws { try await rounds.start() }

    package func shutDown() async {
        await rounds.shutDown()
        pictures.finish()
        happenings.finish()
    }

    package func snapshots() -> AsyncStream<ClusterSnapshot> {
        let stream = pictures.listen()
        Task { [rounds] in await rounds.showAgain() }
        return stream
    }

    package func events() -> AsyncStream<ClusterEvent> { happenings.listen() }

    /// How it is now: every broker is asked after this call.
    package func snapshot() async throws -> ClusterSnapshot { try await rounds.freshSnapshot() }

    package func inject(_ fault: Fault) async throws { throw NotOurs() }

    /// Somebody has broken or mended something there, and these faults last: the pictures show them from now on.
    package func caused(_ fault: Fault, nowActive active: [FaultState.ActiveFault], at now: Instant) async {
        happenings.send(.fault(fault, at: now))
        await rounds.show(active)
    }

    /// What the console shows now, so that it is asked for first.
    package func show(_ interest: ClusterSurvey.Interest) async { await rounds.show(interest) }

    /// Administration goes to any broker, which passes it on, or to the controller where the cluster has no quorum.
    package func ask<Request: KafkaRequest & Sendable>(
        _ request: Request, patience: Duration = .seconds(10)
    ) async throws -> Request.Response where Request.Response: Sendable {
        try await rounds.ask(request, patience: patience)
    }

    /// What only one broker answers.
    package func ask<Request: KafkaRequest & Sendable>(
        _ request: Request, at broker: BrokerID, patience: Duration = .seconds(10)
    ) async throws -> Request.Response where Request.Response: Sendable {
        try await rounds.ask(request, at: broker, patience: patience)
    }

    package struct NotOurs: Error, CustomStringConvertible {
        package var description: String { "klamm cannot break a cluster that it is only attached to" }
    }
}
