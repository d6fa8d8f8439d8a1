import DeliveryLedger
import KafkaBroker
import KafkaProtocol

/// The prices of the last faults, the newest last.
///
/// Each fault's own times are told by events that it may have brought about, however many faults there are; where
/// several may have, each price says so. What became of records counts to the newest fault, so that nothing counts
/// twice; but what was lost since a broker fell counts to the fault that felled it.
package struct FaultPrices: Hashable, Sendable {
    package static let most = 20

    package private(set) var all: [FaultPrice] = []
    private var begun = 0
    /// The two newest pictures, as one may arrive before the event that tells what it shows.
    private var pictures: [ClusterSnapshot] = []
    /// When something last happened that may make a cluster whole.
    private var changedAt: Instant?
    /// Who decides, and who did before.
    private var deciders: [BrokerID] = []

    package init() {}

    package var last: FaultPrice? { all.last }

    package subscript(number: Int) -> FaultPrice? { all.first { $0.number == number } }

    /// Has to be asked, and so tells less.
    private var isAsked: Bool { pictures.last?.heardAt != nil }

    /// Returns the prices of faults whose victims are whole again by this.
    package mutating func note(_ event: ClusterEvent) -> [FaultPrice] {
        let signs = signs(of: event)
        for (index, blame) in blames(for: signs, at: event.at).enumerated() {
            all[index].note(event, blame, isAsked: isAsked)
        }
        if case .node(let event) = event, case .controllerElected = event.kind { decides(event.node) }
        if case .fault(let fault, let at) = event, fault.isBreaking { begin(fault, at: at) }
        if let loss = event.loss { note(loss) }
        guard event.mayMakeWhole else { return [] }
        changedAt = max(changedAt ?? event.at, event.at)
        // One that could not be known yet when the picture came.
        if let last = pictures.last, last.takenAt >= event.at { return judge(last) }
        return []
    }

    /// Returns the prices of faults whose victims are whole again.
    package mutating func observe(_ snapshot: ClusterSnapshot) -> [FaultPrice] {
        pictures = pictures.suffix(1) + [snapshot]
        if let controller = snapshot.controller { decides(controller) }
        if let workload = snapshot.workload, let newest = all.indices.last, snapshot.takenAt >= all[newest].at {
            all[newest].count(workload, at: snapshot.takenAt)
            for index in all.indices.dropLast() {
                all[index].noteWaits(workload, by: snapshot.takenAt, sentBefore: all[index + 1].at)
            }
        }
        return judge(snapshot)
    }

    private mutating func begin(_ fault: Fault, at: Instant) {
        begun += 1
        let before = pictures.last { $0.takenAt <= at }
        var price = FaultPrice(number: begun, fault, at: at, before: before, isAsked: isAsked)
        for index in all.indices where all[index].wholeAt == nil {
            if all[index].ended == nil { price.besides.append(all[index].fault) }
            all[index].countedUntil = all[index].countedUntil ?? fault
            all[index].endSilence()
        }
        all.append(price)
        if all.count > Self.most { all.removeFirst() }
    }

    private mutating func note(_ loss: Loss) {
        let known = all.indices.last { all[$0].knows(loss) }
        let sign = FaultSign.left(loss.broker, controller: nil)
        let felled = all.indices.last {
            all[$0].victims.contains(loss.broker) && all[$0].at <= loss.election.at && all[$0].fault.mayCause(sign)
        }
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

// MARK: - Whose doing an event is

extension FaultPrices {
    private mutating func decides(_ controller: BrokerID) {
        if deciders.last != controller { deciders = deciders.suffix(1) + [controller] }
    }

    private func signs(of event: ClusterEvent) -> [FaultSign] {
        switch event {
        case .node(let event): return signs(of: event)
        case .client(.clientError, _): return [.felt]
        case .notice(.brokerUnreachable(let id), _): return [.unreachable(id)]
        case .notice(.controllersLost, _): return [.controllerGone(nil, successor: nil)]
        case .notice(.controllerReturned(let id), _): return [.controllerGone(nil, successor: id)]
        case .fault, .client, .notice: return []
        }
    }

    private func signs(of event: BrokerEvent) -> [FaultSign] {
        let controller = event.node == .none ? nil : event.node
        switch event.kind {
        case .brokerFenced(let id, _): return [.left(id, controller: controller)]
        case .logDirectoryFailed(let id, _): return [.directoryLost(id)]
        case .replicaFailed: return [.directoryLost(event.node)]
        case .leaderElected(_, _, let previous, _, _, _):
            return previous == .none ? [] : [.left(previous, controller: controller)]
        case .isrChanged(let partition, let from, let to, _):
            let leader = pictures.last?.partition(partition)?.leader
            return from.filter { !to.contains($0) }.map { .outOfSync($0, leader: leader) }
        case .controllerElected:
            // A picture may have shown the new one before.
            return [.controllerGone(deciders.last { $0 != event.node }, successor: event.node)]
        default: return []
        }
    }

    /// For each price, in their order.
    private func blames(for signs: [FaultSign], at instant: Instant) -> [FaultBlame] {
        var blames = [FaultBlame](repeating: .none, count: all.count)
        for sign in signs {
            var suspects = all.indices.filter { index in
                all[index].wholeAt == nil && all[index].at <= instant && all[index].fault.mayCause(sign)
            }
            // What was healed before has its consequences still, but hardly while another goes on.
            let going = suspects.filter { all[$0].ended.map { instant < $0.at } ?? true }
            if !going.isEmpty { suspects = going }
            for index in suspects {
                let others = suspects.filter { $0 != index }.map { all[$0].fault }
                if case .this(let known) = blames[index], known.count <= others.count { continue }
                blames[index] = .this(or: others)
            }
        }
        return blames
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
