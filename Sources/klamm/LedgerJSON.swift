import DeliveryLedger
import KafkaCluster
import KafkaProtocol
import NIOCore

/// The ledger in one line of JSON, for scripts.
///
/// ```
/// {"ledger":{"acknowledged":1200,"lost":3,"receipt.unknown":1,"losses":[{"partition":"orders-1", ...}]}}
/// ```
/// `lost` counts records that are still missing; those of which nobody knows whether the client has read the answer are
/// counted apart, in `receipt.unknown`. Times of day are UTC's, the same on every machine. Keys and values are text where they are UTF-8, and else hex after "0x".
enum LedgerJSON {
    static func text(of account: LedgerAccount) -> String {
        let missing = account.losses.filter { $0.returnedAt == nil }
        let lost = missing.reduce(0) { $0 + $1.count - $1.countOfUnknownReceipt }
        let unknown = missing.reduce(0) { $0 + $1.countOfUnknownReceipt }
        return "{\"ledger\":{\"acknowledged\":\(account.acknowledged),\"lost\":\(lost),\"receipt.unknown\":\(unknown),"
            + "\"losses\":[\(account.losses.map(text).joined(separator: ","))]}}"
    }

    private static func text(of loss: Loss) -> String {
        var fields = [
            ("partition", string("\(loss.partition)")), ("broker", "\(loss.broker)"),
            ("leader.epoch", "\(loss.leaderEpoch)"), ("count", "\(loss.count)"),
            ("returned", loss.returnedAt == nil ? "false" : "true"),
            ("acknowledgements", list(loss.batches.map(text))),
            ("records", list(loss.records.map { text(of: $0, loss) })),
        ]
        fields.append(("why", list(loss.chain(time: { WallClock.time($0) + "Z" }).map(string))))
        return object(fields)
    }

    private static func text(of batch: Loss.Batch) -> String {
        object([
            ("offsets", "[\(batch.offsets.lowerBound),\(batch.offsets.upperBound)]"),
            ("acks", batch.acks == -1 ? "\"all\"" : "\(batch.acks)"), ("client", batch.client.map(string) ?? "null"),
            ("isr", list(batch.isr.map(\.description))), ("high.watermark", "\(batch.highWatermark)"),
            ("at", "\(batch.from)"), ("receipt", batch.receiptIsUnknown ? "\"unknown\"" : "\"read\""),
        ])
    }

    private static func text(of record: Record, _ loss: Loss) -> String {
        let isUnknown = loss.batches.contains { $0.receiptIsUnknown && $0.offsets.contains(record.offset) }
        return object([
            ("offset", "\(record.offset)"), ("timestamp", "\(record.timestamp)"), ("key", bytes(record.key)),
            ("value", bytes(record.value)), ("receipt", isUnknown ? "\"unknown\"" : "\"read\""),
        ])
    }

    private static func bytes(_ bytes: ByteBuffer?) -> String {
        guard let bytes else { return "null" }
        if let text = String(validating: bytes.readableBytesView, as: UTF8.self) { return string(text) }
        let digits = bytes.readableBytesView.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "\"0x\(digits.joined())\""
    }

    private static func object(_ fields: [(String, String)]) -> String {
        "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    private static func list(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }
    private static func string(_ text: String) -> String { "\"\(JSON.escaped(text))\"" }
}
