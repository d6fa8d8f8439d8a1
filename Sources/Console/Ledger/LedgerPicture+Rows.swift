import DeliveryLedger
import KafkaCluster
import KafkaProtocol

/// One verdict with its figure.
struct LedgerRow: Hashable {
    var verdict: LedgerVerdict
    var records: Int64
    /// The first of them by name; empty where only their number is known.
    var examples: [Finding.Example] = []
}

extension LedgerPicture {
    /// Verdicts of what brokers told any client; none where that is not known.
    var accountRows: [LedgerRow] {
        guard let account else { return [] }
        let returned = account.losses.filter { $0.returnedAt != nil }.reduce(0) { $0 + $1.count }
        let figures: [(LedgerVerdict.Name, Int64)] = [
            (.acknowledged, account.acknowledged), (.lost, account.lost),
            (.receiptUnknown, account.lostOfUnknownReceipt), (.returned, returned), (.forgotten, account.forgotten),
        ]
        return figures.map { LedgerRow(verdict: LedgerVerdict(.anyClient, $0.0), records: $0.1) }.filter(Self.isTold)
    }

    /// Verdicts of klamm's own records, topic by topic, each with its groups.
    var topicRows: [LedgerRow] { topics.flatMap { Self.rows(of: $0) }.filter(Self.isTold) }

    func row(_ verdict: LedgerVerdict) -> LedgerRow? { (accountRows + topicRows).first { $0.verdict == verdict } }

    private static func isTold(_ row: LedgerRow) -> Bool { row.records > 0 || row.verdict.isToldOfNone }

    private static func rows(of topic: Topic) -> [LedgerRow] {
        let verdict = topic.verdict
        func row(_ name: LedgerVerdict.Name, _ count: Int) -> LedgerRow {
            LedgerRow(verdict: LedgerVerdict(.topic(topic.name), name), records: Int64(count))
        }
        func row(_ name: LedgerVerdict.Name, _ finding: Finding) -> LedgerRow {
            LedgerRow(
                verdict: LedgerVerdict(.topic(topic.name), name), records: Int64(finding.count),
                examples: finding.examples)
        }
        return [
            row(.acknowledged, verdict.acknowledged), row(.lost, verdict.lost), row(.failed, verdict.failed),
            row(.unknown, verdict.unknown - verdict.pending), row(.inFlight, verdict.pending),
            row(.neverArrived, verdict.neverArrived),
            row(.duplicate, verdict[.duplicate]), row(.unseen, verdict[.unseen]),
            row(.abortedRead, verdict[.abortedRead]), row(.inconsistentOffsets, verdict[.inconsistentOffsets]),
            row(.nonmonotonicSend, verdict[.nonmonotonicSend]), row(.pollSkip, verdict[.pollSkip]),
            row(.nonmonotonicPoll, verdict[.nonmonotonicPoll]), row(.unjudged, verdict.unjudged),
        ] + verdict.groups.flatMap { rows(of: $0, topic: topic.name) }
    }

    private static func rows(of group: DeliveryVerdict.Group, topic: String) -> [LedgerRow] {
        func row(_ name: LedgerVerdict.Name, _ count: Int, _ examples: [Finding.Example] = []) -> LedgerRow {
            LedgerRow(
                verdict: LedgerVerdict(.group(group.name, topic: topic), name), records: Int64(count),
                examples: examples)
        }
        return [
            row(.processedOnce, group.processedOnce),
            row(
                .processedAgain, group.processedMoreThanOnce.count + group.processedLate,
                group.processedMoreThanOnce.examples),
            row(.committedPast, group.committedPast.count, group.committedPast.examples),
            row(.retiredUnread, group.retiredUnread.count, group.retiredUnread.examples),
            row(.outOfOrder, group.outOfOrder),
        ]
    }
}
