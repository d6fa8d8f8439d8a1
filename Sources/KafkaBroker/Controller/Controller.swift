import KafkaProtocol
import KafkaStorage

/// The controller of a cluster: who is alive, who leads, which topics there are. It decides, writes its decisions as
/// records to the metadata log, and serves that log to the brokers, which learn everything from it.
///
/// | phase    | input                          | then                                                      |
/// |----------|--------------------------------|-----------------------------------------------------------|
/// | active   | a request of a broker          | answered once all that it may speak of is durable         |
/// | active   | a flush has ended              | answers, events and waiting fetches go out                |
/// | active   | a flush or an append failed    | failed                                                    |
/// | active   | asked to stop                  | stopping                                                  |
/// | active   | a session ends very late       | all sessions go on: this node was away, not the brokers   |
/// | stopping | the last flush has ended       | stopped, the log closed in order                          |
/// | failed   | anything                       | silence, as of a process that has halted                  |
///
/// A handler returns its answer and records; only replaying the records changes the state. Answers and events wait until
/// the log is durable up to where it ended when they were made, so that nothing is heard of that power could take back.
/// It has no port for clients: brokers pass their administration on to it.
package struct Controller: Node {
    enum Phase {
        case active
        case stopping
        case stopped
        case failed(reason: String)
    }

    let settings: ControllerSettings
    var phase = Phase.active
    var random: SeededGenerator
    var log: MetadataLog
    var state: ClusterState
    var sessions: BrokerSessions
    var deferred = DeferredActions()
    var fetches = MetadataFetches()
    /// Answers that wait for nothing.
    var outbox: [BrokerAction] = []
    /// The incarnations that wait for the end of their broker's former session.
    var refusals: [BrokerID: Uuid] = [:]
    private var nextLeaderCheck: Instant
    /// The last deadline came so late that the sessions were extended.
    private var hasForgiven = false
    /// The deadline at which what the start has written is flushed.
    private var startedAt: Instant?

    /// Opens the metadata log, replays it, and begins a controller epoch. Brokers that are not fenced have a whole session
    /// from now on to send a heartbeat.
    package init(
        settings: ControllerSettings, disk: any Disk, seed: UInt64, now: Instant
    ) throws(MetadataLogError) {
        self.settings = settings
        var state = ClusterState(
            clusterID: settings.clusterID, node: settings.nodeId, configuration: settings.configuration)
        log = try MetadataLog(on: disk, logDir: settings.logDir, now: now) { batch throws(MetadataReplayError) in
            try state.replay(batch)
        }
        state.skip(to: log.endOffset - 1, epoch: log.epoch)
        self.state = state
        // The same seed gives other choices in another epoch, so that identifiers of topics never come back.
        random = SeededGenerator(seed: seed ^ UInt64(truncatingIfNeeded: log.epoch) << 32)
        sessions = BrokerSessions(timeout: settings.brokerSessionTimeout)
        for broker in state.image.brokers { sessions.begin(broker.id, now: now) }
        nextLeaderCheck = now + settings.leaderImbalanceCheckInterval
        startedAt = now
    }

    package var nextDeadline: Instant? {
        guard case .active = phase else { return nil }
        if let startedAt { return startedAt }
        let check = settings.rebalancesLeaders ? nextLeaderCheck : nil
        return [sessions.nextExpiry(in: state.image), fetches.nextDeadline, check].compactMap { $0 }.min()
    }

    package mutating func step(_ input: BrokerInput, now: Instant, into actions: inout [BrokerAction]) {
        switch phase {
        case .failed, .stopped: return
        case .active, .stopping: break
        }
        switch input {
        case .connectionOpened(let connection, _), .request(let connection, _):
            actions.append(.close(connection, reason: "a controller has no port for clients"))
        case .connectionClosed, .peerResponse: break
        case .peerRequest(let peer, let frame): handle(frame, from: peer, now: now)
        case .peerReset(let peer):
            fetches.removeAll(of: peer)
            deferred.removeAnswers(to: peer)
        case .flushed(let id, let result):
            attempt(now: now) { controller throws(MetadataLogError) in try controller.log.flushed(id, result) }
        case .stopRequested: phase = .stopping
        case .deadlineReached: runTimers(now: now)
        }
        finish(now: now, into: &actions)
    }

    /// A copy of what this controller knows. It may be ahead of what is durable.
    package func snapshot(now: Instant) -> ControllerSnapshot {
        var waiting: [ControllerSnapshot.WaitingBroker] = []
        for broker in state.image.brokers where refusals[broker.id] != nil {
            if let expiry = sessions.expiry(of: broker), now < expiry {
                waiting.append(.init(id: broker.id, untilSessionExpires: expiry))
            }
        }
        var snapshot = ControllerSnapshot(
            id: settings.nodeId, isActive: false, leaderEpoch: log.epoch, metadataLogEndOffset: log.endOffset,
            committedOffset: log.committedOffset, image: state.image, waiting: waiting)
        switch phase {
        case .active: snapshot.isActive = log.committedOffset > 0
        case .stopping, .stopped: break
        case .failed(let reason): snapshot.failure = reason
        }
        return snapshot
    }

    // MARK: Time

    private mutating func runTimers(now: Instant) {
        forgiveOwnAbsence(now: now)
        if let start = startedAt, now >= start {
            startedAt = nil
            // A crash may have come between a broker's return and the elections that it allowed.
            write(state.electionsForLeaderless(), now: now)
        }
        for broker in sessions.expired(in: state.image, now: now) {
            let milliseconds = sessions.timeout.wholeMilliseconds
            write(state.recordsToFence(broker), fencingReason: "no heartbeat for \(milliseconds) ms", now: now)
        }
        if settings.rebalancesLeaders, now >= nextLeaderCheck {
            nextLeaderCheck = now + settings.leaderImbalanceCheckInterval
            if state.index.hasPartitionsNotLedByPreferred {
                write(state.preferredLeaderElections(limit: MetadataLog.mostRecordsPerBatch), now: now)
            }
        }
        answerExpiredFetches(now: now)
    }

    /// A deadline that comes very late means that this node did not run: stopped by a signal, held up by its disk. The
    /// heartbeats of that time may be waiting behind this input, so that fencing now would fence everybody. Not twice in
    /// a row: where the disk is slow all the time, the dead are fenced late, but they are.
    private mutating func forgiveOwnAbsence(now: Instant) {
        guard let expiry = sessions.nextExpiry(in: state.image) else { return }
        let lateness = now - expiry
        let isLate = lateness > sessions.timeout / 4
        if isLate, !hasForgiven { sessions.extend(by: lateness + sessions.timeout / 4) }
        hasForgiven = isLate && !hasForgiven
    }

    // MARK: Effects

    /// Flushes what was written, and lets go what has become durable.
    private mutating func finish(now: Instant, into actions: inout [BrokerAction]) {
        var flushes: [BrokerAction] = []
        if !isFailed {
            attempt(now: now) { controller throws(MetadataLogError) in
                flushes = try controller.log.beginFlush(now: now)
            }
        }
        answerReadyFetches(now: now)
        if case .failed(let reason) = phase {
            actions.append(.emit(event(.replicaFailed(MetadataLog.partition, reason: reason), now: now)))
            return
        }
        actions += flushes
        actions += outbox
        outbox.removeAll(keepingCapacity: true)
        deferred.release(upTo: log.committedOffset, into: &actions)
        if case .stopping = phase, !log.isFlushing, log.committedOffset == log.endOffset {
            // A log that does not close in order is recovered at the next start, and loses nothing.
            try? log.close()
            phase = .stopped
            actions.append(.stopped)
        }
    }

    /// Runs what the disk may refuse; a controller whose log has failed falls silent.
    mutating func attempt(
        now: Instant, _ work: (inout Self) throws(MetadataLogError) -> Void
    ) {
        do {
            try work(&self)
        } catch {
            phase = .failed(reason: error.reason)
            deferred.removeAll()
            fetches.removeAll()
            outbox.removeAll()
        }
    }

    var isFailed: Bool {
        if case .failed = phase { true } else { false }
    }

    /// Tells of something once the log is durable up to here.
    mutating func emit(_ kind: BrokerEvent.Kind, now: Instant) {
        deferred.wait(for: log.endOffset, .emit(event(kind, now: now)))
    }

    private func event(_ kind: BrokerEvent.Kind, now: Instant) -> BrokerEvent {
        BrokerEvent(at: now, node: settings.nodeId, kind: kind)
    }
}
