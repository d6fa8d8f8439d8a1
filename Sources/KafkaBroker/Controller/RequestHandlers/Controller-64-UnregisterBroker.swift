import KafkaProtocol

/// UnregisterBroker (64), version 0. Forgets a broker: it leaves every ISR, others lead its partitions, and it is listed
/// no more.
///
/// - BROKER_ID_NOT_REGISTERED for one that is not known.
/// - As in Kafka, replicas that are assigned to it stay assigned: move them off first. A broker that is still alive is
///   refused at its next heartbeat and registers anew.
extension Controller {
    func unregisterBroker(_ request: UnregisterBrokerRequest) -> ControllerResult<UnregisterBrokerResponse> {
        var response = UnregisterBrokerResponse()
        guard let broker = state.image.broker(request.brokerId) else {
            response.errorCode = .brokerIdNotRegistered
            response.errorMessage = "Broker ID \(request.brokerId) is not currently registered"
            return ControllerResult(response)
        }
        response.errorMessage = nil
        return ControllerResult(response, records: state.recordsToUnregister(broker))
    }
}
