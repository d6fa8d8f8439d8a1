import KafkaProtocol

/// One leader epoch of a partition, with what its leader may count as committed.
///
/// Who is in the ISR comes from the committed metadata log, pending expansions from the leader's requests. A leader hears of
/// a change later than it happens, so for a while it may go by an older *view*; an older view is the stricter one for the high
/// watermark, since only the leader itself lets members in.
struct Leadership: Sendable {
    struct View: Hashable, Sendable {
        var partitionEpoch: Int32
        var isr: [BrokerID]
        /// Where in the metadata log it stands.
        var metadataOffset: Int64
    }

    struct MinISR: Hashable, Sendable {
        var value: Int
        /// Where in the metadata log it stands.
        var metadataOffset: Int64
    }

    /// When a broker asked for an ISR: in which life, and by the numbers that it gives its requests.
    struct Wish: Comparable, Sendable {
        var brokerEpoch: Int64
        var correlationId: Int32

        static let none = Wish(brokerEpoch: -1, correlationId: -1)

        static func < (one: Wish, other: Wish) -> Bool {
            (one.brokerEpoch, one.correlationId) < (other.brokerEpoch, other.correlationId)
        }
    }

    let epoch: Int32
    let leader: BrokerID
    /// The ISR before this epoch, among whom its leader was to be chosen.
    let formerISR: [BrokerID]
    /// It was outside the ISR, and that was permitted.
    let isUnclean: Bool
    /// Oldest first.
    var views: [View]
    /// What `min.insync.replicas` comes to, oldest first: the leader may still go by any of them.
    var minISRs: [MinISR]
    /// Members that the leader has asked for, and the partition epoch that it named.
    var pending: (partitionEpoch: Int32, members: [BrokerID])?
    /// The last request for an ISR that the leader has sent, of those that have arrived.
    var lastWish = Wish.none

    /// The leader has taken over: it has noted where its epoch begins.
    var hasBegun = false
    /// The leader may still serve in this epoch, though another one may have begun.
    var isActive = false
    /// Its broker has died since: it can answer nothing by it any more.
    var isOfFormerLife = false
    var startOffset: Int64 = 0
    /// Up to where each replica's log is the same as the leader's.
    var agreed = OffsetsByBroker()
    /// The greatest of those, in this epoch.
    var everAgreed = OffsetsByBroker()
    /// What the leader believes of one whose disk has lost it, until that one fetches again.
    var remembered = OffsetsByBroker()
    /// Up to where all of the maximal ISR has held the leader's records at some time in this epoch.
    var held: Int64 = 0
    /// The same, counting only times when that ISR had `min.insync.replicas`.
    var heldByEnough: Int64 = 0
    /// What was committed before, as far as the leader has it.
    var floor: Int64 = 0
    /// The highest high watermark that this leader has told.
    var told: Int64 = -1

    init(epoch: Int32, leader: BrokerID, formerISR: [BrokerID], isUnclean: Bool, view: View, minISR: MinISR) {
        self.epoch = epoch
        self.leader = leader
        self.formerISR = formerISR
        self.isUnclean = isUnclean
        views = [view]
        minISRs = [minISR]
    }

    var isr: [BrokerID] { views[views.count - 1].isr }

    /// A newer state of the ISR in the same epoch.
    mutating func add(_ view: View) {
        views.append(view)
        if let pending, view.partitionEpoch > pending.partitionEpoch { self.pending = nil }
    }

    /// The leader has shown that it knows the metadata log up to there: it does not go by older views any more.
    mutating func forgetViews(before metadataOffset: Int64) {
        while views.count > 1, views[1].metadataOffset < metadataOffset { views.removeFirst() }
        while minISRs.count > 1, minISRs[1].metadataOffset < metadataOffset { minISRs.removeFirst() }
    }

    mutating func agree(_ replica: BrokerID, upTo offset: Int64) {
        agreed[replica] = offset
        if let former = remembered[replica], former <= offset { remembered[replica] = nil }
        if offset > everAgreed[replica] ?? 0 { everAgreed[replica] = offset }
    }

    mutating func remember(_ replica: BrokerID, upTo offset: Int64) {
        remembered[replica] = max(offset, remembered[replica] ?? 0)
    }

    /// All before `offset` may be acknowledged in this epoch.
    func isHeldByEnough(upTo offset: Int64) -> Bool { offset <= max(heldByEnough, floor) }

    /// Reckons anew what all of the maximal ISR hold.
    mutating func reckon() {
        var enough = Int.max
        for known in minISRs where known.value < enough { enough = known.value }
        let pending = pending?.members ?? []
        let latest = reach(of: isr, and: pending)
        if latest > held { held = latest }
        // In most cases nothing is pending and there is but one view.
        if views.count == 1, pending.isEmpty {
            if views[0].isr.count >= enough, latest > heldByEnough { heldByEnough = latest }
            return
        }
        for view in views {
            let size = view.isr.count + pending.count { !view.isr.contains($0) }
            guard size >= enough else { continue }
            let reached =
                view.partitionEpoch == views[views.count - 1].partitionEpoch
                ? latest : reach(of: view.isr, and: pending)
            if reached > heldByEnough { heldByEnough = reached }
        }
    }

    private func reach(of isr: [BrokerID], and pending: [BrokerID]) -> Int64 {
        var least = agreed[leader] ?? 0
        for member in isr { least = min(least, remembered[member] ?? agreed[member] ?? 0) }
        for member in pending { least = min(least, remembered[member] ?? agreed[member] ?? 0) }
        return least
    }
}
