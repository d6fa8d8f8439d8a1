import KafkaProtocol

/// What a user's own command can do to a broker that klamm did not start. The raw value is its name in klamm.toml.
package enum FaultDeed: String, Hashable, Sendable, CaseIterable {
    case kill = "kill-broker"
    case stop = "stop-broker"
    case restart = "restart-broker"
    case freeze = "freeze-broker"
    case thaw = "thaw-broker"
    /// Off from all other nodes, and back.
    case cut = "cut-broker"
    case join = "join-broker"
    case wipe = "wipe-broker"
    case powerLoss = "power-loss"

    /// The deed that causes or ends this fault, and the broker; nil where no command could be given for it.
    package static func of(_ fault: Fault) -> (deed: FaultDeed, broker: BrokerID)? {
        switch fault {
        case .kill(let id): (.kill, id)
        case .stop(let id): (.stop, id)
        case .restart(let id): (.restart, id)
        case .freeze(let id): (.freeze, id)
        case .thaw(let id), .heal(.freeze(let id)): (.thaw, id)
        case .wipe(let id): (.wipe, id)
        case .powerLoss(let id): (.powerLoss, id)
        case .link(let link): link.isolated.map { (.cut, $0) }
        case .heal(.link(let link)): link.isolated.map { (.join, $0) }
        case .request, .disk, .clockSkew, .heal, .healAll: nil
        }
    }
}

extension LinkFault {
    /// The node that is cut off from all others, if this is what the fault does.
    fileprivate var isolated: BrokerID? { effect == .cut && to == .nodes && !isOneWay ? from.node : nil }
}
