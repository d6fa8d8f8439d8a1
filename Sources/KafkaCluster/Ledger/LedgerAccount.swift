import DeliveryLedger

/// What brokers have told clients to be written, and what of it was lost.
package struct LedgerAccount: Hashable, Sendable {
    /// Records acknowledged to clients so far.
    package var acknowledged: Int64
    /// Those among them that are so old that only their number is kept.
    package var forgotten: Int64
    /// Also those that came back.
    package var losses: [Loss]

    package init(acknowledged: Int64, forgotten: Int64, losses: [Loss]) {
        self.acknowledged = acknowledged
        self.forgotten = forgotten
        self.losses = losses
    }

    /// What is still missing.
    package var missing: [Loss] { losses.filter { $0.returnedAt == nil } }
    /// Records that are missing and of which the client has read that they are written.
    package var lost: Int64 { missing.countOfRead }
    /// Missing ones whose acknowledgement was on its way when the connection broke.
    package var lostOfUnknownReceipt: Int64 { missing.countOfUnknownReceipt }
}

extension [Loss] {
    /// Records of which the client has read that they are written.
    package var countOfRead: Int64 { reduce(0) { $0 + $1.count } - countOfUnknownReceipt }
    package var countOfUnknownReceipt: Int64 { reduce(0) { $0 + $1.countOfUnknownReceipt } }
}
