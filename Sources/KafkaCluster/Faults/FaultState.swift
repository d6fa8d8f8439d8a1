import KafkaProtocol

/// Every fault that is active now, and what it means for a frame, a request, a disk call or a clock. A value: live,
/// each loop keeps a copy that a message replaces; in the simulator there is one.
///
/// Invariant: `active` is in the order in which the faults began, none of them twice.
package struct FaultState: Hashable, Sendable {
    package struct ActiveFault: Hashable, Sendable {
        package var fault: Fault
        package var since: Instant
        /// When it ends by itself; nil for when it is healed.
        package var until: Instant?
        /// Requests that a request fault has looked at.
        fileprivate var seen = 0

        package init(fault: Fault, since: Instant, until: Instant?) {
            self.fault = fault
            self.since = since
            self.until = until
        }
    }

    package private(set) var active: [ActiveFault] = []

    package init() {}

    package var isQuiet: Bool { active.isEmpty }

    // MARK: Beginning and ending

    /// Adds a fault that lasts, or ends the ones that this heals. Returns the faults that have ended by it. A fault
    /// that is active already takes on the new end.
    @discardableResult
    package mutating func apply(_ fault: Fault, now: Instant, until: Instant? = nil) -> [ActiveFault] {
        switch fault {
        case .heal(let healed): return end { $0 == healed }
        case .thaw(let id): return end { $0 == .freeze(id) }
        case .healAll: return end { _ in true }
        case .kill(let id), .powerLoss(let id), .wipe(let id):
            // A node that dies is not frozen any more.
            return end { $0 == .freeze(id) }
        case .restart, .stop: return []
        case .freeze, .link, .request, .disk, .clockSkew:
            guard fault.lasts else { return [] }
            if let index = active.firstIndex(where: { $0.fault == fault }) {
                active[index].until = until
            } else {
                active.append(ActiveFault(fault: fault, since: now, until: until))
            }
            return []
        }
    }

    /// Ends the faults whose time is over, and returns them.
    @discardableResult
    package mutating func expire(now: Instant) -> [ActiveFault] {
        let ended = active.filter { $0.until.map { $0 <= now } ?? false }
        if !ended.isEmpty { active.removeAll { fault in fault.until.map { $0 <= now } ?? false } }
        return ended
    }

    /// Takes over a newer state from elsewhere; what request faults have counted here stays.
    package mutating func take(_ newer: Self) {
        let older = active
        active = newer.active
        for index in active.indices {
            if let known = older.first(where: { $0.fault == active[index].fault && $0.since == active[index].since }) {
                active[index].seen = known.seen
            }
        }
    }

    package var nextExpiry: Instant? { active.compactMap(\.until).min() }

    private mutating func end(_ isHealed: (Fault) -> Bool) -> [ActiveFault] {
        let ended = active.filter { isHealed($0.fault) }
        if !ended.isEmpty { active.removeAll { isHealed($0.fault) } }
        return ended
    }

    // MARK: What it means

    /// What is done to frames that travel from one party to another.
    package struct LinkFate: Hashable, Sendable {
        /// Nothing passes. A cut link is reset after a while, a stalled one is not.
        package var isCut = false
        package var isStalled = false
        package var delay = Duration.zero
        package var jitter = Duration.zero
        /// Nil for no limit.
        package var bytesPerSecond: Int64?

        package init() {}

        package var isHeld: Bool { isCut || isStalled }
        package static let untouched = Self()
    }

    package func fate(from sender: Party, to receiver: Party) -> LinkFate {
        if active.isEmpty { return .untouched }
        var fate = LinkFate()
        for case .link(let fault) in active.lazy.map(\.fault) where fault.hits(from: sender, to: receiver) {
            switch fault.effect {
            case .cut: fate.isCut = true
            case .stall: fate.isStalled = true
            case .delay(let delay, let jitter):
                fate.delay += delay
                fate.jitter += jitter
            case .bandwidth(let rate): fate.bytesPerSecond = min(fate.bytesPerSecond ?? .max, max(1, rate))
            case .reset: break
            }
        }
        return fate
    }

    package func isFrozen(_ node: BrokerID) -> Bool {
        active.contains { active in
            if case .freeze(let frozen) = active.fault { frozen == node } else { false }
        }
    }

    /// How far the node's wall clock is ahead.
    package func clockSkew(of node: BrokerID) -> Duration {
        active.reduce(.zero) { sum, active in
            if case .clockSkew(node, let skew) = active.fault { sum + skew } else { sum }
        }
    }

    /// The node's own idea of what time it is.
    package func clock(of node: BrokerID, at now: Instant) -> Instant {
        moved(now, by: active.isEmpty ? 0 : clockSkew(of: node).wholeMilliseconds)
    }

    /// What time it was by the clock of everybody else, when the node says that it was this. Events are told by it:
    /// what happened at one time would stand hours apart.
    package func time(told: Instant, by node: BrokerID) -> Instant {
        moved(told, by: active.isEmpty ? 0 : Int64(0).saturatingSubtract(clockSkew(of: node).wholeMilliseconds))
    }

    private func moved(_ instant: Instant, by skew: Int64) -> Instant {
        if skew == 0 { return instant }
        let (wallClock, overflow) = instant.wallClockMilliseconds.addingReportingOverflow(skew)
        return Instant(
            monotonicNanoseconds: instant.monotonicNanoseconds,
            wallClockMilliseconds: overflow ? instant.wallClockMilliseconds : wallClock)
    }

    /// What happens to this request; nil for nothing. Counts it, so ask once for each.
    package mutating func fate(
        of api: APIKey, from client: String?, at broker: BrokerID
    ) -> RequestFault.Outcome? {
        var outcome: RequestFault.Outcome?
        for index in active.indices {
            guard case .request(let fault) = active[index].fault, fault.api == api, fault.broker == broker,
                fault.client.map({ $0 == client }) ?? true
            else { continue }
            active[index].seen += 1
            if fault.nth.map({ $0 == active[index].seen }) ?? true { outcome = outcome ?? fault.outcome }
        }
        return outcome
    }

    /// What a disk call meets.
    package struct DiskFate: Hashable, Sendable {
        package var delay = Duration.zero
        /// The system's reason, where the call fails.
        package var failure: String?

        package init() {}
    }

    package enum DiskOperation: Hashable, Sendable { case read, write, other }

    /// `path` is relative to the node's root.
    package func fate(of operation: DiskOperation, on node: BrokerID, path: String) -> DiskFate {
        var fate = DiskFate()
        for case .disk(let fault) in active.lazy.map(\.fault) where fault.node == node {
            if let partition = fault.partition, !path.contains("\(partition.topic)-\(partition.partition)/") {
                continue
            }
            switch (fault.effect, operation) {
            case (.slow(let delay), _): fate.delay += delay
            case (.full, .write): fate.failure = "No space left on device"
            case (.failingReads, .read), (.failingWrites, .write): fate.failure = "Input/output error"
            case (.full, _), (.failingReads, _), (.failingWrites, _), (.flippedBytes, _): break
            }
        }
        return fate
    }
}
