import GRDB
import KafkaProtocol

/// The offsets of a group that manages itself, in one file with the results of its work: a record's result and the offset
/// behind it are written in one transaction, so that neither is there without the other.
struct OwnOffsets: Sendable {
    private let queue: DatabaseQueue

    init(of group: String, in stores: WorkloadStores) throws {
        queue = try stores.database("offsets-\(group)") { database in
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS positions (
                        topic TEXT, partition INTEGER, position INTEGER NOT NULL, PRIMARY KEY (topic, partition)
                    ) WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS results (id TEXT NOT NULL);
                    """)
        }
    }

    /// The offset of the next record to read; nil where none has been read.
    func position(in partition: TopicPartition) throws -> Int64? {
        try queue.read { database in
            try Int64.fetchOne(
                database, sql: "SELECT position FROM positions WHERE topic = ? AND partition = ?",
                arguments: [partition.topic, partition.partition])
        }
    }

    /// Without an id the record is passed over: the work on it has no result.
    func finish(_ id: String?, position: Int64, in partition: TopicPartition) throws {
        try queue.write { database in
            if let id {
                try database.cachedStatement(sql: "INSERT INTO results (id) VALUES (?)").execute(arguments: [id])
            }
            try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO positions (topic, partition, position) VALUES (?, ?, ?)"
            ).execute(arguments: [partition.topic, partition.partition, position])
        }
    }

    func results() throws -> [String] {
        try queue.read { try String.fetchAll($0, sql: "SELECT id FROM results") }
    }
}
