import KafkaBroker
import KafkaCluster
import KafkaProtocol
import NIOCore

/// Faults, injected into the running cluster.
extension EmbeddedCluster {
    package func inject(_ fault: Fault) async throws { try await inject(fault, for: nil) }

    /// Causes a fault; one that lasts ends by itself after `duration`, or when it is healed. Throws a sentence where
    /// there is nothing that it could hit.
    ///
    /// A story that has told it already says when: then it is told with the same time everywhere.
    package func inject(_ fault: Fault, for duration: Duration?, at told: Instant? = nil) async throws {
        for id in fault.victims { _ = try node(id) }
        try await refuseWhatHitsNothing(fault)
        if case .restart(let id) = fault {
            let began = try await restart(id)
            publish(.fault(fault, at: told ?? began))
            return
        }
        let now = told ?? SystemClock.now()
        // First the cause: its consequences are reported from other threads.
        publish(.fault(fault, at: now))
        let ended = faults.change(at: nodes) { $0.apply(fault, now: now, until: duration.map { now + $0 }) }
        report(ended, but: fault)
        defer { if fault.isHealing { tellOfOfflineDirectories(after: ended, isAll: fault == .healAll) } }
        switch fault {
        case .kill(let id): try await kill(id)
        case .powerLoss(let id):
            let lost = try await node(id).on { try $0.losePower() }.get()
            for tail in lost { publish(.notice(.powerTook(id, tail), at: SystemClock.now())) }
        case .wipe(let id): try await node(id).on { try $0.wipe() }.get()
        case .stop(let id): try await stop(id)
        case .link(let link) where link.effect == .reset:
            for node in nodes { try await node.on { $0.reset(link) }.get() }
        case .disk(let disk) where disk.effect == .flippedBytes:
            guard let place = try await node(disk.node).on({ try $0.flipBit(of: disk.partition) }).get() else {
                _ = faults.change(at: nodes) { $0.apply(.heal(fault), now: now) }
                let log = disk.partition.map { "the log of \($0)" } ?? "no log"
                let holds = disk.partition == nil ? "holds a record yet" : "holds no record yet"
                throw ClusterError.nothingToHit("\"\(fault)\": on broker \(disk.node) \(log) \(holds).")
            }
            logger.info("flipped a bit of \(place) on broker \(disk.node)")
        case .restart, .freeze, .thaw, .link, .request, .disk, .clockSkew, .heal, .healAll:
            // When this returns, the fault is there.
            for node in nodes { try await node.on { _ in }.get() }
        }
        if let duration, fault.lasts {
            group.next().scheduleTask(in: .nanoseconds(duration.wholeNanoseconds)) { [weak self] in
                self?.expireFaults()
            }
        }
    }

    /// What was injected and lasts.
    package var activeFaults: [FaultState.ActiveFault] { faults.active }

    private func expireFaults() {
        let ended = faults.change(at: nodes) { $0.expire(now: SystemClock.now()) }
        report(ended, but: .healAll)
        tellOfOfflineDirectories(after: ended)
    }

    /// A disk that works again brings no log directory back: who waits for that waits in vain.
    private func tellOfOfflineDirectories(after ended: [FaultState.ActiveFault], isAll: Bool = false) {
        for node in places.brokers {
            let isHealed = ended.contains { if case .disk(let disk) = $0.fault { disk.node == node.id } else { false } }
            guard isAll || isHealed else { continue }
            node.on { $0.hasLostLogDirectory }.whenSuccess { [broadcast] isOffline in
                guard isOffline else { return }
                broadcast.send(.notice(.directoryStaysOffline(node.id), at: SystemClock.now()))
            }
        }
    }

    /// Each fault that ended has an event of its own, unless the cause says the same.
    private func report(_ ended: [FaultState.ActiveFault], but cause: Fault) {
        for fault in ended where .heal(fault.fault) != cause {
            publish(.fault(.heal(fault.fault), at: SystemClock.now()))
        }
    }
}
