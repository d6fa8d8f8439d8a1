/// Where a broker stands in the controller's eyes, and where a heartbeat takes it:
///
/// | from               | heartbeat                                | to                 |
/// |--------------------|------------------------------------------|--------------------|
/// | fenced             | wants to stop                            | shutdownNow        |
/// | fenced             | wants to be fenced, or is behind         | fenced             |
/// | fenced             | has read its own registration            | unfenced           |
/// | unfenced           | wants to be fenced and to stop           | shutdownNow        |
/// | unfenced           | wants to be fenced                       | fenced             |
/// | unfenced           | wants to stop, leads partitions          | controlledShutdown |
/// | unfenced           | wants to stop, leads none                | shutdownNow        |
/// | unfenced           | otherwise                                | unfenced           |
/// | controlledShutdown | leads none, and all others know          | shutdownNow        |
/// | controlledShutdown | otherwise                                | controlledShutdown |
///
/// `shutdownNow` is what the answer says; the broker is fenced by it, so that its next life registers at once. This life
/// stays there whatever it asks for: a broker that has begun to stop serves again only after it has registered anew.
package enum BrokerControlState: Hashable, Sendable {
    case fenced
    case unfenced
    case controlledShutdown
    case shutdownNow

    package init(_ registration: BrokerRegistration) {
        self =
            if registration.fenced {
                registration.inControlledShutdown ? .shutdownNow : .fenced
            } else if registration.inControlledShutdown {
                .controlledShutdown
            } else {
                .unfenced
            }
    }

    package var isFenced: Bool { self == .fenced || self == .shutdownNow }

    /// What a heartbeat says, and what the controller knows of its sender.
    package struct Heartbeat: Hashable, Sendable {
        package var wantsFence: Bool
        package var wantsShutDown: Bool
        /// It has replayed the record that registered it.
        package var isCaughtUp: Bool
        package var leadsPartitions: Bool
        /// All others have replayed that it leads no more.
        package var othersKnowOfShutdown: Bool

        package init(
            wantsFence: Bool, wantsShutDown: Bool, isCaughtUp: Bool, leadsPartitions: Bool, othersKnowOfShutdown: Bool
        ) {
            self.wantsFence = wantsFence
            self.wantsShutDown = wantsShutDown
            self.isCaughtUp = isCaughtUp
            self.leadsPartitions = leadsPartitions
            self.othersKnowOfShutdown = othersKnowOfShutdown
        }
    }

    package func next(_ heartbeat: Heartbeat) -> Self {
        switch self {
        case .fenced:
            if heartbeat.wantsShutDown { return .shutdownNow }
            return !heartbeat.wantsFence && heartbeat.isCaughtUp ? .unfenced : .fenced
        case .unfenced:
            switch (heartbeat.wantsFence, heartbeat.wantsShutDown) {
            case (true, true): return .shutdownNow
            case (true, false): return .fenced
            case (false, true): return heartbeat.leadsPartitions ? .controlledShutdown : .shutdownNow
            case (false, false): return .unfenced
            }
        case .controlledShutdown:
            let isDone = !heartbeat.leadsPartitions && heartbeat.othersKnowOfShutdown
            return isDone ? .shutdownNow : .controlledShutdown
        case .shutdownNow:
            return .shutdownNow
        }
    }
}
