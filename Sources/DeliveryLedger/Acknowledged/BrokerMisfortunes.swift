import KafkaProtocol

/// What befell brokers, each the same way: what ended them, and what lasted for a time, in which they may have gone on
/// acknowledging.
struct BrokerMisfortunes {
    private struct Spell {
        var fate: BrokerFate
        var begin: Instant
        /// Nil while it goes on.
        var end: Instant?
    }

    private static let most = 100
    private var ends: [BrokerID: [Loss.Misfortune]] = [:]
    /// By their beginning.
    private var spells: [BrokerID: [Spell]] = [:]
    private var brokers: [BrokerID] = []

    mutating func befell(_ broker: BrokerID, _ fate: BrokerFate, at: Instant) {
        guard !fate.isAnEnd else {
            ends[broker, default: []].append(Loss.Misfortune(fate: fate, at: at))
            if ends[broker]?.count ?? 0 > Self.most { ends[broker]?.removeFirst() }
            // Its links are cut still, but nobody is there to be frozen.
            return ended(.frozen, of: broker, at: at)
        }
        if !brokers.contains(broker) { brokers.append(broker) }
        guard spells[broker]?.contains(where: { $0.fate == fate && $0.end == nil }) != true else { return }
        spells[broker, default: []].append(Spell(fate: fate, begin: at))
        if spells[broker]?.count ?? 0 > Self.most { spells[broker]?.removeFirst() }
    }

    mutating func ended(_ fate: BrokerFate, of broker: BrokerID, at: Instant) {
        guard let index = spells[broker]?.lastIndex(where: { $0.fate == fate && $0.end == nil }) else { return }
        spells[broker]?[index].end = at
    }

    /// Of whatever broker.
    mutating func ended(_ fate: BrokerFate, at: Instant) { for broker in brokers { ended(fate, of: broker, at: at) } }

    /// What may be why records are lost that a broker acknowledged in these milliseconds: what ended it since, and what
    /// went on at some time between that and the election. In the order in which it began, and each once.
    func of(_ broker: BrokerID, acknowledged: ClosedRange<Int64>, election: Instant) -> [Loss.Misfortune] {
        let since = acknowledged.lowerBound
        let election = election.wallClockMilliseconds
        var found: [Loss.Misfortune] = []
        for spell in (spells[broker] ?? []).reversed() where !found.contains(where: { $0.fate == spell.fate }) {
            let goesOn = spell.end.map { $0.wallClockMilliseconds >= min(since, election) } ?? true
            guard goesOn, spell.begin.wallClockMilliseconds <= max(acknowledged.upperBound, election) else { continue }
            found.append(Loss.Misfortune(fate: spell.fate, at: spell.begin))
        }
        if let end = ends[broker]?.last(where: { $0.at.wallClockMilliseconds >= since }) { found.append(end) }
        return found.sorted { $0.at < $1.at }
    }
}
