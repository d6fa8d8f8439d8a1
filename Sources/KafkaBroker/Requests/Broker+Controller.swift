import KafkaProtocol

/// Finding the active controller: the one that the answers to metadata fetches name, or else the next in the list when one
/// does not answer, or says that it is not the one.
extension Broker {
    /// This node did not answer, or does not decide. Nothing changes unless it is the one that is asked now: of several
    /// requests that fail together, one turns to the next.
    mutating func controllerFailed(_ peer: BrokerID) {
        guard peer == controller, settings.controllers.count > 1,
            let index = settings.controllers.firstIndex(of: peer)
        else { return }
        turn(to: settings.controllers[(index + 1) % settings.controllers.count])
    }

    /// A controller says who leads the metadata quorum.
    mutating func controllerNamed(_ leader: BrokerID, epoch: Int32) {
        guard epoch >= controllerEpoch, settings.controllers.contains(leader) else { return }
        controllerEpoch = epoch
        turn(to: leader)
    }

    /// What the former one has not answered is asked of the new one.
    private mutating func turn(to next: BrokerID) {
        guard next != controller else { return }
        let former = controller
        controller = next
        for purpose in peers.reset(former) { failed(purpose, to: former) }
    }

    /// Whether the answer is that of the active controller; if not, the request counts as failed.
    mutating func isActive(_ peer: BrokerID, _ error: ErrorCode, _ purpose: PeerPurpose) -> Bool {
        guard error == .notController else { return true }
        failed(purpose, to: peer)
        return false
    }
}
