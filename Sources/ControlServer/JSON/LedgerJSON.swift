import DeliveryLedger
import KafkaCluster
import KafkaProtocol
import NIOCore
import Scenarios

/// The ledger as programs read it.
///
/// ```
/// {"acknowledged":1200,"lost":3,"receipt.unknown":1,"losses":[{"partition":"orders-1", ...}]}
/// ```
/// `lost` counts records that are still missing; those of which nobody knows whether the client has read the answer are
/// counted apart, in `receipt.unknown`. Where a loss has very many, `acknowledgements` and `records` show the first of them,
/// and `acknowledgements.left.out` and `records.left.out` say how many more records there are. `followers` is what the broker
/// knew of the rest of the ISR when it acknowledged last. Times of day are UTC's, the same on every machine. Keys and values
/// are text where they are UTF-8, and else hex after "0x". Where klamm has clients of its own, `workload` tells what became
/// of their records.
package enum LedgerJSON {
    package static func value(of account: LedgerAccount, workload verdicts: [Facts.Verdict]? = nil) -> JSONValue {
        var fields: [JSONValue.Field] = [
            .init("acknowledged", account.acknowledged.json), .init("lost", account.lost.json),
            .init("receipt.unknown", account.lostOfUnknownReceipt.json),
            .init("losses", .array(account.losses.map(value))),
        ]
        if let verdicts { fields.append(.init("workload", .array(verdicts.map(value)))) }
        return .object(fields)
    }

    /// What became of the records of klamm's own clients in a topic, under the names of scenarios' figures.
    private static func value(of verdict: Facts.Verdict) -> JSONValue {
        let figures = verdict.figures.map { JSONValue.Field($0.metric.rawValue, $0.value.json) }
        let groups = verdict.verdict.groups.map { group -> JSONValue in
            .object(
                [.init("name", group.name.json)]
                    + group.figures.map { .init($0.metric.rawValue, $0.value.json) })
        }
        return .object([.init("topic", verdict.topic.json)] + figures + [.init("groups", .array(groups))])
    }

    package static func value(of loss: Loss) -> JSONValue {
        [
            "partition": loss.partition.json, "broker": loss.broker.json, "leader.epoch": loss.leaderEpoch.json,
            "count": loss.count.json, "returned": (loss.returnedAt != nil).json,
            "acknowledgements": .array(loss.batches.map(value)), "acknowledgements.left.out": loss.unnamed.json,
            "followers": .array((loss.lastWord?.followers ?? []).map(value)),
            "records": .array(loss.records.map { value(of: $0, loss) }),
            "records.left.out": loss.recordsLeftOut.json,
            "why": loss.chain(time: { WallClock.time($0) + "Z" }).json,
        ]
    }

    private static func value(of batch: Loss.Batch) -> JSONValue {
        [
            "offsets": [batch.offsets.lowerBound.json, batch.offsets.upperBound.json],
            "acks": batch.acks == -1 ? "all" : batch.acks.json, "client": batch.client.json, "isr": batch.isr.json,
            "high.watermark": batch.highWatermark.json, "at": batch.from.json,
            "receipt": batch.receiptIsUnknown ? "unknown" : "read",
        ]
    }

    private static func value(of follower: Loss.Follower) -> JSONValue {
        ["broker": follower.broker.json, "log.end": follower.logEndOffset.json]
    }

    private static func value(of record: Record, _ loss: Loss) -> JSONValue {
        let isUnknown = loss.batch(of: record.offset)?.receiptIsUnknown ?? false
        return [
            "offset": record.offset.json, "timestamp": record.timestamp.json, "key": value(of: record.key),
            "value": value(of: record.value), "receipt": isUnknown ? "unknown" : "read",
        ]
    }

    private static func value(of bytes: ByteBuffer?) -> JSONValue {
        guard let bytes else { return .null }
        if let text = String(validating: bytes.readableBytesView, as: UTF8.self) { return .string(text) }
        let digits = bytes.readableBytesView.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "0x\(digits.joined())"
    }
}
