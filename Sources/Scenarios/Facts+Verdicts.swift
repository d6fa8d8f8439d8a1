import DeliveryLedger

/// A verdict's figures under the names by which scenarios ask for them.
extension Facts.Verdict {
    package var figures: [(metric: Metric, value: Int64)] {
        Metric.allCases.filter { $0.source == .topicVerdict }
            .compactMap { metric in verdict.count(metric).map { (metric, Int64($0)) } }
    }
}

extension DeliveryVerdict.Group {
    package var figures: [(metric: Metric, value: Int64)] {
        Metric.allCases.filter { $0.source == .groupVerdict }
            .compactMap { metric in count(metric).map { (metric, Int64($0)) } }
    }

    /// Nil for what is not asked of a group.
    func count(_ metric: Metric) -> Int? {
        switch metric {
        case .processedOnce: processedOnce
        case .processedTwice: processedMoreThanOnce.count
        case .committedPast: committedPast.count
        case .retiredUnread: retiredUnread.count
        case .outOfOrder: outOfOrder
        default: nil
        }
    }
}

extension DeliveryVerdict {
    /// Nil for what is not asked of a topic.
    func count(_ metric: Metric) -> Int? {
        switch metric {
        case .attempted: attempted
        case .lost: lost.count
        case .neverArrived: neverArrived.count
        case .unseen: self[.unseen].count
        case .duplicate: self[.duplicate].count
        case .lostWrite: self[.lostWrite].count
        case .abortedRead: self[.abortedRead].count
        case .inconsistentOffsets: self[.inconsistentOffsets].count
        case .nonmonotonicSend: self[.nonmonotonicSend].count
        case .pollSkip: self[.pollSkip].count
        case .nonmonotonicPoll: self[.nonmonotonicPoll].count
        default: nil
        }
    }
}
