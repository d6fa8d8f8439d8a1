import KafkaProtocol
import KafkaStorage
import NIOCore

/// One voter of the metadata quorum: its log, its vote, and what it says to the other voters and to the brokers that read
/// the log.
///
/// `QuorumState` decides who leads; this type carries that out: it writes the vote down before it is answered, copies the
/// log from the leader or serves it as one, and works out what is committed.
///
/// The order of effects within a step: the quorum state reaches the disk first, then requests and answers go out. A follower
/// fetches from an offset only when all before it is durable, so that its fetches say what it holds.
package struct MetadataQuorum {
    let settings: QuorumSettings
    private let stateFile: QuorumStateFile
    package internal(set) var state: QuorumState
    package internal(set) var log: MetadataLog
    var random: SeededGenerator

    /// Requests to the other voters that have no answer yet.
    var requests = PeerRequests<QuorumPurpose>()
    /// What goes out at the end of this step.
    var out: [BrokerAction] = []
    /// Fetches that wait for something new.
    var parked = MetadataFetches()
    /// The fetch that is under way. The answer to any other comes too late, and may say what is not so any more.
    var fetchUnderWay: UInt64?
    var lastFetch: UInt64 = 0
    var download: SnapshotDownload?
    /// When a fetch, or a request for a vote, that was lost is tried again.
    var retryAt: Instant?
    private var bytesAtSnapshot: Int64
    /// The first deadline, at which what the last life has left unflushed is made durable.
    private var startAt: Instant?

    package init(_ settings: QuorumSettings, disk: any Disk, seed: UInt64, now: Instant) throws(MetadataLogError) {
        self.settings = settings
        log = try MetadataLog(on: disk, logDir: settings.logDir, now: now)
        stateFile = QuorumStateFile(directory: log.directory, on: disk)
        let remembered = try stateFile.read() ?? .init()
        let epoch = max(remembered.epoch, log.lastEpoch)
        // The same seed gives other choices in another epoch.
        random = SeededGenerator(seed: seed ^ UInt64(truncatingIfNeeded: epoch) << 32)
        state = QuorumState(
            settings, epoch: epoch, vote: epoch == remembered.epoch ? remembered.vote : nil,
            random: SeededGenerator(seed: random.next()), now: now)
        bytesAtSnapshot = log.snapshots.isEmpty ? 0 : min(log.log.sizeInBytes, settings.bytesBetweenSnapshots)
        startAt = now
        // Nobody else has to agree.
        if settings.voters.count == 1 { try perform(state.deadlineReached(now: now), now: now) }
    }

    package var epoch: Int32 { state.epoch }
    package var leader: BrokerID? { state.leader }
    package var isLeader: Bool {
        if case .leader = state.role { true } else { false }
    }

    /// Whether this node leads and what it inherited is committed, so that it may decide.
    package var mayDecide: Bool {
        state.leadership.map { log.committedOffset > $0.epochStartOffset } ?? false
    }

    package var nextDeadline: Instant? {
        var nearest = Instant.earlier(
            .earlier(state.nextDeadline, parked.nextDeadline), .earlier(retryAt, startAt))
        if let pending = requests.nearestDeadline {
            let at = Instant(
                monotonicNanoseconds: pending, wallClockMilliseconds: nearest?.wallClockMilliseconds ?? 0)
            nearest = min(nearest ?? at, at)
        }
        return nearest
    }

    // MARK: Inputs

    package mutating func deadlineReached(now: Instant) throws(MetadataLogError) {
        while let expired = requests.popExpired(now: now) { try failed(expired.purpose, to: expired.peer, now: now) }
        if let at = startAt, at <= now { startAt = nil }
        if let at = retryAt, at <= now {
            retryAt = nil
            askForVotesAgain(now: now)
        }
        try perform(state.deadlineReached(now: now), now: now)
        for fetch in parked.take(where: { $0.deadline <= now }) { try answerFetch(fetch.request, fetch.call) }
    }

    package mutating func flushed(
        _ id: FlushID, _ result: Result<Void, FlushError>, now: Instant
    ) throws(MetadataLogError) {
        try log.flushed(id, result)
        advanceHighWatermark()
    }

    /// The link to a peer is gone, and all in flight with it.
    package mutating func peerReset(_ peer: BrokerID, now: Instant) throws(MetadataLogError) {
        parked.removeAll(of: peer)
        if case .leader(var leadership) = state.role {
            leadership.told(peer, highWatermark: -1)
            state.role = .leader(leadership)
        }
        for purpose in requests.reset(peer) { try failed(purpose, to: peer, now: now) }
    }

    /// Ends the step: flushes what was appended, fetches where that is due, answers what need not wait any more.
    package mutating func finish(now: Instant, into actions: inout [BrokerAction]) throws(MetadataLogError) {
        actions += try log.beginFlush(now: now)
        advanceHighWatermark()
        try answerReadyFetches(now: now)
        fetch(now: now)
        actions += out
        out.removeAll(keepingCapacity: true)
    }

    /// This node stops: another voter should lead.
    package mutating func resign(now: Instant) throws(MetadataLogError) {
        try perform(state.resign(now: now), now: now)
    }

    // MARK: Carrying out

    mutating func perform(_ actions: [QuorumState.Action], now: Instant) throws(MetadataLogError) {
        for action in actions {
            switch action {
            case .persist:
                try persist()
                fetchUnderWay = nil
                download = nil
            case .requestVote(let voter, let isPreVote): requestVote(from: voter, isPreVote: isPreVote, now: now)
            case .beginLeading: try beginLeading(now: now)
            case .announce(let voter): announce(to: voter, now: now)
            case .endEpoch(let voter, let successors): endEpoch(to: voter, successors, now: now)
            case .stopLeading, .follow:
                // Whoever waits here asks the new leader.
                for fetch in parked.take(where: { _ in true }) { try answerFetch(fetch.request, fetch.call) }
                fetchUnderWay = nil
                download = nil
            }
        }
    }

    private func persist() throws(MetadataLogError) {
        if Rule.persistsVotes.holds {
            try stateFile.write(
                .init(epoch: state.epoch, vote: state.vote, leader: state.leader), voters: settings.voters)
        }
    }

    private mutating func beginLeading(now: Instant) throws(MetadataLogError) {
        guard let leadership = state.leadership else { return }
        func voter(_ id: BrokerID) -> LeaderChangeMessage.Voter {
            var voter = LeaderChangeMessage.Voter()
            voter.voterId = id.rawValue
            return voter
        }
        var change = LeaderChangeMessage()
        change.leaderId = settings.nodeId
        change.voters = settings.voters.map(voter)
        change.grantingVoters = leadership.grantedBy.map(voter)
        state.beganLeading(at: try log.append(change, epoch: epoch, now: now), now: now)
    }

    // MARK: Leading

    /// Appends records of this epoch. Only a leader that may decide does.
    package mutating func append(_ records: [MetadataRecord], now: Instant) throws(MetadataLogError) -> Int64 {
        precondition(isLeader, "only the leader appends")
        return try log.append(records, epoch: epoch, now: now)
    }

    mutating func advanceHighWatermark() {
        guard let leadership = state.leadership else { return }
        let ownEnd = Rule.countsOnlyDurableMetadata.holds ? log.flushedOffset : log.endOffset
        if let offset = leadership.highWatermark(ownEnd: ownEnd, majority: settings.majority) {
            log.commit(upTo: offset)
        }
    }

    // MARK: Snapshots

    /// Whether the log has grown so much since the last snapshot that another is due.
    package var isSnapshotDue: Bool {
        log.log.sizeInBytes - bytesAtSnapshot >= settings.bytesBetweenSnapshots
            && log.committedOffset > (log.snapshots.last?.endOffset ?? 0)
    }

    /// Writes a snapshot of all that is committed, and drops the records that an older one stands for.
    package mutating func writeSnapshot(
        _ records: [MetadataRecord], epoch: Int32, now: Instant
    ) throws(MetadataLogError) {
        let id = MetadataSnapshotID(endOffset: log.committedOffset, epoch: epoch)
        let bytes = try MetadataSnapshot.encode(records, id, timestamp: now.wallClockMilliseconds)
        try log.store(bytes, as: id)
        try log.dropPrefix(now: now)
        bytesAtSnapshot = log.log.sizeInBytes
    }

    mutating func noteSnapshotLoaded() { bytesAtSnapshot = log.log.sizeInBytes }
}

/// What a request to another voter is for. An answer that belongs to an earlier epoch counts for nothing.
enum QuorumPurpose: Hashable, Sendable {
    case vote(epoch: Int32, isPreVote: Bool)
    case beginEpoch
    case endEpoch
    case fetch(UInt64)
    case fetchSnapshot(UInt64)
}

/// A snapshot that is being copied from the leader.
struct SnapshotDownload {
    var id: MetadataSnapshotID
    var bytes = ByteBuffer()
}
