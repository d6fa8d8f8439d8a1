import GRDB
import KafkaClient
import KafkaProtocol
import Synchronization

/// Records that are not known to have been processed: each is written here before it is sent, marked when its report says
/// that the brokers have it, and deleted when a consumer of this workload has processed it. What stays too long is sent
/// again. So neither a dead cluster nor a killed producer loses a record; some come twice.
///
/// Marks and deletions wait in memory for the next flush, which writes them in one transaction: those that a crash takes
/// cost a second sending, never a record.
final class Outbox: Sendable {
    struct Record: Hashable, Sendable {
        var id: RecordID
        var partition: Int32?
        var key: String?
        var value: String
    }

    private struct Waiting {
        var acknowledged: [String] = []
        var processed: [String] = []
    }
    private let queue: DatabaseQueue
    private let waiting = Mutex(Waiting())
    private let rows: Atomic<Int>

    init(of topic: String, in stores: WorkloadStores) throws {
        queue = try stores.database(Self.fileName(topic)) { database in
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS outbox (
                        id TEXT PRIMARY KEY, partition INTEGER, key TEXT, value TEXT NOT NULL,
                        sent_at INTEGER NOT NULL, acknowledged INTEGER NOT NULL DEFAULT 0
                    ) WITHOUT ROWID;
                    CREATE INDEX IF NOT EXISTS outbox_by_age ON outbox (sent_at);
                    """)
        }
        rows = Atomic(try queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM outbox") } ?? 0)
    }

    static func fileName(_ topic: String) -> String { "outbox-\(topic)" }

    /// Records that are in it, as far as has been flushed.
    var count: Int { rows.load(ordering: .relaxed) }

    /// In one transaction, before any of them is sent.
    func write(_ records: [Record], now: Instant) throws {
        try queue.write { database in
            let insert = try database.cachedStatement(
                sql: "INSERT INTO outbox (id, partition, key, value, sent_at) VALUES (?, ?, ?, ?, ?)")
            for record in records {
                try insert.execute(
                    arguments: [
                        record.id.description, record.partition, record.key, record.value, now.wallClockMilliseconds,
                    ])
            }
        }
        rows.add(records.count, ordering: .relaxed)
    }

    func acknowledged(_ id: RecordID) { waiting.withLock { $0.acknowledged.append(id.description) } }

    func processed(_ id: RecordID) { waiting.withLock { $0.processed.append(id.description) } }

    func flush() throws {
        let taken = waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return waiting
        }
        guard !taken.acknowledged.isEmpty || !taken.processed.isEmpty else { return }
        do {
            let deleted = try queue.write { database in
                let mark = try database.cachedStatement(sql: "UPDATE outbox SET acknowledged = 1 WHERE id = ?")
                for id in taken.acknowledged { try mark.execute(arguments: [id]) }
                let delete = try database.cachedStatement(sql: "DELETE FROM outbox WHERE id = ?")
                return try taken.processed.reduce(0) { sum, id in
                    try delete.execute(arguments: [id])
                    return sum + database.changesCount
                }
            }
            rows.subtract(deleted, ordering: .relaxed)
        } catch {
            waiting.withLock { waiting in
                waiting.acknowledged = taken.acknowledged + waiting.acknowledged
                waiting.processed = taken.processed + waiting.processed
            }
            throw error
        }
    }

    /// The oldest of those that were last sent so long ago. They count as sent now.
    func takeOverdue(after milliseconds: Int, limit: Int, now: Instant) throws -> [Record] {
        try queue.write { database in
            let records = try Row.fetchAll(
                database,
                sql: "SELECT id, partition, key, value FROM outbox WHERE sent_at <= ? ORDER BY sent_at, id LIMIT ?",
                arguments: [now.wallClockMilliseconds - Int64(milliseconds), limit]
            ).compactMap(Record.init)
            let stamp = try database.cachedStatement(sql: "UPDATE outbox SET sent_at = ? WHERE id = ?")
            for record in records { try stamp.execute(arguments: [now.wallClockMilliseconds, record.id.description]) }
            return records
        }
    }
}

extension Outbox.Record {
    fileprivate init?(_ row: Row) {
        let (text, partition, key, value): (String, Int32?, String?, String) = (row[0], row[1], row[2], row[3])
        guard let id = RecordID(value: Array(text.utf8)) else { return nil }
        self.init(id: id, partition: partition, key: key, value: value)
    }
}

/// The outboxes of one workload, by topic. One is known from the first start of its producer.
final class Outboxes: Sendable {
    private let stores: WorkloadStores
    private let known = Mutex<[String: Outbox]>([:])

    init(in stores: WorkloadStores) { self.stores = stores }

    func outbox(of topic: String) throws -> Outbox {
        try known.withLock { known in
            if let outbox = known[topic] { return outbox }
            let outbox = try Outbox(of: topic, in: stores)
            known[topic] = outbox
            return outbox
        }
    }

    /// How many records an earlier run has left in an outbox that this one has not opened yet.
    func leftBehind(in topic: String) -> Int {
        guard existing(topic) == nil, stores.exists(Outbox.fileName(topic)) else { return 0 }
        return (try? outbox(of: topic).count) ?? 0
    }

    /// A consumer is through with it.
    func processed(_ record: ConsumedRecord) {
        guard let outbox = existing(record.partition.topic), let id = record.value.flatMap(RecordID.init(value:)) else {
            return
        }
        outbox.processed(id)
    }

    func flush(_ topics: [String]) throws {
        for topic in topics { try existing(topic)?.flush() }
    }

    func existing(_ topic: String) -> Outbox? { known.withLock { $0[topic] } }
}
