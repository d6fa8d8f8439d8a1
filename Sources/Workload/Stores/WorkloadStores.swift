import GRDB
import Glibc
import Synchronization

/// The SQLite files in which the workload's applications keep what must outlive them: ids that were processed, offsets of
/// groups that manage themselves, records that were not sent for sure. All are in one folder.
///
/// A file is written ahead and not fsynced at each step: what was committed survives `kill -9` of klamm, and the last
/// moments may go when the machine itself loses power.
final class WorkloadStores: Sendable {
    private let folder: String?
    private let queues = Mutex<[String: DatabaseQueue]>([:])

    /// Without a folder nothing can be kept, and whoever needs it is told so.
    init(folder: String?) { self.folder = folder }

    /// The file of this name, shared by all that ask for it, with its tables made.
    func database(_ name: String, _ makeTables: (Database) throws -> Void) throws -> DatabaseQueue {
        guard let folder else { throw WorkloadStoreError.noFolder }
        return try queues.withLock { queues in
            if let queue = queues[name] { return queue }
            mkdir(folder, 0o755)
            var configuration = Configuration()
            configuration.journalMode = .wal
            configuration.busyMode = .timeout(10)
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
            let queue = try DatabaseQueue(path: Self.path(of: name, in: folder), configuration: configuration)
            try queue.write(makeTables)
            queues[name] = queue
            return queue
        }
    }

    /// Whether this run or an earlier one has made the file.
    func exists(_ name: String) -> Bool { folder.map { access(Self.path(of: name, in: $0), F_OK) == 0 } ?? false }

    private static func path(of name: String, in folder: String) -> String { "\(folder)/\(fileName(name)).sqlite" }

    /// Names of groups and topics may hold what a path may not.
    private static func fileName(_ name: String) -> String {
        name.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            let isPlain = byte < 128 && (character.isLetter || character.isNumber || "-_.".contains(character))
            return isPlain ? String(character) : "%" + String(byte, radix: 16)
        }
        .joined()
    }
}

enum WorkloadStoreError: Error, CustomStringConvertible {
    case noFolder

    var description: String { "this workload has no folder to keep its SQLite files in" }
}
