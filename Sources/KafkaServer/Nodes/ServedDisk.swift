import KafkaProtocol
import KafkaStorage

/// A disk whose files the driver can hand to the kernel, for sendfile and fsync on other threads.
package protocol ServedDisk: Disk {
    /// A descriptor of the caller's own for an open file. It stays good when the disk closes or removes the file; the
    /// caller closes it.
    func duplicateDescriptor(of file: FileID) throws(DiskError) -> CInt
}
