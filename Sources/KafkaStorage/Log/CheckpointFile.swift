import KafkaProtocol
import NIOCore

/// Kafka's text format for checkpoints: a line with the version (0), a line with the number of entries, an entry a line.
///
/// `recovery-point-offset-checkpoint`, `replication-offset-checkpoint`, `log-start-offset-checkpoint` and
/// `cleaner-offset-checkpoint` of a broker hold `topic partition offset`; a partition's `leader-epoch-checkpoint` holds `epoch startOffset`.
package enum CheckpointFile {
    package static let recoveryPoints = "recovery-point-offset-checkpoint"
    package static let highWatermarks = "replication-offset-checkpoint"
    package static let logStartOffsets = "log-start-offset-checkpoint"
    package static let cleanedOffsets = "cleaner-offset-checkpoint"

    /// Reads the offsets of partitions, in the file's order. A missing or damaged file is an empty one: each of these
    /// offsets has a safe default.
    package static func readOffsets(_ path: String, on disk: any Disk) throws(DiskError) -> [(TopicPartition, Int64)] {
        guard let text = try disk.text(of: path), let lines = entries(of: text) else { return [] }
        var offsets: [(TopicPartition, Int64)] = []
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count == 3, let partition = Int32(words[1]), let offset = Int64(words[2]) else { return [] }
            offsets.append((TopicPartition(topic: String(words[0]), partition: partition), offset))
        }
        return offsets
    }

    /// Replaces the file. The caller gives the entries in an order of its own, the same in every run.
    package static func writeOffsets(
        _ offsets: [(TopicPartition, Int64)], to path: String, on disk: any Disk, durably: Bool = false
    ) throws(DiskError) {
        let lines = offsets.map { "\($0.0.topic) \($0.0.partition) \($0.1)" }
        try disk.replace(path, with: render(lines), durably: durably)
    }

    static func render(_ lines: [String]) -> ByteBuffer {
        ByteBuffer(string: "0\n\(lines.count)\n" + lines.map { $0 + "\n" }.joined())
    }

    /// The lines after the count; nil when version or count do not agree with what is there.
    static func entries(of text: String) -> [Substring]? {
        let lines = text.split(separator: "\n")
        guard lines.count >= 2, lines[0] == "0", Int(lines[1]) == lines.count - 2 else { return nil }
        return Array(lines.dropFirst(2))
    }
}

/// The marker at the root of a broker's logs which says that all of them were closed in order, so that nothing needs
/// recovery. Kafka writes it last on a clean stop and removes it first on start.
package enum CleanShutdownFile {
    package static let name = ".kafka_cleanshutdown"

    package static func write(brokerEpoch: Int64, in directory: String = "", on disk: any Disk) throws(DiskError) {
        let text = "{\"version\":0,\"brokerEpoch\":\(brokerEpoch)}"
        try disk.replace(path(in: directory), with: ByteBuffer(string: text), durably: true)
    }

    /// Whether the last stop was clean. Removes the marker, so that a crash from here on is seen as one.
    package static func take(in directory: String = "", on disk: any Disk) throws(DiskError) -> Bool {
        guard try disk.contents(of: path(in: directory)) != nil else { return false }
        try disk.remove(path(in: directory))
        try disk.flushDirectory(directory)
        return true
    }

    private static func path(in directory: String) -> String { directory.isEmpty ? name : directory + "/" + name }
}

/// `partition.metadata` in a partition's folder: which topic id the folder belongs to, since a topic may be deleted and
/// created again under the same name.
package enum PartitionMetadataFile {
    package static let name = "partition.metadata"

    package static func read(in directory: String, on disk: any Disk) throws(DiskError) -> Uuid? {
        try disk.text(of: directory + "/" + name).flatMap(topicID)
    }

    package static func topicID(in text: String) -> Uuid? {
        let field = "topic_id: ".utf8
        // By bytes: to split a text by characters takes twenty times as long.
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) where line.starts(with: field) {
            return Uuid(String(Substring(line.dropFirst(field.count))))
        }
        return nil
    }

    package static func write(
        _ topicID: Uuid, in directory: String, on disk: any Disk, durably: Bool
    ) throws(DiskError) {
        let text = "version: 0\ntopic_id: \(topicID)\n"
        try disk.replace(directory + "/" + name, with: ByteBuffer(string: text), durably: durably)
    }
}

extension TopicPartition {
    /// The name of the folder that holds this partition's log.
    package var directoryName: String { "\(topic)-\(partition)" }

    /// Reads the name of a partition's folder; nil for one that is something else, or is being deleted.
    package init?(directoryName: String) {
        let bytes = directoryName.utf8
        guard let dash = bytes.lastIndex(of: UInt8(ascii: "-")), dash != bytes.startIndex else { return nil }
        let digits = directoryName[bytes.index(after: dash)...]
        let areDigits = digits.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard !digits.isEmpty, areDigits, let partition = Int32(digits) else { return nil }
        self.init(topic: String(directoryName[..<dash]), partition: partition)
    }
}
