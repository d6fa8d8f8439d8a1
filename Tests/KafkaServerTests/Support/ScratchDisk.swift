import Glibc
import KafkaProtocol
import KafkaServer
import KafkaStorage
import NIOCore

/// One real file, and nothing else: enough for nodes that only send regions of it and flush it.
final class ScratchDisk: ServedDisk {
    static let file = FileID(rawValue: 1)

    private let descriptor: CInt
    var busy = Duration.zero

    init(_ text: String) {
        var template = Array("/tmp/klamm-scratch-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        unlink(template)
        let bytes = Array(text.utf8)
        Glibc.write(descriptor, bytes, bytes.count)
    }

    deinit { Glibc.close(descriptor) }

    func duplicateDescriptor(of file: FileID) throws(DiskError) -> CInt {
        guard file == Self.file else { throw unknown("duplicate") }
        return dup(descriptor)
    }

    func read(_ file: FileID, at offset: Int64, count: Int, into buffer: inout ByteBuffer) throws(DiskError) {
        guard file == Self.file else { throw unknown("read") }
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
            max(0, pread(descriptor, bytes.baseAddress, count, off_t(offset)))
        }
    }

    private func unknown(_ operation: String) -> DiskError {
        DiskError(operation: operation, path: "scratch", reason: "it is not there")
    }

    func createDirectory(_ path: String) throws(DiskError) { throw unknown("create") }
    func list(_ directory: String) throws(DiskError) -> [DiskEntry] { throw unknown("list") }
    func remove(_ path: String) throws(DiskError) { throw unknown("remove") }
    func rename(_ path: String, to newPath: String) throws(DiskError) { throw unknown("rename") }
    func flushDirectory(_ path: String) throws(DiskError) { throw unknown("flush") }
    func contents(of path: String) throws(DiskError) -> ByteBuffer? { throw unknown("read") }
    func replace(_ path: String, with contents: ByteBuffer, durably: Bool) throws(DiskError) {
        throw unknown("replace")
    }
    func open(_ path: String, creating: Bool) throws(DiskError) -> FileID { throw unknown("open") }
    func size(of file: FileID) throws(DiskError) -> Int64 { throw unknown("measure") }
    func write(_ buffer: ByteBuffer, to file: FileID, at offset: Int64) throws(DiskError) { throw unknown("write") }
    func write(_ buffers: [ByteBuffer], to file: FileID, at offset: Int64) throws(DiskError) { throw unknown("write") }
    func truncate(_ file: FileID, to size: Int64) throws(DiskError) { throw unknown("truncate") }
    func flush(_ file: FileID) throws(DiskError) { throw unknown("flush") }
    func close(_ file: FileID) {}
}
