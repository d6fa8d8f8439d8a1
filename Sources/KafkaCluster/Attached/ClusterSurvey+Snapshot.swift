import KafkaBroker
import KafkaProtocol

/// The picture that the answers make.
extension ClusterSurvey {
    /// A voter that has not fetched for this long, on the clock of the quorum's leader, is down or cut off.
    private static let voterSilence: Int64 = 5000

    /// Who has not answered for this long is late: rounds are about as far apart.
    private static let promptness = Duration.seconds(1)

    /// Who decides, by the quorum's word.
    package var quorumLeader: BrokerID? { quorum.flatMap { $0.leaderId == .none ? nil : $0.leaderId } }
    /// Who decides, by the metadata's: true where there is no quorum, any broker otherwise.
    package var metadataController: BrokerID? {
        metadata.flatMap { $0.controllerId == .none ? nil : $0.controllerId }
    }

    package mutating func snapshot(at now: Instant) -> ClusterSnapshot {
        var result = ClusterSnapshot(takenAt: now, clusterID: metadata?.clusterId ?? "")
        result.heardAt = metadataAt
        result.topics = topics.topics
        result.brokers = pictured(at: now)
        result.controllers = controllers
        if hasQuorum {
            result.controller = quorumLeader
            // What is decided, not yet what every broker knows; the last decision is the record before it.
            result.metadataOffset = quorum.flatMap { $0.highWatermark > 0 ? $0.highWatermark - 1 : nil }
        } else {
            result.controller = metadataController
        }
        result.groups = currentGroups()
        result.groupsAreTold = brokers.allSatisfy { heard[$0]?.hasListed == true }
        return result
    }

    // MARK: Nodes

    /// Those that are listed, and those that were or hold a replica: they are gone.
    private func pictured(at now: Instant) -> [ClusterSnapshot.Broker] {
        let listed = Set(metadata?.brokers.map(\.nodeId) ?? [])
        let all = listed.union(addresses.keys).union(hosted.keys).sorted()
        return all.map { id in
            let address = addresses[id]
            let state: ClusterSnapshot.Broker.State =
                !listed.contains(id) ? .down : silent[id] != nil ? .unreachable : .running
            var broker = ClusterSnapshot.Broker(
                id: id, host: address?.host ?? "", port: address?.port ?? 0, state: state,
                leaders: hosted[id]?.led.partitionCount ?? 0, replicas: hosted[id]?.all.partitionCount ?? 0)
            if state == .running, let at = askedAt[id], now - at > Self.promptness { broker.lateSince = at }
            broker.logBytes = heard[id]?.logBytes
            broker.logDirectoryFailure = heard[id]?.logDirectoryFailure
            return broker
        }
    }

    private var controllers: [ClusterSnapshot.ControllerNode] {
        // Who was up when somebody last told may be down now.
        guard let quorum, quorumLeader != nil else { return [] }
        // The leader says when each last asked it; brokers do so all the time.
        let latest = (quorum.currentVoters + quorum.observers).map(\.lastFetchTimestamp).max() ?? -1
        return quorum.currentVoters.sorted { $0.replicaId < $1.replicaId }.map { voter in
            let isActive = voter.replicaId == quorum.leaderId
            let silence = latest.subtractingReportingOverflow(voter.lastFetchTimestamp).partialValue
            let isSilent = latest >= 0 && silence > Self.voterSilence
            var controller = ClusterSnapshot.ControllerNode(
                id: voter.replicaId, isUp: isActive || !isSilent, isActive: isActive)
            // Of one that is silent only is known where it once was.
            guard controller.isUp else { return controller }
            controller.epoch = quorum.leaderEpoch
            controller.logEndOffset = voter.logEndOffset < 0 ? nil : voter.logEndOffset
            return controller
        }
    }
}
