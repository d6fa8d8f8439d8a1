import KafkaProtocol

/// Nobody decides: no controller is active. Why, as far as can be seen from outside.
package struct ControllerOutage: Hashable, Sendable {
    package var total: Int
    /// Down or frozen.
    package var silent: Int
    package var hasFrozen: Bool

    /// Nil while a controller is active, or none is known of. One that is frozen believes that it is, and does nothing.
    package init?(of controllers: [ClusterSnapshot.ControllerNode], faults: [FaultState.ActiveFault]) {
        guard !controllers.isEmpty, Self.active(of: controllers, faults) == nil else { return nil }
        total = controllers.count
        silent = controllers.count { !$0.isUp || Self.isFrozen($0, faults) }
        hasFrozen = controllers.contains { $0.isUp && Self.isFrozen($0, faults) }
    }

    static func active(
        of controllers: [ClusterSnapshot.ControllerNode], _ faults: [FaultState.ActiveFault]
    ) -> BrokerID? {
        controllers.first { $0.isUp && $0.isActive && !isFrozen($0, faults) }?.id
    }

    private static func isFrozen(
        _ controller: ClusterSnapshot.ControllerNode, _ faults: [FaultState.ActiveFault]
    ) -> Bool {
        faults.contains { $0.fault == .freeze(controller.id) }
    }

    /// Nobody tells who decides, nor of any controller.
    static let fromOutside = Self(total: 0, silent: 0, hasFrozen: false)

    private init(total: Int, silent: Int, hasFrozen: Bool) {
        (self.total, self.silent, self.hasFrozen) = (total, silent, hasFrozen)
    }

    /// Whether those that are left could elect one of them.
    package var hasMajority: Bool { (total - silent) * 2 > total }

    /// `2 of 3 controllers are down`, for the middle of a sentence.
    package var reason: String {
        if total == 0 { return "the brokers reach none" }
        if hasMajority { return "the \(total) controllers have not elected one" }
        let verb = silent == 1 ? "is" : "are"
        return "\(silent) of \(total) controller\(total == 1 ? "" : "s") \(verb) down\(hasFrozen ? " or frozen" : "")"
    }
}

/// Tells when the cluster is left without an active controller for want of a majority, and when it has one again.
///
/// | was    | active | majority        | then                        |
/// |--------|--------|-----------------|-----------------------------|
/// | active | yes    | -               | active                      |
/// | active | no     | no              | lost, and said so           |
/// | active | no     | yes, for a time | active: one is elected soon |
/// | active | no     | yes, too long   | lost, and said so           |
/// | lost   | yes    | -               | active, and said so         |
///
/// It begins when the cluster has started, with a controller that may be gone before the first look.
package struct ControllerWatch: Hashable, Sendable {
    /// Elections are over by then unless links are cut.
    static let electionTime = Duration.seconds(5)

    private enum State: Hashable, Sendable {
        case active
        case missing(since: Instant)
        case lost
    }

    private var state = State.active

    package init() {}

    /// To be called twice a second or so.
    package mutating func look(
        at controllers: [ClusterSnapshot.ControllerNode], faults: [FaultState.ActiveFault], now: Instant
    ) -> ClusterNotice? {
        guard let outage = ControllerOutage(of: controllers, faults: faults) else {
            let wasLost = state == .lost
            state = .active
            return wasLost ? ControllerOutage.active(of: controllers, faults).map { .controllerReturned($0) } : nil
        }
        let since: Instant
        switch state {
        case .lost: return nil
        case .active: since = now
        case .missing(let instant): since = instant
        }
        guard outage.hasMajority, now - since < Self.electionTime else {
            state = .lost
            return .controllersLost(outage)
        }
        state = .missing(since: since)
        return nil
    }
}
