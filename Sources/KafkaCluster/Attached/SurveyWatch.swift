import KafkaBroker
import KafkaProtocol

/// Tells what happens in a cluster that has to be asked, from one picture of it to the next.
package struct SurveyWatch: Sendable {
    private var controllers = DecisionWatch()
    private var groups = GroupChanges()
    private var departures = GroupDepartures()

    package init() {}

    /// To be called with each picture and the one before.
    package mutating func events(
        from old: ClusterSnapshot, to new: ClusterSnapshot, at now: Instant
    ) -> [ClusterEvent] {
        let changes = SurveyChanges.events(from: old, to: new, at: now)
        if case .notice(.clusterReplaced, _)? = changes.first {
            self = Self()
            return changes
        }
        let gone = departures.events(from: old, to: new, at: now)
        for case .notice(.groupGone(let id, _), _) in gone { groups.forget(id) }
        return controllers.events(from: old, to: new, at: now) + changes
            + groups.events(from: old, to: new, at: now) + gone
    }
}

/// Who decides, as the brokers tell.
///
/// | was     | told              | then                                                 |
/// |---------|-------------------|------------------------------------------------------|
/// | known   | another, or anew  | known, and told as elected                           |
/// | known   | none, for a time  | known: an election is soon over                      |
/// | known   | none, for long    | lost, and told                                       |
/// | lost    | one               | known, told as elected, and that decisions go on     |
///
/// Before one was told for the first time nothing is.
struct DecisionWatch: Sendable {
    private struct Decider: Equatable {
        var id: BrokerID
        /// Nil in a cluster without a quorum.
        var epoch: Int32?

        init?(_ picture: ClusterSnapshot) {
            guard let id = picture.controller else { return nil }
            self.id = id
            epoch = picture.controllers.first { $0.id == id }?.epoch
        }
    }

    /// That none is told has taken some time already: the brokers wait for one before they answer.
    private static let patience = Duration.seconds(2)

    private var last: Decider?
    private var missingSince: Instant?
    private var isLost = false

    mutating func events(from old: ClusterSnapshot, to new: ClusterSnapshot, at now: Instant) -> [ClusterEvent] {
        last = last ?? Decider(old)
        guard let known = last else { return [] }
        guard let decider = Decider(new) else {
            // Where nobody answers at all that is told, and who decides is unknown with the rest.
            guard new.brokers.contains(where: { $0.state == .running }) else {
                missingSince = nil
                return []
            }
            let since = missingSince ?? now
            missingSince = since
            guard !isLost, now - since >= Self.patience else { return [] }
            isLost = true
            return [.notice(.controllersLost(.fromOutside), at: now)]
        }
        let wasLost = isLost
        (last, missingSince, isLost) = (decider, nil, false)
        let goesOn = ClusterEvent.notice(.controllerReturned(decider.id), at: now)
        guard decider != known else { return wasLost ? [goesOn] : [] }
        guard let epoch = decider.epoch else { return [goesOn] }
        let kind = BrokerEvent.Kind.controllerElected(epoch: epoch, because: nil)
        return [.node(BrokerEvent(at: now, node: decider.id, kind: kind))] + (wasLost ? [goesOn] : [])
    }
}
