import KafkaProtocol
import KafkaStorage

/// Registration, heartbeats and the orderly stop. See `Lifecycle` for the states.
extension Broker {
    mutating func move(to next: Lifecycle) {
        let former = lifecycle.state
        lifecycle = next
        if next.state != former { emit(.lifecycleChanged(next.state)) }
    }

    mutating func becomeRecovered() {
        move(to: .registering)
        register()
        timers.set(.isrCheck, at: now + settings.replicaLagTimeMax / 2)
        timers.set(.highWatermarkCheckpoint, at: now + settings.replicaHighWatermarkCheckpointInterval)
        timers.set(.recoveryPointCheckpoint, at: now + settings.logFlushOffsetCheckpointInterval)
        scheduleRetention()
        timers.set(.logCleaner, at: now + settings.logCleanerBackoff)
    }

    // MARK: Registration

    mutating func register() {
        guard case .registering = lifecycle else { return }
        var listener = BrokerRegistrationRequest.Listener()
        listener.name = "PLAINTEXT"
        listener.host = settings.host
        listener.port = UInt16(clamping: settings.port)
        var request = BrokerRegistrationRequest()
        request.brokerId = settings.nodeId
        request.clusterId = settings.clusterID
        request.incarnationId = incarnationId
        request.listeners = [listener]
        request.rack = settings.brokerRack
        request.logDirs = logDirectory.registered
        send(request, version: 4, to: controller, .registration, timeout: settings.brokerSessionTimeout)
    }

    mutating func registrationAnswered(_ response: BrokerRegistrationResponse) {
        guard case .registering = lifecycle else { return }
        guard response.errorCode == .none else {
            // A duplicate is the former life of this broker, whose session must end first.
            timers.set(.registration, at: now + .milliseconds(50))
            return
        }
        brokerEpoch = response.brokerEpoch
        isFenced = true
        move(to: .catchingUp(hasMetadata: false))
        fetchMetadata()
        heartbeat()
    }

    mutating func registrationFailed() {
        if case .registering = lifecycle { timers.set(.registration, at: now + .milliseconds(100)) }
    }

    // MARK: Heartbeats

    mutating func heartbeat() {
        switch lifecycle {
        case .recovering, .registering, .stopped: return
        case .catchingUp, .running, .shuttingDown: break
        }
        timers.set(.heartbeat, at: now + settings.brokerHeartbeatInterval)
        if heartbeatInFlight { return }
        logDirectory.mustTell = false
        var request = BrokerHeartbeatRequest()
        request.brokerId = settings.nodeId
        request.brokerEpoch = brokerEpoch
        request.currentMetadataOffset = appliedMetadataOffset
        request.offlineLogDirs = logDirectory.offline
        if case .shuttingDown = lifecycle { request.wantShutDown = true }
        heartbeatInFlight = true
        send(request, version: 1, to: controller, .heartbeat, timeout: settings.brokerSessionTimeout)
    }

    mutating func heartbeatAnswered(_ response: BrokerHeartbeatResponse) {
        heartbeatInFlight = false
        defer { if logDirectory.mustTell { heartbeat() } }
        switch response.errorCode {
        case .none: break
        case .staleBrokerEpoch, .brokerIdNotRegistered:
            if case .shuttingDown = lifecycle { return finishShutdown() }
            // The controller knows nothing of this life: it begins anew, with the logs that are open.
            brokerEpoch = -1
            move(to: .registering)
            timers.set(.registration, at: now + .milliseconds(50))
            return
        default: return
        }
        isFenced = response.isFenced
        if case .shuttingDown = lifecycle {
            if response.shouldShutDown { finishShutdown() }
        } else if case .catchingUp(hasMetadata: true) = lifecycle {
            if response.isFenced {
                // Asked again soon: only the first moments of a broker are like this.
                timers.set(.heartbeat, at: now + .milliseconds(10))
            } else {
                move(to: .running)
            }
        }
    }

    mutating func heartbeatFailed() {
        heartbeatInFlight = false
        if logDirectory.mustTell { heartbeat() }
    }

    // MARK: Stopping

    mutating func stopRequested() {
        switch lifecycle {
        case .recovering, .registering:
            finishShutdown()
        case .catchingUp, .running:
            move(to: .shuttingDown)
            timers.set(.shutdown, at: now + settings.controlledShutdownTimeout)
            heartbeat()
        case .shuttingDown, .stopped: break
        }
    }

    mutating func finishShutdown() {
        cleaning?.cleaning.abandon()
        cleaning = nil
        if logDirectory.failure == nil { closeLogs() }
        move(to: .stopped)
        out.append(.stopped)
    }

    /// Closes the logs and leaves the marker which says that nothing needs recovery.
    private mutating func closeLogs() {
        let logs = partitions.all.map(\.log) + openLogs.keys.sorted().compactMap { openLogs[$0] }
        checkpointHighWatermarks()
        do throws(DiskError) {
            // All of them become durable in one go, if the disk can do that; else each is flushed when it is closed.
            for log in logs { try log.prepareToClose() }
            let isDurable = try disk.flushEverything()
            for log in logs { try log.close(isDurable: isDurable) }
            checkpointLogs(durably: true)
            if case .recovering = lifecycle { return }
            guard logDirectory.failure == nil else { return }
            try CleanShutdownFile.write(brokerEpoch: brokerEpoch, in: settings.logDir, on: disk)
        } catch {
            logDirectoryFailed(error)
        }
    }
}
