import KafkaCluster
import KafkaProtocol
import KafkaStorage

/// A running node's disk, which can be told to fail.
protocol LiveDisk: ServedDisk {
    var faults: FaultState { get set }
    /// Runs a flush of this file elsewhere: a descriptor, and what to call when it has succeeded.
    func beginFlush(_ file: FileID) throws(DiskError) -> (descriptor: CInt, done: () -> Void)
    /// Gives what went of the logs.
    func losePower(using generator: inout SystemRandomNumberGenerator) throws(DiskError) -> [LostTail]
    func wipe() throws(DiskError)
    /// Tells, log by log, the last batches that a loss of power would take.
    func tellTailsWithoutPower(_ tell: (LogTail) -> Void)
    /// Tells the last batches of each log.
    func tellTails(_ tell: (LogTail) -> Void)
    /// Flips one bit in the newest segment of a log; nil where no log holds anything.
    func flipBit(of partition: TopicPartition?, using generator: inout SystemRandomNumberGenerator) throws(DiskError)
        -> String?
}

enum LiveDisks {
    /// The disk of one life of a node; `cache` is the same for all its lives.
    static func make(_ base: any ServedDisk, of node: BrokerID, _ cache: PageCache) -> any LiveDisk {
        func wrap<Base: ServedDisk>(_ base: Base) -> any LiveDisk { FaultyDisk(PageCachedDisk(base, cache), of: node) }
        return wrap(base)
    }
}

extension FaultyDisk: ServedDisk where Base: ServedDisk {
    package func duplicateDescriptor(of file: FileID) throws(DiskError) -> CInt {
        try ask(.read, "read", file)
        return try base.duplicateDescriptor(of: file)
    }
}

/// What `PageCachedDisk` adds to a disk, whatever it stands on.
protocol PowerLosingDisk: ServedDisk {
    func flushElsewhere(_ file: FileID) throws(DiskError) -> (descriptor: CInt, done: () -> Void)
    func losePower(using generator: inout some RandomNumberGenerator) throws(DiskError) -> [LostTail]
    func wipe() throws(DiskError)
    func tellTailsWithoutPower(_ tell: (LogTail) -> Void)
}

extension PageCachedDisk: PowerLosingDisk {
    func flushElsewhere(_ file: FileID) throws(DiskError) -> (descriptor: CInt, done: () -> Void) {
        let flush = try beginFlush(file)
        return (try duplicateDescriptor(of: file), { if let flush { self.endFlush(flush) } })
    }
}

extension FaultyDisk: LiveDisk where Base: PowerLosingDisk {
    func beginFlush(_ file: FileID) throws(DiskError) -> (descriptor: CInt, done: () -> Void) {
        try ask(.write, "flush", file)
        return try base.flushElsewhere(file)
    }

    func losePower(using generator: inout SystemRandomNumberGenerator) throws(DiskError) -> [LostTail] {
        try base.losePower(using: &generator)
    }

    func wipe() throws(DiskError) { try base.wipe() }

    func tellTailsWithoutPower(_ tell: (LogTail) -> Void) { base.tellTailsWithoutPower(tell) }

    func tellTails(_ tell: (LogTail) -> Void) {
        let segments = ((try? base.list("")) ?? []).compactMap { try? newestSegment(of: $0) }
        let most = LogTail.mostBytes(ofOneAmong: segments.count)
        for path in segments {
            if let tail = LogTail(of: path, on: base, from: 0, mostBytes: most) { tell(tail) }
        }
    }

    /// The path of a log's newest segment; nil for a log that holds nothing, and for what is none.
    private func newestSegment(of folder: DiskEntry) throws(DiskError) -> String? {
        guard folder.isDirectory else { return nil }
        let newest = try base.list(folder.name).last { $0.name.hasSuffix(".log") && $0.size > 0 }
        return newest.map { folder.name + "/" + $0.name }
    }

    func flipBit(of partition: TopicPartition?, using generator: inout SystemRandomNumberGenerator) throws(DiskError)
        -> String?
    {
        var logs: [String] = []
        for folder in try base.list("") where !folder.name.hasPrefix("__") {
            if let partition, folder.name != "\(partition)" { continue }
            if let newest = try newestSegment(of: folder) { logs.append(newest) }
        }
        guard let path = logs.randomElement(using: &generator) else { return nil }
        let file = try base.open(path, creating: false)
        defer { base.close(file) }
        let offset = Int64.random(in: 0..<(try base.size(of: file)), using: &generator)
        var byte = try base.read(file, at: offset, count: 1)
        guard let old = byte.getInteger(at: byte.readerIndex, as: UInt8.self) else { return nil }
        byte.setInteger(old ^ 1 << UInt8.random(in: 0..<8, using: &generator), at: byte.readerIndex)
        try base.write(byte, to: file, at: offset)
        return "\(path) at byte \(offset)"
    }
}
