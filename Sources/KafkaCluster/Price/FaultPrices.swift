import DeliveryLedger
import KafkaBroker
import KafkaProtocol

/// The prices of the last faults, the newest last.
///
/// Each fault's own times are told by events about its victims, however many faults there are. What became of records counts
/// to the newest fault, so that nothing counts twice; but what was lost since a broker fell counts to the fault that felled
/// it.
package struct FaultPrices: Hashable, Sendable {
    package static let most = 20

    package private(set) var all: [FaultPrice] = []
    private var begun = 0
    /// The two newest pictures, as one may arrive before the event that tells what it shows.
    private var pictures: [ClusterSnapshot] = []
    /// When something last happened that may make a cluster whole.
    private var changedAt: Instant?

    package init() {}

    package var last: FaultPrice? { all.last }

    package subscript(number: Int) -> FaultPrice? { all.first { $0.number == number } }

    /// Has to be asked, and so tells less.
    private var isAsked: Bool { pictures.last?.heardAt != nil }

    /// Returns the prices of faults whose victims are whole again by this.
    package mutating func note(_ event: ClusterEvent) -> [FaultPrice] {
        for index in all.indices { all[index].note(event, isAsked: isAsked) }
        switch event {
        case .fault(let fault, let at):
            if fault.isBreaking { begin(fault, at: at) }
        case .notice(.recordsLost(let loss), _), .notice(.lossUpdated(let loss), _),
            .notice(.recordsReturned(let loss), _):
            note(loss)
        case .node, .client, .notice: break
        }
        guard event.mayMakeWhole else { return [] }
        changedAt = max(changedAt ?? event.at, event.at)
        // One that could not be known yet when the picture came.
        if let last = pictures.last, last.takenAt >= event.at { return judge(last) }
        return []
    }

    /// Returns the prices of faults whose victims are whole again.
    package mutating func observe(_ snapshot: ClusterSnapshot) -> [FaultPrice] {
        pictures = pictures.suffix(1) + [snapshot]
        if let workload = snapshot.workload, let newest = all.indices.last, snapshot.takenAt >= all[newest].at {
            all[newest].count(workload)
        }
        return judge(snapshot)
    }

    private mutating func begin(_ fault: Fault, at: Instant) {
        begun += 1
        let before = pictures.last { $0.takenAt <= at }
        all.append(FaultPrice(number: begun, fault, at: at, before: before, isAsked: isAsked))
        if all.count > Self.most { all.removeFirst() }
    }

    private mutating func note(_ loss: Loss) {
        let known = all.indices.last { all[$0].knows(loss) }
        let felled = all.indices.last { all[$0].victims.contains(loss.broker) && all[$0].at <= loss.election.at }
        guard let index = known ?? felled ?? all.indices.last else { return }
        all[index].note(loss)
    }

    private mutating func judge(_ snapshot: ClusterSnapshot) -> [FaultPrice] {
        var whole: [FaultPrice] = []
        for index in all.indices where all[index].wholeAt == nil {
            guard let ended = all[index].ended, all[index].isWhole(in: snapshot) else { continue }
            // The event that made it whole, where there was one after the end.
            all[index].close(at: max(ended.at, min(changedAt ?? ended.at, snapshot.takenAt)))
            whole.append(all[index])
        }
        return whole
    }
}

extension ClusterEvent {
    /// Whether a cluster may be whole by it that was not before.
    fileprivate var mayMakeWhole: Bool {
        switch self {
        case .fault(let fault, _): !fault.isBreaking
        case .node(let event):
            switch event.kind {
            case .isrChanged, .brokerUnfenced, .leaderElected, .controllerElected, .lifecycleChanged(.running): true
            default: false
            }
        case .notice(.controllerReturned, _): true
        case .client, .notice: false
        }
    }
}
