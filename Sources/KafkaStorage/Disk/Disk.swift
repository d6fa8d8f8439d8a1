import KafkaProtocol
import NIOCore

/// One node's disk: everything below the node's root folder, and the only way for pure code to reach a file.
///
/// Paths are relative to the root, with `/` between names. Calls are synchronous, and only the node that owns the disk
/// makes them; the one thing that happens elsewhere is a flush that was asked for by `BrokerAction.flush`.
///
/// What a caller may rely on:
/// - what a returned `write` wrote is seen by every later `read`, and survives the death of the process;
/// - only what was flushed survives a loss of power. A flush also makes every earlier creation, removal and renaming of
///   files durable, as a journalling file system does;
/// - a `write` that fails may have written any prefix of its bytes;
/// - a file, or a folder above it, may be renamed while it is open; a file is closed before it is removed.
///
/// How many files are really open is the disk's business: a `FileID` is cheap, and stays valid until it is closed.
package protocol Disk: AnyObject {
    /// Time that calls have cost since the driver last looked, by a fault that makes the disk slow. The driver reads it
    /// after each step, sets it to zero, and holds the node's next input for that long.
    var busy: Duration { get set }

    /// Creates a folder and those above it. One that exists already is fine.
    func createDirectory(_ path: String) throws(DiskError)
    /// What lies in a folder, sorted by name; empty when there is no such folder.
    func list(_ directory: String) throws(DiskError) -> [DiskEntry]
    /// Removes a file, or a folder with all that is in it. What is not there is already removed.
    func remove(_ path: String) throws(DiskError)
    /// Renames a file or a folder; a file that has the new name is replaced.
    func rename(_ path: String, to newPath: String) throws(DiskError)
    /// Makes creations, removals and renamings in this folder durable.
    func flushDirectory(_ path: String) throws(DiskError)

    /// The whole content of a small file; nil when there is none.
    func contents(of path: String) throws(DiskError) -> ByteBuffer?
    /// Replaces a small file in one step, as Kafka's checkpoints are written: another file is written beside it and
    /// renamed over it, so that a reader finds the old or the new content, never a mixture. `durably` flushes it too;
    /// without, a loss of power may leave it empty.
    func replace(_ path: String, with contents: ByteBuffer, durably: Bool) throws(DiskError)

    /// Opens a file for reading and writing. One that is not there is created empty if `creating`, else an error.
    func open(_ path: String, creating: Bool) throws(DiskError) -> FileID
    func size(of file: FileID) throws(DiskError) -> Int64
    /// Appends up to `count` bytes from `offset` on to `buffer`; fewer only at the end of the file.
    func read(_ file: FileID, at offset: Int64, count: Int, into buffer: inout ByteBuffer) throws(DiskError)
    /// Writes the readable bytes of `buffer`; a gap between the end of the file and `offset` becomes zeros.
    func write(_ buffer: ByteBuffer, to file: FileID, at offset: Int64) throws(DiskError)
    /// Cuts the file, or lengthens it with zeros.
    func truncate(_ file: FileID, to size: Int64) throws(DiskError)
    /// Makes the file's content durable, on this thread.
    func flush(_ file: FileID) throws(DiskError)
    /// Makes everything durable at once, which for many files is much quicker than one after the other. False if this disk
    /// cannot: then nothing was done.
    func flushEverything() throws(DiskError) -> Bool
    /// Gives the file back. An unknown file is our own mistake.
    func close(_ file: FileID)
}

/// A name in a folder.
package struct DiskEntry: Hashable, Sendable {
    package var name: String
    package var isDirectory: Bool
    /// Zero for a folder.
    package var size: Int64

    package init(name: String, isDirectory: Bool, size: Int64) {
        self.name = name
        self.isDirectory = isDirectory
        self.size = size
    }
}

extension Disk {
    package func flushEverything() throws(DiskError) -> Bool { false }

    package func read(_ file: FileID, at offset: Int64, count: Int) throws(DiskError) -> ByteBuffer {
        var buffer = ByteBuffer()
        try read(file, at: offset, count: count, into: &buffer)
        return buffer
    }

    /// Reads a whole small text file; nil when there is none.
    package func text(of path: String) throws(DiskError) -> String? {
        guard let contents = try contents(of: path) else { return nil }
        return String(decoding: contents.readableBytesView, as: UTF8.self)
    }
}
