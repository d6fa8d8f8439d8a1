import KafkaProtocol

/// BrokerRegistration (62), versions 0-4. A broker begins a life: it gets an epoch, and is fenced until it has read the
/// metadata log that far.
///
/// - While the session of a former life is valid, another incarnation is refused with DUPLICATE_BROKER_REGISTRATION: else
///   a broker that comes back at once would still lead with a log that may have lost its end. It asks again until the
///   session has expired.
/// - A new incarnation leaves every ISR. The same incarnation keeps its epoch and its state, so that a broker may repeat
///   a registration whose answer was lost.
/// - Does not check listeners' security, features or log directories, and knows no migration from ZooKeeper.
extension Controller {
    mutating func registerBroker(
        _ request: BrokerRegistrationRequest, now: Instant
    ) -> ControllerResult<BrokerRegistrationResponse> {
        var response = BrokerRegistrationResponse()
        guard request.clusterId == settings.clusterID else {
            response.errorCode = .inconsistentClusterId
            return ControllerResult(response)
        }
        guard !request.brokerId.isController, request.brokerId > .none, request.incarnationId != .zero else {
            response.errorCode = .invalidRequest
            return ControllerResult(response)
        }
        let existing = state.image.broker(request.brokerId)
        let isSameLife = existing?.incarnation == request.incarnationId
        if let existing, !isSameLife, let expiry = sessions.expiry(of: existing), now < expiry {
            refuse(request, until: expiry, now: now)
            response.errorCode = .duplicateBrokerRegistration
            return ControllerResult(response)
        }
        refusals[request.brokerId] = nil

        var record = RegisterBrokerRecord()
        record.brokerId = request.brokerId
        record.incarnationId = request.incarnationId
        record.endPoints = request.listeners.map {
            var endPoint = RegisterBrokerRecord.BrokerEndpoint()
            endPoint.name = $0.name
            endPoint.host = $0.host
            endPoint.port = $0.port
            endPoint.securityProtocol = $0.securityProtocol
            return endPoint
        }
        record.features = request.features.map {
            var feature = RegisterBrokerRecord.BrokerFeature()
            feature.name = $0.name
            feature.minSupportedVersion = $0.minSupportedVersion
            feature.maxSupportedVersion = $0.maxSupportedVersion
            return feature
        }
        record.rack = request.rack
        // A directory that has failed is back only in another life of its broker.
        let isLost = isSameLife && existing?.hasLogDirectory == false
        record.logDirs = isLost ? [BrokerRegistration.lostDirectory] : request.logDirs

        var records: [MetadataRecord]
        if let existing, isSameLife {
            record.brokerEpoch = existing.epoch
            record.fenced = existing.fenced
            record.inControlledShutdown = existing.inControlledShutdown
            records = [.registerBroker(record)]
        } else {
            // The epoch is the offset of this very record, so it is the first of them.
            record.brokerEpoch = log.endOffset
            record.fenced = true
            let id = request.brokerId
            records = [.registerBroker(record)]
            records += state.leaderAndIsrUpdates(in: state.index.partitions(withInSync: id), leaving: id)
            sessions.begin(id, now: now)
        }
        response.brokerEpoch = record.brokerEpoch
        return ControllerResult(response, records: records)
    }

    /// Says once per incarnation that it waits.
    private mutating func refuse(_ request: BrokerRegistrationRequest, until expiry: Instant, now: Instant) {
        let isFirst = refusals[request.brokerId] != request.incarnationId
        refusals[request.brokerId] = request.incarnationId
        if isFirst {
            emit(.registrationRefused(request.brokerId, untilSessionExpires: expiry), now: now)
        }
    }
}
