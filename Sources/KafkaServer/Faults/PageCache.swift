import KafkaProtocol
import KafkaStorage
import NIOCore

/// Which bytes of a node's files would not survive a loss of power. Outlives the node's processes, as a page cache does.
///
/// What a loss of power drops:
/// - of each file, what was appended since its last flush; now and then a torn piece of the first write after it stays;
/// - small files that were replaced without a flush go back to what they were.
///
/// What it leaves, though a machine might not: truncations, renamings and removals, bytes that were overwritten in place,
/// and the names of new files, which come back empty. Confined to the node's loop.
final class PageCache {
    final class File {
        /// As far as the content is safe; nil while all of it is.
        var durableSize: Int64?
        /// How long the first write after the last flush was.
        var firstWrite = 0
        /// The smallest size since the flush that is under way began.
        var smallestSize = Int64.max
    }

    private(set) var files: [String: File] = [:]
    /// What small files held before they were replaced without a flush; nil where there was none.
    private(set) var replaced: [String: ByteBuffer?] = [:]

    func file(_ path: String) -> File {
        if let known = files[path] { return known }
        let file = File()
        files[path] = file
        return file
    }

    func forgetIfDurable(_ path: String) {
        if let file = files[path], file.durableSize == nil { files[path] = nil }
    }

    func noteReplaced(_ path: String, before: ByteBuffer?, durably: Bool) {
        if durably {
            replaced[path] = nil
        } else if replaced[path] == nil {
            replaced.updateValue(before, forKey: path)
        }
    }

    func hasReplaced(_ path: String) -> Bool { replaced[path] != nil }

    func rename(_ path: String, to newPath: String) {
        if let file = files.removeValue(forKey: path) {
            files[newPath] = file
            return
        }
        for known in files.keys.filter({ $0.hasPrefix(path + "/") }) {
            files[newPath + known.dropFirst(path.count)] = files.removeValue(forKey: known)
        }
    }

    func remove(_ path: String) {
        replaced[path] = nil
        if files.removeValue(forKey: path) != nil { return }
        for known in files.keys.filter({ $0.hasPrefix(path + "/") }) { files[known] = nil }
        for known in replaced.keys.filter({ $0.hasPrefix(path + "/") }) { replaced[known] = nil }
    }

    func clear() {
        files.removeAll()
        replaced.removeAll()
    }
}
