import GRDB

/// The ids that a group has processed, kept outside of Kafka: who asks before the work does it once, however often a record
/// is delivered or was sent.
struct ProcessedIDs: Sendable {
    private let queue: DatabaseQueue

    init(of group: String, in stores: WorkloadStores) throws {
        queue = try stores.database("processed-\(group)") { database in
            try database.execute(sql: "CREATE TABLE IF NOT EXISTS processed (id TEXT PRIMARY KEY) WITHOUT ROWID")
        }
    }

    func contains(_ id: String) throws -> Bool {
        try queue.read { database in
            try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM processed WHERE id = ?)", arguments: [id])
        } ?? false
    }

    func insert(_ id: String) throws {
        try queue.write { database in
            try database.cachedStatement(sql: "INSERT OR IGNORE INTO processed (id) VALUES (?)").execute(
                arguments: [id])
        }
    }
}
