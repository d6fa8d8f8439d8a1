import KafkaProtocol
import KafkaStorage
import NIOCore

/// A controller of the cluster: who is alive, who leads, which topics there are. The active one, which leads the metadata
/// quorum, decides, writes its decisions as records to the metadata log, and serves that log to the brokers, which learn
/// everything from it. The others copy the log and stand by.
///
/// | phase    | input                                | then                                                      |
/// |----------|--------------------------------------|-----------------------------------------------------------|
/// | standby  | more is committed                    | replayed                                                  |
/// | standby  | leads, and its epoch has begun       | active: decides on what is committed; sessions begin anew |
/// | standby  | a request                            | NOT_CONTROLLER                                            |
/// | active   | a request of a broker                | answered once all that it may speak of is committed       |
/// | active   | more is committed                    | answers, events and waiting fetches go out                |
/// | active   | leads no more                        | standby: back to what is committed; who waits is told     |
/// | active   | a session ends very late             | all sessions go on: this node was away, not the brokers   |
/// | standby, active | a flush or an append failed   | failed                                                    |
/// | standby, active | asked to stop                 | stopping                                                  |
/// | stopping | the last flush has ended             | stopped, leadership given up and the log closed in order  |
/// | failed   | anything                             | silence, as of a process that has halted                  |
///
/// A handler returns its answer and records; only replaying the records changes the state. The active controller is ahead of
/// what is committed; answers and events wait until the log is committed up to where it ended when they were made, so that
/// nothing is heard of that another controller could take back. It has no port for clients: brokers pass their
/// administration on to it.
package struct Controller: Node {
    enum Phase {
        case standby
        /// In this epoch of the quorum.
        case active(epoch: Int32)
        case stopping
        case stopped
        case failed(reason: String)
    }

    let settings: ControllerSettings
    var phase = Phase.standby
    var random: SeededGenerator
    private let seed: UInt64
    var quorum: MetadataQuorum
    /// What the log says: as far as it is committed, or as it is written while this controller is active.
    var state: ClusterState
    var sessions: BrokerSessions
    var deferred = DeferredActions()
    /// Answers that wait for nothing.
    var outbox: [BrokerAction] = []
    /// The incarnations that wait for the end of their broker's former session.
    var refusals: [BrokerID: Uuid] = [:]
    private var nextLeaderCheck: Instant
    /// The last deadline came so late that the sessions were extended.
    private var hasForgiven = false

    /// Opens the metadata log and replays what of it is known to be committed.
    package init(
        settings: ControllerSettings, disk: any Disk, seed: UInt64, now: Instant
    ) throws(MetadataLogError) {
        self.settings = settings
        self.seed = seed
        random = SeededGenerator(seed: seed)
        quorum = try MetadataQuorum(QuorumSettings(settings), disk: disk, seed: seed, now: now)
        state = Self.emptyState(settings)
        sessions = BrokerSessions(timeout: settings.brokerSessionTimeout)
        nextLeaderCheck = now
        try rebuild()
    }

    var log: MetadataLog { quorum.log }

    package var nextDeadline: Instant? {
        switch phase {
        case .stopping, .stopped, .failed: return nil
        case .standby: return quorum.nextDeadline
        case .active:
            let check = settings.rebalancesLeaders ? nextLeaderCheck : nil
            return .earlier(.earlier(quorum.nextDeadline, sessions.nextExpiry(in: state.image)), check)
        }
    }

    package mutating func step(_ input: BrokerInput, now: Instant, into actions: inout [BrokerAction]) {
        switch phase {
        case .failed, .stopped: return
        case .standby, .active, .stopping: break
        }
        switch input {
        case .connectionOpened(let connection, _), .request(let connection, _):
            actions.append(.close(connection, reason: "a controller has no port for clients"))
        case .connectionClosed: break
        case .peerRequest(let peer, let frame): handle(frame, from: peer, now: now)
        case .peerResponse(let peer, let frame): answered(by: peer, frame, now: now)
        case .peerReset(let peer):
            deferred.removeAnswers(to: peer)
            attempt { controller throws(MetadataLogError) in try controller.quorum.peerReset(peer, now: now) }
        case .flushed(let id, let result):
            attempt { controller throws(MetadataLogError) in try controller.quorum.flushed(id, result, now: now) }
        case .stopRequested: phase = .stopping
        case .deadlineReached:
            attempt { controller throws(MetadataLogError) in try controller.quorum.deadlineReached(now: now) }
            // Leadership that has just ended says nothing of brokers' sessions.
            if isActive, quorum.isLeader { runTimers(now: now) }
        }
        finish(now: now, into: &actions)
    }

    private mutating func answered(by peer: BrokerID, _ frame: ByteBuffer, now: Instant) {
        do {
            try quorum.answered(by: peer, frame, now: now)
        } catch let error as MetadataLogError {
            fail(error)
        } catch {
            emit(.badFrame(client: "controller \(peer)", reason: "\(error)"), now: now)
        }
    }

    /// A copy of what this controller knows. The active one's may be ahead of what is committed.
    package func snapshot(now: Instant) -> ControllerSnapshot {
        var waiting: [ControllerSnapshot.WaitingBroker] = []
        for broker in state.image.brokers where refusals[broker.id] != nil {
            if let expiry = sessions.expiry(of: broker), now < expiry {
                waiting.append(.init(id: broker.id, untilSessionExpires: expiry))
            }
        }
        var snapshot = ControllerSnapshot(
            id: settings.nodeId, isActive: isActive, leaderEpoch: quorum.epoch, leader: quorum.leader,
            metadataLogEndOffset: log.endOffset, committedOffset: log.committedOffset, image: state.image,
            waiting: waiting)
        if case .failed(let reason) = phase { snapshot.failure = reason }
        return snapshot
    }

    var isActive: Bool {
        if case .active = phase { true } else { false }
    }

    // MARK: Standing by and being active

    private static func emptyState(_ settings: ControllerSettings) -> ClusterState {
        ClusterState(clusterID: settings.clusterID, node: settings.nodeId, configuration: settings.configuration)
    }

    /// Forgets all that is not committed, and begins again with the newest snapshot.
    private mutating func rebuild() throws(MetadataLogError) {
        state = Self.emptyState(settings)
        if let id = log.snapshots.last, let bytes = try log.snapshot(id) {
            for record in try MetadataSnapshot.decode(bytes) {
                do throws(MetadataReplayError) {
                    _ = try state.replay(record, at: id.endOffset - 1, epoch: id.epoch)
                } catch {
                    throw MetadataLogError("snapshot \(id.fileName): \(error.reason)")
                }
            }
            state.skip(to: id.endOffset - 1, epoch: id.epoch)
        }
        try catchUp()
    }

    /// Replays what has been committed since.
    private mutating func catchUp() throws(MetadataLogError) {
        if state.image.offset + 1 < log.startOffset { return try rebuild() }
        guard state.image.offset + 1 < log.committedOffset else { return }
        // Not copied while it is held elsewhere.
        var state = Self.emptyState(settings)
        swap(&state, &self.state)
        defer { swap(&state, &self.state) }
        try log.replay(from: state.image.offset + 1) { batch throws(MetadataReplayError) in try state.replay(batch) }
    }

    private mutating func followQuorum(now: Instant) throws(MetadataLogError) {
        if case .active(let epoch) = phase, !quorum.isLeader || quorum.epoch != epoch {
            phase = .standby
            refuseDeferred()
            refusals = [:]
            try rebuild()
        }
        guard case .standby = phase else { return }
        try catchUp()
        if quorum.mayDecide { becomeActive(now: now) }
    }

    private mutating func becomeActive(now: Instant) {
        phase = .active(epoch: quorum.epoch)
        // The same seed gives other choices in another epoch, so that identifiers of topics never come back.
        random = SeededGenerator(seed: seed ^ UInt64(truncatingIfNeeded: quorum.epoch) << 32)
        // Nobody knows when a broker was last heard of, so that each has a whole session from now on.
        sessions = BrokerSessions(timeout: settings.brokerSessionTimeout)
        for broker in state.image.brokers { sessions.begin(broker.id, now: now) }
        hasForgiven = false
        nextLeaderCheck = now + settings.leaderImbalanceCheckInterval
        emit(.controllerElected(epoch: quorum.epoch, because: quorum.state.cause), now: now)
        // A change of controllers may have come between a broker's return and the elections that it allowed.
        write(state.electionsForLeaderless(), now: now)
    }

    private mutating func refuseDeferred() {
        for call in deferred.dropAll() { refuseInactive(call) }
    }

    // MARK: Time

    private mutating func runTimers(now: Instant) {
        forgiveOwnAbsence(now: now)
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

    /// Follows the quorum, flushes what was written, and lets go what has been committed.
    private mutating func finish(now: Instant, into actions: inout [BrokerAction]) {
        var effects: [BrokerAction] = []
        attempt { controller throws(MetadataLogError) in
            try controller.followQuorum(now: now)
            try controller.takeSnapshot(now: now)
            try controller.quorum.finish(now: now, into: &effects)
            try controller.stopWhenFlushed(now: now, into: &effects)
        }
        if case .failed(let reason) = phase {
            actions.append(.emit(event(.replicaFailed(MetadataLog.partition, reason: reason), now: now)))
            return
        }
        actions += effects
        actions += outbox
        outbox.removeAll(keepingCapacity: true)
        deferred.release(upTo: log.committedOffset, into: &actions)
        if case .stopping = phase, !log.isFlushing, log.flushedOffset == log.endOffset {
            // A log that does not close in order is recovered at the next start, and loses nothing.
            try? log.close()
            phase = .stopped
            actions.append(.stopped)
        }
    }

    /// Once all is durable here, the others should not have to miss this node before they elect.
    private mutating func stopWhenFlushed(now: Instant, into actions: inout [BrokerAction]) throws(MetadataLogError) {
        guard case .stopping = phase, !log.isFlushing, log.flushedOffset == log.endOffset,
            settings.voters.count > 1
        else { return }
        refuseDeferred()
        try quorum.resign(now: now)
        try quorum.finish(now: now, into: &actions)
    }

    /// Writes a snapshot where one is due and what is known is just what is committed.
    private mutating func takeSnapshot(now: Instant) throws(MetadataLogError) {
        guard quorum.isSnapshotDue, state.image.offset + 1 == log.committedOffset else { return }
        try quorum.writeSnapshot(state.image.records, epoch: state.image.epoch, now: now)
    }

    /// Runs what the disk may refuse; a controller whose log has failed falls silent.
    mutating func attempt(_ work: (inout Self) throws(MetadataLogError) -> Void) {
        if isFailed { return }
        do {
            try work(&self)
        } catch {
            fail(error)
        }
    }

    mutating func fail(_ error: MetadataLogError) {
        phase = .failed(reason: error.reason)
        deferred.removeAll()
        outbox.removeAll()
    }

    var isFailed: Bool {
        if case .failed = phase { true } else { false }
    }

    /// Tells of something: what an active controller says once the log is committed up to here.
    mutating func emit(_ kind: BrokerEvent.Kind, now: Instant) {
        let action = BrokerAction.emit(event(kind, now: now))
        if isActive { deferred.wait(for: log.endOffset, action) } else { outbox.append(action) }
    }

    private func event(_ kind: BrokerEvent.Kind, now: Instant) -> BrokerEvent {
        BrokerEvent(at: now, node: settings.nodeId, kind: kind)
    }
}
