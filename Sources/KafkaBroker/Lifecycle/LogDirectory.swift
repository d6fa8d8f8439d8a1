import KafkaProtocol
import KafkaStorage
import NIOCore

/// The folder that holds all logs of a broker, as the controller knows it: by an id of its own, kept on the disk.
///
/// As in Kafka, one failed call to its disk takes the whole directory out of service until the broker starts anew: who
/// cannot write one log will soon not write the others, and what memory and disk hold may differ.
struct LogDirectory {
    /// Zero until the directory was opened.
    var id = Uuid.zero
    /// Why it is offline, if it is.
    private(set) var failure: String?
    /// The controller is to hear of the failure without waiting for the next heartbeat.
    var mustTell = false

    mutating func fail(_ reason: String) {
        failure = reason
        mustTell = true
    }

    /// What a registration says: the ids of directories that can be used.
    var registered: [Uuid] { failure == nil ? [id] : [BrokerRegistration.lostDirectory] }
    /// What a heartbeat says.
    var offline: [Uuid] { failure == nil || id == .zero ? [] : [id] }
}

/// `meta.properties` at the root of a log directory: whose it is, so that one broker is not started on another's data.
struct MetaProperties: Hashable {
    static let name = "meta.properties"

    var clusterID: String
    var nodeId: BrokerID
    var directoryId: Uuid

    /// Nil where there is no such file: the directory is new.
    static func read(_ path: String, on disk: any Disk) throws(DiskError) -> Self? {
        guard let text = try disk.text(of: path) else { return nil }
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        guard let cluster = values["cluster.id"], let node = values["node.id"].flatMap({ Int32($0) }),
            let directory = values["directory.id"].flatMap({ Uuid(String($0)) })
        else { throw DiskError(operation: "read", path: path, reason: "it does not say whose directory this is") }
        return Self(clusterID: String(cluster), nodeId: BrokerID(node), directoryId: directory)
    }

    func write(_ path: String, on disk: any Disk) throws(DiskError) {
        let lines = [
            "cluster.id=\(clusterID)", "directory.id=\(directoryId)", "node.id=\(nodeId.rawValue)", "version=1",
        ]
        try disk.replace(path, with: ByteBuffer(string: lines.map { $0 + "\n" }.joined()), durably: true)
    }
}
