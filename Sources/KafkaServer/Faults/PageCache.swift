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
        fileprivate(set) var path: String
        /// As far as the content is safe; nil while all of it is.
        var durableSize: Int64?
        /// How long the first write after the last flush was.
        var firstWrite = 0
        /// The smallest size since the flush that is under way began.
        var smallestSize = Int64.max

        fileprivate init(path: String) { self.path = path }
    }

    private let known = FileTree<File>()
    /// What small files held before they were replaced without a flush; nil where there was none.
    private let replacements = FileTree<ByteBuffer?>()

    /// Sorted by path.
    var files: [File] { known.sorted.map(\.value) }
    /// Sorted by path; nil where there was no file before.
    var replaced: [(path: String, before: ByteBuffer?)] { replacements.sorted.map { ($0.path, $0.value) } }

    func file(_ path: String) -> File {
        if let file = known[path] { return file }
        let file = File(path: path)
        known[path] = file
        return file
    }

    func forgetIfDurable(_ file: File) {
        if file.durableSize == nil, known[file.path] === file { known[file.path] = nil }
    }

    func noteReplaced(_ path: String, before: ByteBuffer?, durably: Bool) {
        if durably {
            replacements[path] = nil
        } else if !hasReplaced(path) {
            replacements[path] = .some(before)
        }
    }

    func hasReplaced(_ path: String) -> Bool { replacements[path] != nil }

    func rename(_ path: String, to newPath: String) {
        for (rest, file) in known.removeAll(at: path) {
            file.path = newPath + rest
            known[file.path] = file
        }
        for (rest, before) in replacements.removeAll(at: path) { replacements[newPath + rest] = .some(before) }
    }

    func remove(_ path: String) {
        _ = known.removeAll(at: path)
        _ = replacements.removeAll(at: path)
    }

    func clear() {
        known.removeAll()
        replacements.removeAll()
    }
}
