import KafkaProtocol

/// Acknowledged records in a row, with what they share: one batch at first, and in time as many as have settled. 72 bytes.
struct AcknowledgedRun {
    /// Stands in place of a client for several of them.
    static let severalClients: Int32 = -1

    var first: Int64
    var last: Int64
    var highWatermark: Int64
    /// Milliseconds since 1970 of the first acknowledgement; the last came so many later.
    var from: Int64
    var span: Int32
    var leaderEpoch: Int32
    /// Numbers in the ledger's tables.
    var client: Int32
    var isr: Int32
    var broker: Int32
    /// The answer that told of them, for as long as it may be in doubt whether it was read; a number of zero afterwards.
    var connection: UInt64
    var answer: UInt64
    var acks: Int16
    var receiptIsUnknown = false

    var offsets: ClosedRange<Int64> { first...last }
    var to: Int64 { from + Int64(span) }

    /// What is left without these pieces of it, which rise and do not touch.
    func split(by pieces: [ClosedRange<Int64>]) -> (lost: [Self], kept: [Self]) {
        if pieces.isEmpty { return ([], [self]) }
        func part(_ first: Int64, _ last: Int64) -> Self {
            var part = self
            (part.first, part.last) = (first, last)
            return part
        }
        var kept: [Self] = []
        var next = first
        for piece in pieces {
            if piece.lowerBound > next { kept.append(part(next, piece.lowerBound - 1)) }
            next = piece.upperBound + 1
        }
        if next <= last { kept.append(part(next, last)) }
        return (pieces.map { part($0.lowerBound, $0.upperBound) }, kept)
    }

    /// Takes in a run that follows at once and differs in nothing that matters; false if it does.
    mutating func absorb(_ next: Self, mixingClients: Bool) -> Bool {
        guard next.first == last + 1, next.leaderEpoch == leaderEpoch, next.broker == broker, next.acks == acks,
            next.isr == isr, next.receiptIsUnknown == receiptIsUnknown, mixingClients || next.client == client,
            next.to >= from, let length = Int32(exactly: next.to - from)
        else { return false }
        if next.client != client { client = Self.severalClients }
        last = next.last
        span = length
        answer = 0
        return true
    }
}
