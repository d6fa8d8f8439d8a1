import Glibc
import KafkaProtocol

/// The folder that a cluster lives in: one folder per node, a file that says whose it is, and a lock.
///
/// ```
/// meta            klamm's format version and the cluster's id; made before anything else, so that a folder without it
///                 is either empty or not ours
/// lock            held with flock by the klamm that runs here, whose process id it names, and where it answers HTTP
/// brokers         which brokers were added to those that klamm is started with, and which were removed
/// klamm.log       the log, while a console owns the terminal
/// broker-1/ ...   a broker's log directory, in Kafka's own format
/// controller-101/ the metadata log
/// ```
package final class DataDirectory: Sendable {
    package struct Options: Hashable, Sendable {
        /// Nil takes the default.
        package var path: String?
        /// Remove what an earlier klamm left here.
        package var isFresh = false
        /// A temporary folder, removed at the end.
        package var isEphemeral = false

        package init(path: String? = nil, isFresh: Bool = false, isEphemeral: Bool = false) {
            self.path = path
            self.isFresh = isFresh
            self.isEphemeral = isEphemeral
        }
    }

    package static let formatVersion = "1"

    package let path: String
    package let clusterID: String
    private let isEphemeral: Bool
    let lockDescriptor: CInt

    package init(_ options: Options) throws(ClusterError) {
        let path = try Self.place(options)
        do {
            try FileSystem.createDirectories(path)
            guard let entries = try FileSystem.entries(of: path) else { throw FileSystem.Failure(code: ENOENT) }
            let isOurs = entries.contains("meta")
            // A lock alone is left where a start was cut short.
            if !isOurs, entries.contains(where: { $0 != "lock" && $0 != "meta.tmp" }) {
                throw ClusterError.notOurs(path: path)
            }
            guard access(path, R_OK | W_OK | X_OK) == 0 else { throw FileSystem.Failure(code: errno) }
            lockDescriptor = try Self.lock(path)
            do {
                if options.isFresh { try Self.empty(path, entries) }
                clusterID = try Self.clusterID(in: path)
            } catch {
                close(lockDescriptor)
                throw error
            }
        } catch let error as ClusterError {
            throw error
        } catch let error as FileSystem.Failure {
            throw .unusable(path: path, reason: error.reason)
        } catch {
            throw .unusable(path: path, reason: "\(error)")
        }
        self.path = path
        isEphemeral = options.isEphemeral
    }

    /// Lets another klamm have the folder; a temporary one is removed.
    package func release() {
        if isEphemeral { try? FileSystem.remove(path) }
        flock(lockDescriptor, LOCK_UN)
    }

    deinit { close(lockDescriptor) }

    package func folder(of node: BrokerID) -> String {
        "\(path)/\(node.isController ? "controller" : "broker")-\(node)"
    }

    // MARK: Where

    private static func place(_ options: Options) throws(ClusterError) -> String {
        if options.isEphemeral {
            let base = environment("TMPDIR") ?? "/tmp"
            var template = Array("\(base)/klamm-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else {
                throw .unusable(path: base, reason: String(cString: strerror(errno)))
            }
            return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        var path = options.path ?? defaultPath
        if path == "~" || path.hasPrefix("~/"), let home = environment("HOME") { path = home + path.dropFirst() }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard !path.isEmpty else { throw .unusable(path: "\"\"", reason: "the path is empty") }
        if !path.hasPrefix("/"), let current = getcwd(nil, 0) {
            path = String(cString: current) + "/" + path
            free(current)
        }
        return path
    }

    package static var defaultPath: String {
        // The XDG rules say to ignore a relative path.
        let data = environment("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (data ?? (environment("HOME") ?? "/root") + "/.local/share") + "/klamm/default"
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    // MARK: Whose

    private static func lock(_ path: String) throws -> CInt {
        let descriptor = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileSystem.Failure(code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = FileSystem.text(of: descriptor).split(separator: "\n").first.map(String.init)
            close(descriptor)
            throw ClusterError.locked(path: path, pid: holder)
        }
        ftruncate(descriptor, 0)
        let line = Array("\(getpid())\n".utf8)
        pwrite(descriptor, line, line.count, 0)
        return descriptor
    }

    /// Removes the nodes' folders and the cluster's identity, and nothing that klamm did not make.
    private static func empty(_ path: String, _ entries: [String]) throws {
        for name in entries
        where name.hasPrefix("broker-") || name.hasPrefix("controller-")
            || ["meta", "brokers", "klamm.log", "workload"].contains(name)
        {
            try FileSystem.remove(path + "/" + name)
        }
    }

    private static func clusterID(in path: String) throws -> String {
        let file = path + "/meta"
        if let text = try FileSystem.text(of: file) {
            let values = properties(text)
            guard let version = values["format.version"] else { throw ClusterError.notOurs(path: path) }
            guard version == formatVersion else { throw ClusterError.newerFormat(path: path, version: version) }
            guard let id = values["cluster.id"], Uuid(id) != nil else {
                throw ClusterError.unusable(path: path, reason: "its file meta names no cluster")
            }
            return id
        }
        var generator = SystemRandomNumberGenerator()
        let id = Uuid.random(using: &generator).description
        try FileSystem.write("format.version=\(formatVersion)\ncluster.id=\(id)\n", to: file)
        return id
    }

    static func properties(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            values[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        return values
    }
}
