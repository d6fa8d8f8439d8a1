extension LedgerVerdict {
    /// A sentence without its full stop. What became of the records comes first: narrow screens cut its end.
    var meaning: String {
        switch (name, subject) {
        case (.acknowledged, .anyClient): "Written, as brokers told their clients"
        case (.lost, .anyClient): "Gone, though the client has read that they are written"
        case (.receiptUnknown, _): "Gone too, but the client may not have heard the answer: its connection broke"
        case (.forgotten, _): "Not judged any more: too old, only their number is kept"
        case (.returned, _): "Back again: a broker that still had them came to lead"
        case (.acknowledged, _): "Written, as the producer has heard"
        case (.lost, _):
            "Never read, though acknowledged and later ones were: gone, or passed over when a group was moved ahead"
        case (.failed, _): "Certainly in no log, and the producer knows"
        case (.unknown, _): "In the log or not: no answer came, or nobody asked"
        case (.inFlight, _): "Sent, and the answer is still waited for"
        case (.unjudged, _): "Not judged: sent too long ago"
        case (.neverArrived, _): "Read by nobody, though they did not fail as far as the producer knows"
        case (.unseen, _): "Not read by anybody so far, and acknowledged"
        case (.duplicate, _): "Twice in the log: one record at two places"
        case (.abortedRead, _): "Read though failed, as the producer was told"
        case (.inconsistentOffsets, _): "Two records at one offset"
        case (.nonmonotonicSend, _): "Out of order: before one that was sent earlier"
        case (.pollSkip, _): "Passed over by a consumer that had not been assigned anew"
        case (.nonmonotonicPoll, _): "Read again or out of order by a consumer that had not been assigned anew"
        case (.processedOnce, _): "Worked on exactly once by the group"
        case (.processedAgain, _): "Worked on again by the group"
        case (.committedPast, _): "Lost to the group: never worked on, and it has committed past them"
        case (.retiredUnread, _): "Never worked on: gone from the log before the group came"
        case (.outOfOrder, _):
            "Worked on after a later one, of whatever partition: Kafka keeps the order within each alone"
        }
    }

    /// Whether one such record is a promise broken, worth a second look, or how things should be.
    var gravity: Gravity {
        switch name {
        case .lost, .neverArrived, .inconsistentOffsets, .abortedRead, .pollSkip, .committedPast: .bad
        case .receiptUnknown, .failed, .unknown, .duplicate, .nonmonotonicSend, .nonmonotonicPoll, .processedAgain,
            .retiredUnread:
            .doubtful
        case .acknowledged, .returned, .processedOnce: .good
        case .forgotten, .inFlight, .unjudged, .unseen, .outOfOrder: .neutral
        }
    }

    enum Gravity: Hashable { case good, neutral, doubtful, bad }

    /// Told even where there is none: that none was lost is what one came for.
    var isToldOfNone: Bool { name == .acknowledged || name == .lost || name == .duplicate || name == .processedOnce }
}
