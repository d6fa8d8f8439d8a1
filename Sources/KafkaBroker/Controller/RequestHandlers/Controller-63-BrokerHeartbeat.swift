import KafkaProtocol

/// BrokerHeartbeat (63), versions 0-1. Keeps the session alive, and moves the broker between fenced, unfenced and
/// stopping as `BrokerControlState` says.
///
/// - STALE_BROKER_EPOCH for a broker that is not registered, or in a later life.
/// - `offlineLogDirs` (v1): replicas in a directory that has failed lose leadership and leave the ISR at once; the
///   registration keeps the directories that are left until the broker registers anew.
extension Controller {
    mutating func heartbeat(
        _ request: BrokerHeartbeatRequest, now: Instant
    ) -> ControllerResult<BrokerHeartbeatResponse> {
        var response = BrokerHeartbeatResponse()
        let id = request.brokerId
        guard let broker = state.image.broker(id), state.staleness(of: id, epoch: request.brokerEpoch) == nil else {
            response.errorCode = .staleBrokerEpoch
            return ControllerResult(response)
        }
        let isCaughtUp = request.currentMetadataOffset >= broker.epoch
        sessions.touch(id, metadataOffset: request.currentMetadataOffset, now: now)
        let current = BrokerControlState(broker)
        // What has failed comes first: whatever else the broker wants has to wait for its next heartbeat.
        let offline = state.recordsToTakeOffline(request.offlineLogDirs, of: id)
        let next =
            offline.isEmpty
            ? current.next(
                BrokerControlState.Heartbeat(
                    wantsFence: request.wantFence, wantsShutDown: request.wantShutDown, isCaughtUp: isCaughtUp,
                    leadsPartitions: state.index.leaderCount(of: id) > 0,
                    othersKnowOfShutdown: sessions.othersKnowOfShutdown(of: id, in: state.image))) : current

        var result = ControllerResult(response, records: offline)
        if next != current {
            switch next {
            case .fenced:
                result.records = state.recordsToFence(id)
                result.fencingReason = "it asked to be"
            case .unfenced:
                result.records = state.recordsToUnfence(id)
            case .controlledShutdown:
                result.records = state.recordsToBeginShutdown(id)
                sessions.beganShutdown(id, at: log.endOffset + Int64(result.records.count) - 1)
            case .shutdownNow:
                result.records = state.recordsToFence(id)
                result.fencingReason = "controlled shutdown"
            }
        }
        result.response.isCaughtUp = isCaughtUp
        result.response.isFenced = next.isFenced
        result.response.shouldShutDown = next == .shutdownNow
        return result
    }
}
