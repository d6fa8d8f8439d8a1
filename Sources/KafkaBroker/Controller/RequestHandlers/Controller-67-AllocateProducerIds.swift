import KafkaProtocol

/// AllocateProducerIds (67), version 0. Gives a broker the next thousand producer ids, which nobody else gets, even
/// across restarts of all controllers.
///
/// - STALE_BROKER_EPOCH for a broker that is not registered, or in a later life.
extension Controller {
    static let producerIdBlockSize: Int32 = 1000

    func allocateProducerIds(
        _ request: AllocateProducerIdsRequest
    ) -> ControllerResult<AllocateProducerIdsResponse> {
        var response = AllocateProducerIdsResponse()
        if let stale = state.staleness(of: request.brokerId, epoch: request.brokerEpoch) {
            response.errorCode = stale
            return ControllerResult(response)
        }
        let first = state.image.nextProducerId
        let (next, overflow) = first.addingReportingOverflow(Int64(Self.producerIdBlockSize))
        guard !overflow else {
            response.errorCode = .unknownServerError
            return ControllerResult(response)
        }
        var record = ProducerIdsRecord()
        record.brokerId = request.brokerId
        record.brokerEpoch = request.brokerEpoch
        record.nextProducerId = next
        response.producerIdStart = first
        response.producerIdLen = Self.producerIdBlockSize
        return ControllerResult(response, records: [.producerIds(record)])
    }
}
