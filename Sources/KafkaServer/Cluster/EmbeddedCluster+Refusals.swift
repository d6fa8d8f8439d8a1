import KafkaCluster
import KafkaProtocol

/// A typing mistake must not pass for a fault: what would hit nothing is refused, and named.
extension EmbeddedCluster {
    func refuseWhatHitsNothing(_ fault: Fault) async throws {
        switch fault {
        case .kill(let id), .stop(let id), .freeze(let id):
            guard try await node(id).on({ $0.isUp }).get() else {
                throw ClusterError.nothingToHit("\(name(id)) is down already; start it with \"restart \(id)\".")
            }
        case .thaw(let id):
            if !isActive(.freeze(id)) { throw ClusterError.nothingToHit("\(name(id)) is not frozen.") }
        case .heal(let healed):
            if !isActive(healed) {
                let active = activeFaults.map { "\"\($0.fault)\"" }.joined(separator: ", ")
                throw ClusterError.nothingToHit(
                    "There is no fault \"\(healed)\" to heal; "
                        + (active.isEmpty ? "none is active." : "active are \(active)."))
            }
        case .link(let link): try await refuse(link)
        case .disk(let disk):
            guard let partition = disk.partition else { return }
            guard try await node(disk.node).on({ try $0.hasLog(of: partition) }).get() else {
                throw ClusterError.nothingToHit(
                    "\(name(disk.node)) has no log of \(partition); name a partition that it holds, or \"disk "
                        + "\(disk.node)\" for the whole disk.")
            }
        case .request, .powerLoss, .wipe, .restart, .clockSkew, .healAll: return
        }
    }

    /// What lasts may wait for a client to come; a reset hits who is there.
    private func refuse(_ link: LinkFault) async throws {
        let ends = [link.from, link.to]
        let client = ends.first { if case .node = $0 { false } else { $0 != .nodes } }
        guard let client, let id = ends.compactMap(\.node).first else { return }
        guard !id.isController else {
            throw ClusterError.nothingToHit(
                "No client is connected to \(place(id)); name a broker, such as \(client)-1.")
        }
        guard link.effect == .reset, try await node(id).on({ $0.connectionsHit(by: link) }).get() == 0 else { return }
        let who = if case .client(let name) = client { "client \"\(name)\"" } else { "client" }
        throw ClusterError.nothingToHit("No \(who) is connected to \(place(id)): there is nothing to reset.")
    }

    private func isActive(_ fault: Fault) -> Bool { activeFaults.contains { $0.fault == fault } }

    /// At the beginning of a sentence, and within.
    private func name(_ id: BrokerID) -> String { "\(id.isController ? "Controller" : "Broker") \(id)" }
    private func place(_ id: BrokerID) -> String { "\(id.isController ? "controller" : "broker") \(id)" }
}
