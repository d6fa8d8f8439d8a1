import KafkaProtocol
import NIOCore

/// A file of a segment that is opened when it is first needed, so that a start need not touch what nobody reads.
struct SegmentFile {
    let disk: any Disk
    private(set) var path: String
    private var id: FileID?

    init(path: String, on disk: any Disk) {
        self.path = path
        self.disk = disk
    }

    mutating func open() throws(DiskError) -> FileID {
        if let id { return id }
        let opened = try disk.open(path, creating: true)
        id = opened
        return opened
    }

    mutating func close() {
        if let id { disk.close(id) }
        id = nil
    }

    /// Those who still read the file do so by its old number.
    mutating func rename(to newPath: String) throws(DiskError) {
        try disk.rename(path, to: newPath)
        path = newPath
    }
}

/// The names of a segment's files: Kafka's twenty digits of the base offset, and what kind of file it is.
enum SegmentName {
    static let log = ".log"
    static let offsetIndex = ".index"
    static let timeIndex = ".timeindex"
    static let snapshot = ".snapshot"
    static let deleted = ".deleted"
    /// A compacted segment that is being written.
    static let cleaned = ".cleaned"
    /// A compacted segment that is whole and takes the place of others.
    static let swap = ".swap"

    static func file(_ baseOffset: Int64, _ suffix: String) -> String {
        let digits = String(baseOffset)
        var name = ""
        name.reserveCapacity(zeros.utf8.count + suffix.utf8.count)
        name += zeros.dropLast(digits.utf8.count)
        name += digits
        name += suffix
        return name
    }

    private static let zeros = "00000000000000000000"

    /// The offset in a name of this kind; nil for another kind.
    static func offset(in name: String, _ suffix: String) -> Int64? {
        guard name.hasSuffix(suffix) else { return nil }
        let digits = name.utf8.dropLast(suffix.utf8.count)
        guard digits.count == 20, digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        return Int64(Substring(digits))
    }
}
