import KafkaProtocol

extension Broker {
    mutating func deadlinesReached() {
        while let timer = timers.popExpired(now: now) { rang(timer) }
        while let expired = peers.popExpired(now: now) { failed(expired.purpose, to: expired.peer) }

        if let own = coordinator.nextDeadline, own <= now.monotonicNanoseconds { tellCoordinator(.deadlineReached) }
    }

    private mutating func rang(_ timer: Timer) {
        switch timer {
        case .recovery: recover()
        case .registration: register()
        case .heartbeat: heartbeat()
        case .metadataFetch: fetchMetadata()
        case .metadataSlice: applyMetadata()
        case .shutdown: finishShutdown()
        case .isrCheck: checkISRs()
        case .highWatermarkCheckpoint: checkpointHighWatermarks()
        case .recoveryPointCheckpoint: checkpointRecoveryPoints()
        case .retention: applyRetention()
        case .logCleaner: cleanLogs()
        case .logFlush(let slot): flushTimer(slot: slot)
        case .replicaFetcher(let leader): replicaFetcherTimer(leader)
        case .delayedReplicas: resumeDelayedReplicas()
        case .failedAlterations: retryAlterations()
        case .expansions: retryExpansions()
        case .producerIds: allocateProducerIds()
        case .forwarded(let id): sendForwarded(id)
        case .produce(let id): endProduce(id)
        case .deleteRecords(let id): endDeleteRecords(id)
        case .fetch(let id): endFetch(id)
        case .coordinatorAppend(let id): coordinatorAppendTimedOut(id)
        case .coordinatorRead: readForCoordinator()
        }
    }
}
