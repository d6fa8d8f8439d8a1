import KafkaProtocol
import KafkaStorage
import NIOCore

/// A change of a disk's files, for whoever watches from outside. Paths are relative to the node's root.
package enum DiskChange: Sendable {
    case wrote(path: String, offset: Int64, ByteBuffer)
    /// The whole content is new.
    case replaced(path: String, ByteBuffer)
    case truncated(path: String, size: Int64)
    case renamed(from: String, to: String)
    case removed(path: String)
    case flushed(path: String)
}

/// A disk that does what `FaultState` says of it: slower, full, or failing. What it lets through is its base's, and is told
/// to `onChange`.
package final class FaultyDisk<Base: Disk>: Disk {
    package let base: Base
    private let node: BrokerID
    /// The faults of this moment, set by the driver.
    package var faults = FaultState()
    package var onChange: ((DiskChange) -> Void)?
    /// Where each open file lies now.
    private var paths: [FileID: String] = [:]
    /// The open files at each path of each folder, so that a renaming looks at no others.
    private var filesByFolder: [Substring: [String: [FileID]]] = [:]

    package init(_ base: Base, of node: BrokerID) {
        self.base = base
        self.node = node
    }

    package var busy: Duration {
        get { base.busy }
        set { base.busy = newValue }
    }

    private func ask(_ kind: FaultState.DiskOperation, _ operation: String, _ path: String) throws(DiskError) {
        if faults.isQuiet { return }
        let fate = faults.fate(of: kind, on: node, path: path)
        base.busy += fate.delay
        if let reason = fate.failure { throw DiskError(operation: operation, path: path, reason: reason) }
    }

    /// What a call that goes past this disk, such as a flush on another thread, would meet.
    package func ask(_ kind: FaultState.DiskOperation, _ operation: String, _ file: FileID) throws(DiskError) {
        if faults.isQuiet { return }
        try ask(kind, operation, paths[file] ?? "")
    }

    package func createDirectory(_ path: String) throws(DiskError) {
        // A folder that is there already costs no space, and nothing is written.
        if faults.isQuiet || !isDirectory(path) { try ask(.write, "create", path) }
        try base.createDirectory(path)
    }

    private func isDirectory(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard let name = parts.last else { return true }
        let siblings = try? base.list(parts.dropLast().joined(separator: "/"))
        return siblings?.contains { $0.isDirectory && $0.name == name } ?? false
    }

    package func list(_ directory: String) throws(DiskError) -> [DiskEntry] {
        try ask(.read, "list", directory)
        return try base.list(directory)
    }

    package func remove(_ path: String) throws(DiskError) {
        try ask(.other, "remove", path)
        try base.remove(path)
        onChange?(.removed(path: path))
    }

    package func rename(_ path: String, to newPath: String) throws(DiskError) {
        try ask(.other, "rename", path)
        try base.rename(path, to: newPath)
        followRenaming(path, to: newPath)
        onChange?(.renamed(from: path, to: newPath))
    }

    /// Open files go by their new name from now on. `path` is one of a file or of a folder of files.
    private func followRenaming(_ path: String, to newPath: String) {
        for file in filesByFolder[Self.folder(of: path)]?.removeValue(forKey: path) ?? [] { note(file, at: newPath) }
        for (known, files) in filesByFolder.removeValue(forKey: path[...]) ?? [:] {
            for file in files { note(file, at: newPath + known.dropFirst(path.count)) }
        }
    }

    private static func folder(of path: String) -> Substring {
        path[..<(path.lastSlash ?? path.startIndex)]
    }

    private func note(_ file: FileID, at path: String) {
        paths[file] = path
        filesByFolder[Self.folder(of: path), default: [:]][path, default: []].append(file)
    }

    private func forget(_ file: FileID) {
        guard let path = paths.removeValue(forKey: file) else { return }
        let folder = Self.folder(of: path)
        guard filesByFolder[folder]?[path]?.count == 1 else {
            filesByFolder[folder]?[path]?.removeAll { $0 == file }
            return
        }
        filesByFolder[folder]?[path] = nil
    }

    package func flushDirectory(_ path: String) throws(DiskError) {
        try ask(.write, "flush", path)
        try base.flushDirectory(path)
    }

    package func contents(of path: String) throws(DiskError) -> ByteBuffer? {
        try ask(.read, "read", path)
        return try base.contents(of: path)
    }

    package func replace(_ path: String, with contents: ByteBuffer, durably: Bool) throws(DiskError) {
        try ask(.write, "replace", path)
        try base.replace(path, with: contents, durably: durably)
        onChange?(.replaced(path: path, contents))
    }

    package func open(_ path: String, creating: Bool) throws(DiskError) -> FileID {
        try ask(creating ? .write : .read, "open", path)
        let file = try base.open(path, creating: creating)
        note(file, at: path)
        return file
    }

    package func size(of file: FileID) throws(DiskError) -> Int64 { try base.size(of: file) }

    package func read(
        _ file: FileID, at offset: Int64, count: Int, into buffer: inout ByteBuffer
    ) throws(DiskError) {
        try ask(.read, "read", file)
        try base.read(file, at: offset, count: count, into: &buffer)
    }

    package func write(_ buffer: ByteBuffer, to file: FileID, at offset: Int64) throws(DiskError) {
        try ask(.write, "write", file)
        try base.write(buffer, to: file, at: offset)
        onChange?(.wrote(path: paths[file] ?? "", offset: offset, buffer))
    }

    package func truncate(_ file: FileID, to size: Int64) throws(DiskError) {
        try ask(.write, "truncate", file)
        try base.truncate(file, to: size)
        onChange?(.truncated(path: paths[file] ?? "", size: size))
    }

    package func flush(_ file: FileID) throws(DiskError) {
        try ask(.write, "flush", file)
        try base.flush(file)
        onChange?(.flushed(path: paths[file] ?? ""))
    }

    package func path(of file: FileID) -> String? { paths[file] }

    /// The process has ended: its open files are gone.
    package func forgetOpenFiles() {
        paths.removeAll()
        filesByFolder.removeAll()
    }

    package func close(_ file: FileID) {
        forget(file)
        base.close(file)
    }
}
