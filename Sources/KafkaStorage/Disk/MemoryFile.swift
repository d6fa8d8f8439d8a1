/// One file of a `MemoryDisk`: its bytes as the page cache has them, and how to take back what was not flushed.
final class MemoryFile {
    enum Change {
        /// `overwritten` is what lay from `offset` on, `oldSize` the size before; undoing restores both.
        case write(offset: Int, count: Int, overwritten: [UInt8], oldSize: Int)
        case cut(tail: [UInt8])
        case lengthen(oldSize: Int)
    }

    private(set) var bytes: [UInt8] = []
    var unflushed: [Change] = []

    func write(_ new: some Collection<UInt8>, at offset: Int) {
        let oldSize = bytes.count
        let end = offset + new.count
        let overlap = offset < oldSize ? Array(bytes[offset..<min(end, oldSize)]) : []
        unflushed.append(.write(offset: offset, count: new.count, overwritten: overlap, oldSize: oldSize))
        if offset > oldSize { bytes.append(contentsOf: repeatElement(0, count: offset - oldSize)) }
        if offset == bytes.count {
            bytes.append(contentsOf: new)
        } else {
            bytes.replaceSubrange(offset..<min(end, bytes.count), with: new)
        }
    }

    func flip(at offset: Int, by mask: UInt8) {
        if bytes.indices.contains(offset) { bytes[offset] ^= mask }
    }

    func truncate(to size: Int) {
        if size < bytes.count {
            unflushed.append(.cut(tail: Array(bytes[size...])))
            bytes.removeLast(bytes.count - size)
        } else if size > bytes.count {
            unflushed.append(.lengthen(oldSize: bytes.count))
            bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
        }
    }

    /// Takes unflushed changes back, the last one first, and leaves what survives.
    func losePower(_ survival: MemoryDisk.Survival) {
        var torn: (offset: Int, bytes: [UInt8])?
        while unflushed.count > max(0, survival.changes), let change = unflushed.popLast() {
            if unflushed.count == survival.changes, survival.tornBytes > 0,
                case .write(let offset, let count, _, _) = change
            {
                torn = (offset, Array(bytes[offset..<offset + min(count, survival.tornBytes)]))
            }
            undo(change)
        }
        if let torn { write(torn.bytes, at: torn.offset) }
        unflushed.removeAll()
    }

    private func undo(_ change: Change) {
        switch change {
        case .write(let offset, _, let overwritten, let oldSize):
            if bytes.count > oldSize { bytes.removeLast(bytes.count - oldSize) }
            bytes.replaceSubrange(min(offset, oldSize)..<min(offset + overwritten.count, oldSize), with: overwritten)
        case .cut(let tail): bytes.append(contentsOf: tail)
        case .lengthen(let oldSize): bytes.removeLast(bytes.count - oldSize)
        }
    }
}

/// The names of a `MemoryDisk`: folders by path, and in each its files by name. A value, so that the durable names are a
/// copy taken at a flush.
struct MemoryTree {
    private(set) var folders: [String: [String: MemoryFile]] = ["": [:]]

    static func parent(_ path: String) -> String { split(path).folder }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastSlash else { return ("", path) }
        return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
    }

    func file(_ path: String) -> MemoryFile? {
        let (folder, name) = Self.split(path)
        return folders[folder]?[name]
    }

    /// Most paths are those of files.
    func contains(_ path: String) -> Bool { file(path) != nil || folders[path] != nil }

    mutating func add(_ file: MemoryFile, at path: String) {
        let (folder, name) = Self.split(path)
        folders[folder]?[name] = file
    }

    mutating func createFolder(_ path: String) {
        if folders[path] != nil { return }
        createFolder(Self.parent(path))
        folders[path] = [:]
    }

    func list(_ directory: String) -> [DiskEntry] {
        guard let files = folders[directory] else { return [] }
        var entries = files.map { DiskEntry(name: $0.key, isDirectory: false, size: Int64($0.value.bytes.count)) }
        for path in folders.keys where !path.isEmpty && Self.parent(path) == directory {
            entries.append(DiskEntry(name: Self.split(path).name, isDirectory: true, size: 0))
        }
        return entries.sorted { $0.name < $1.name }
    }

    mutating func remove(_ path: String) {
        let (parent, name) = Self.split(path)
        if folders[parent]?.removeValue(forKey: name) != nil { return }
        for folder in folders.keys where folder == path || folder.hasPrefix(path + "/") { folders[folder] = nil }
    }

    mutating func rename(_ path: String, to newPath: String) {
        let (folder, name) = Self.split(path)
        if let file = folders[folder]?.removeValue(forKey: name) {
            add(file, at: newPath)
        } else {
            for folder in folders.keys where folder == path || folder.hasPrefix(path + "/") {
                folders[newPath + folder.dropFirst(path.count)] = folders.removeValue(forKey: folder)
            }
        }
    }

    func allFiles() -> [(path: String, file: MemoryFile)] {
        folders.keys.sorted().flatMap { folder in
            (folders[folder] ?? [:]).sorted { $0.key < $1.key }
                .map { (path: folder.isEmpty ? $0.key : folder + "/" + $0.key, file: $0.value) }
        }
    }
}

extension String {
    /// Where the last part of a path begins, less one. Looked for in the bytes themselves where they lie in one piece.
    package var lastSlash: Index? {
        let slash = UInt8(ascii: "/")
        guard let found = utf8.withContiguousStorageIfAvailable({ $0.lastIndex(of: slash) }) else {
            return utf8.lastIndex(of: slash)
        }
        return found.map { utf8.index(startIndex, offsetBy: $0) }
    }
}
